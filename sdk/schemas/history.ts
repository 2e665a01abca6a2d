// A customer's timeline, merges, and the export of everything kept about a person.
import { type Static, Type } from 'typebox';
import { Customer } from './customers.ts';
import { Closed, Id, Nullable, PageQuery, pageOf, Time } from './shared.ts';

const kinds = ['event', 'order', 'refund', 'consent', 'level', 'points', 'merge', 'message', 'record'] as const;
const oneOf = `(${kinds.join('|')})`;

export const TimelineEntry = Closed({
  id: Type.String(),
  kind: Type.Enum([...kinds]),
  at: Time,
  /** The event's type, the order's status, the consent's channel … */
  title: Type.String(),
  data: Type.Record(Type.String(), Type.Unknown()),
});
export type TimelineEntry = Static<typeof TimelineEntry>;
export const TimelineQuery = Closed({
  ...PageQuery.properties,
  kind: Type.Optional(
    Type.String({
      pattern: `^${oneOf}(,${oneOf}){0,${kinds.length - 1}}$`,
      maxLength: 100,
      description: `Only these kinds, comma-separated: ${kinds.join(', ')}`,
    }),
  ),
});
export const TimelinePage = pageOf(TimelineEntry);

/** The customer in the path goes into this one. */
export const MergeRequest = Closed({ into: Id });
export const Merge = Closed({
  id: Id,
  fromId: Id,
  intoId: Id,
  at: Time,
  undoneAt: Nullable(Time),
});
export type Merge = Static<typeof Merge>;
/** Undoes the newest merge into (or of) this customer, or the one named. */
export const UnmergeRequest = Closed({ mergeId: Type.Optional(Id) });

/** Everything kept about one person, table by table. */
export const PersonExport = Closed({
  exportedAt: Time,
  customer: Customer,
  tables: Type.Record(Type.String(), Type.Array(Type.Record(Type.String(), Type.Unknown()))),
});
export type PersonExport = Static<typeof PersonExport>;
