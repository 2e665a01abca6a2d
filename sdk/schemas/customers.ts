// Customers and what hangs on them: identities, consents, tags, attribute definitions, the timeline, merges.
import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { AttributeKey } from './attributes.ts';
import { Closed, Country, Day, Id, Nullable, PageQuery, pageOf, Time } from './shared.ts';

const Short = Type.String({ minLength: 1, maxLength: 200 });
export const Tag = Type.String({ pattern: '^\\S(.{0,62}\\S)?$', maxLength: 64 });

/** Values of custom attributes by key; each is checked against its definition. */
export const AttributeValues = Type.Record(AttributeKey, Type.Unknown());

/** What a customer is found by; the first of id, externalId, email, phone, anonymousId that is given decides. */
export const CustomerRef = Closed(
  {
    id: Type.Optional(Id),
    externalId: Type.Optional(Short),
    email: Type.Optional(Type.String({ minLength: 3, maxLength: 320 })),
    phone: Type.Optional(Type.String({ minLength: 3, maxLength: 40 })),
    anonymousId: Type.Optional(Short),
  },
  { minProperties: 1 },
);
export type CustomerRef = Static<typeof CustomerRef>;

/** The members a customer is written by; `country` takes a name or a code, `phone` any usual notation. */
const fields = {
  externalId: Short,
  type: Type.Union([Type.Literal('person'), Type.Literal('company')]),
  name: Short,
  firstName: Short,
  lastName: Short,
  company: Short,
  jobTitle: Short,
  email: Type.String({ minLength: 3, maxLength: 320 }),
  phone: Type.String({ minLength: 3, maxLength: 40 }),
  birthday: Day,
  gender: Type.String({ minLength: 1, maxLength: 40 }),
  address: Type.String({ minLength: 1, maxLength: 500 }),
  city: Short,
  region: Short,
  postalCode: Type.String({ minLength: 1, maxLength: 20 }),
  country: Type.String({ minLength: 2, maxLength: 80, description: 'ISO 3166-1 alpha-2, or an English name' }),
  language: Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$' }),
  timeZone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA name' }),
  source: Type.String({ minLength: 1, maxLength: 100 }),
  stage: Type.String({ minLength: 1, maxLength: 100 }),
  ownerId: Id,
  extra: Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), {
    description: 'Anything else worth keeping, at most 16 kB; not searchable, not in rules. Prefer attributes.',
  }),
};

type OptionalOf<P extends TProperties> = { [K in keyof P]: ReturnType<typeof Type.Optional<P[K]>> };
type ClearableOf<P extends TProperties> = {
  [K in keyof P]: ReturnType<typeof Type.Optional<ReturnType<typeof Nullable<P[K]>>>>;
};
const map = (properties: TProperties, change: (schema: TSchema) => TSchema): TProperties =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, change(schema)]));
const optional = <P extends TProperties>(properties: P) => map(properties, Type.Optional) as OptionalOf<P>;
const clearable = <P extends TProperties>(properties: P) =>
  map(properties, (schema) => Type.Optional(Nullable(schema))) as ClearableOf<P>;

/** There is no third value: nothing said is no row. */
export const ConsentStatus = Type.Union([Type.Literal('granted'), Type.Literal('denied')]);
/** `changedAt` is now when absent. */
export const ConsentChange = Closed({
  channel: Type.String({ pattern: '^[a-z][a-z0-9_-]{0,39}$', description: 'email, sms, voice, push, post …' }),
  purpose: Type.String({ pattern: '^[a-z][a-z0-9_-]{0,39}$', description: 'marketing, service, profiling …' }),
  status: ConsentStatus,
  source: Type.Optional(Type.String({ maxLength: 200 })),
  proof: Type.Optional(
    Type.String({ maxLength: 2000, description: 'What shows it: form and version, call id, IP and time' }),
  ),
  changedAt: Type.Optional(Time),
});
export type ConsentChange = Static<typeof ConsentChange>;
export const ConsentChanges = Closed({ consents: Type.Array(ConsentChange, { minItems: 1, maxItems: 50 }) });
export const Consent = Closed({
  channel: Type.String(),
  purpose: Type.String(),
  status: ConsentStatus,
  source: Nullable(Type.String()),
  proof: Nullable(Type.String()),
  changedAt: Time,
});
export type Consent = Static<typeof Consent>;
export const Consents = Closed({ data: Type.Array(Consent) });

const { type, ...rest } = fields;
const extras = {
  attributes: Type.Optional(AttributeValues),
  tags: Type.Optional(Type.Array(Tag, { maxItems: 100 })),
  consents: Type.Optional(Type.Array(ConsentChange, { maxItems: 50 })),
};
export const NewCustomer = Closed({
  ...optional(fields),
  anonymousId: Type.Optional(Short),
  ...extras,
});
export type NewCustomer = Static<typeof NewCustomer>;

