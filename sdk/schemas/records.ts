// Records of types that plugins declare: tickets, deals, survey answers. One generic shape.
import { type Static, Type } from 'typebox';
import { Closed, Id, Nullable, PageQuery, pageOf, Time } from './shared.ts';

export const RecordTypeKey = Type.String({ pattern: '^[a-z][a-z0-9_-]{0,62}$' });
const Data = Type.Record(Type.String({ maxLength: 100 }), Type.Unknown());

/** `schema` is what its plugin declared; data that does not fit it is refused. */
export const RecordType = Closed({
  type: RecordTypeKey,
  plugin: Type.String(),
  title: Type.String(),
  titleZh: Nullable(Type.String()),
  schema: Type.Unknown(),
});
export type RecordType = Static<typeof RecordType>;
export const RecordTypes = Closed({ data: Type.Array(RecordType) });

export const NewRecord = Closed({
  /** Unique within the type; a second record with it is refused. */
  key: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  customerId: Type.Optional(Id),
  data: Data,
});
export type NewRecord = Static<typeof NewRecord>;
/** `data` members: a value sets, an absent member keeps, null clears. */
export const RecordChange = Closed({
  customerId: Type.Optional(Nullable(Id)),
  data: Type.Optional(Data),
});
export type RecordChange = Static<typeof RecordChange>;
/** `version` grows with every change. */
export const DataRecord = Closed({
  id: Id,
  type: Type.String(),
  key: Nullable(Type.String()),
  customerId: Nullable(Type.String()),
  data: Type.Record(Type.String(), Type.Unknown()),
  version: Type.Integer(),
  createdAt: Time,
  updatedAt: Time,
});
export type DataRecord = Static<typeof DataRecord>;
export const RecordPage = pageOf(DataRecord);
export const RecordQuery = Closed({
  ...PageQuery.properties,
  customerId: Type.Optional(Id),
  key: Type.Optional(Type.String()),
});
export const RecordTypeParams = Closed({ type: RecordTypeKey });
export const RecordParams = Closed({ type: RecordTypeKey, id: Id });
