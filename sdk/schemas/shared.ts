// Shapes every contract uses. Ids are UUIDv7, times UTC ISO-8601, money integer minor units with an ISO 4217 code.
import { type Static, type TProperties, type TSchema, Type } from 'typebox';

/** An object that refuses members it does not know. */
export const Closed = <P extends TProperties>(properties: P, options: Record<string, unknown> = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const Id = Type.String({ minLength: 1, maxLength: 64, description: 'UUIDv7' });
export const Key = Type.String({
  pattern: '^[a-z][a-z0-9-]{0,62}$',
  description: 'Lower case letters, digits and dashes',
});
export const Time = Type.String({ format: 'date-time', description: 'UTC, ISO-8601' });
export const Day = Type.String({ format: 'date', description: 'YYYY-MM-DD' });
/** At most 10^12 minor units. */
export const Money = Type.Integer({ minimum: 0, maximum: 1_000_000_000_000, description: 'Minor units' });
export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });
export const Country = Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' });

export const IdParams = Closed({ id: Id });
export const KeyParams = Closed({ key: Key });

/** `cursor` is `next` of the page before, with the same query; null is the last page. */
export const PageQuery = Closed({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ maxLength: 1000 })),
});

export const pageOf = <T extends TSchema>(item: T) => Closed({ data: Type.Array(item), next: Nullable(Type.String()) });

/**
 * The body of every answer that is no success, as RFC 9457 (`application/problem+json`). `code` is stable
 * and listed in docs/errors.md; `detail` is for people and may change; `pointer` is an RFC 6901 pointer
 * into the body, or `/query/…`.
 */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    pointer: Type.Optional(Type.String()),
    dependents: Type.Optional(
      Type.Array(Type.Unsafe<Record<string, unknown>>({ type: 'object' }), {
        description: 'With RULE_IN_USE: the rules that name it, as `GET /rules/dependents` lists them',
      }),
    ),
  },
  { $id: 'Problem' },
);
export type Problem = Static<typeof Problem>;