/** A value sets, an absent member keeps, null clears. */
export const CustomerChange = Closed({
  ...clearable(rest),
  type: Type.Optional(type),
  attributes: Type.Optional(AttributeValues),
});
export type CustomerChange = Static<typeof CustomerChange>;

/** A row of an upsert: found by id, externalId, email, phone or anonymousId in this order, else created. */
export const CustomerRow = Closed({
  id: Type.Optional(Id),
  ...clearable(rest),
  type: Type.Optional(type),
  anonymousId: Type.Optional(Short),
  createdAt: Type.Optional(Time),
  ...extras,
});
export type CustomerRow = Static<typeof CustomerRow>;
export const CustomerRows = Type.Array(CustomerRow, { minItems: 1, maxItems: 1000 });

export const RowProblem = Closed({ code: Type.String(), detail: Type.String(), pointer: Type.String() });
export const RowOutcome = Closed({
  index: Type.Integer(),
  outcome: Type.Union([
    Type.Literal('created'),
    Type.Literal('updated'),
    Type.Literal('unchanged'),
    Type.Literal('refused'),
  ]),
  id: Nullable(Type.String()),
  problem: Type.Optional(RowProblem),
});
export type RowOutcome = Static<typeof RowOutcome>;
/** One result for each row, in their order; a refused row does not undo the others. */
export const UpsertReply = Closed({
  created: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer(),
  refused: Type.Integer(),
  results: Type.Array(RowOutcome),
});

const text = Nullable(Type.String());
export const Customer = Closed(
  {
    id: Id,
    externalId: text,
    type: Type.String(),
    name: text,
    firstName: text,
    lastName: text,
    company: text,
    jobTitle: text,
    email: text,
    phone: text,
    birthday: text,
    gender: text,
    address: text,
    city: text,
    region: text,
    postalCode: text,
    country: Nullable(Country),
    language: text,
    timeZone: text,
    source: text,
    stage: text,
    ownerId: text,
    level: text,
    extra: Nullable(Type.Record(Type.String(), Type.Unknown())),
    attributes: Type.Record(Type.String(), Type.Unknown()),
    tags: Type.Array(Type.String()),
    version: Type.Integer(),
    createdAt: Time,
    updatedAt: Time,
    lastSeenAt: Nullable(Time),
    mergedInto: text,
    erasedAt: Nullable(Time),
  },
  { $id: 'Customer' },
);
export type Customer = Static<typeof Customer>;
export const CustomerPage = pageOf(Customer);

/**
 * Columns by value; `attribute.<key>` by value, `attribute.<key>.from` (inside) and `.to` (outside) by range,
 * `attribute.<key>.present` by true or false. `q` finds words that start with it in name, company, e-mail, phone and external id.
 */
export const CustomerQuery = Type.Object(
  {
    ...PageQuery.properties,
    q: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    sort: Type.Optional(
      Type.Enum(['createdAt', '-createdAt', 'updatedAt', '-updatedAt', 'name', '-name', 'lastSeenAt', '-lastSeenAt'], {
        description: '-createdAt by default; with q, newest first',
      }),
    ),
    externalId: Type.Optional(Type.String()),
    email: Type.Optional(Type.String()),
    phone: Type.Optional(Type.String()),
    type: Type.Optional(Type.String()),
    city: Type.Optional(Type.String()),
    region: Type.Optional(Type.String()),
    country: Type.Optional(Type.String()),
    language: Type.Optional(Type.String()),
    gender: Type.Optional(Type.String()),
    source: Type.Optional(Type.String()),
    stage: Type.Optional(Type.String()),
    ownerId: Type.Optional(Type.String()),
    level: Type.Optional(Type.String()),
    tag: Type.Optional(Type.String()),
    createdFrom: Type.Optional(Time),
    createdTo: Type.Optional(Time),
    updatedFrom: Type.Optional(Time),
    updatedTo: Type.Optional(Time),
  },
  {
    additionalProperties: false,
    patternProperties: { '^attribute\\.[a-z][a-z0-9_]{0,39}(\\.(from|to|present))?$': { type: 'string' } },
  },
);
export type CustomerQuery = Static<typeof CustomerQuery>;

export const TagChange = Closed({
  add: Type.Optional(Type.Array(Tag, { maxItems: 100 })),
  remove: Type.Optional(Type.Array(Tag, { maxItems: 100 })),
});
export type TagChange = Static<typeof TagChange>;
export const Tags = Closed({ tags: Type.Array(Type.String()) });
