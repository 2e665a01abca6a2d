// Definitions of custom attributes: typed columns that an admin adds.
import { type Static, Type } from 'typebox';
import { Closed, Nullable, Time } from './shared.ts';

const Short = Type.String({ minLength: 1, maxLength: 200 });
const text = Nullable(Type.String());
export const AttributeKey = Type.String({
  pattern: '^[a-z][a-z0-9_]{0,39}$',
  description: 'Lower case letters, digits and underscores; the column is a_<key>, the fact attribute.<key>',
});
/** `money` is in minor units, `date` is YYYY-MM-DD, `datetime` an instant, `list` a list of texts. */
export const AttributeType = Type.Enum(['text', 'number', 'integer', 'boolean', 'date', 'datetime', 'money', 'list']);
/** Key, type and `unique` are for good: no change takes them. */
export const NewAttribute = Closed({
  key: AttributeKey,
  title: Short,
  titleZh: Type.Optional(Short),
  description: Type.Optional(Type.String({ maxLength: 1000 })),
  type: AttributeType,
  options: Type.Optional(
    Type.Array(Short, { minItems: 1, maxItems: 200, uniqueItems: true, description: 'Only these (text and list)' }),
  ),
  personal: Type.Optional(Type.Boolean({ description: 'Personal data: masked for those without the scope pii' })),
  unique: Type.Optional(Type.Boolean()),
});
export type NewAttribute = Static<typeof NewAttribute>;
/** A value sets, an absent member keeps, null clears. */
export const AttributeChange = Closed({
  title: Type.Optional(Short),
  titleZh: Type.Optional(Nullable(Short)),
  description: Type.Optional(Nullable(Type.String({ maxLength: 1000 }))),
  options: Type.Optional(Nullable(Type.Array(Short, { minItems: 1, maxItems: 200, uniqueItems: true }))),
  personal: Type.Optional(Type.Boolean()),
  archived: Type.Optional(Type.Boolean()),
});
export type AttributeChange = Static<typeof AttributeChange>;
export const Attribute = Closed({
  key: Type.String(),
  title: Type.String(),
  titleZh: text,
  description: text,
  type: AttributeType,
  options: Nullable(Type.Array(Type.String())),
  personal: Type.Boolean(),
  unique: Type.Boolean(),
  createdAt: Time,
  archivedAt: Nullable(Time),
});
export type Attribute = Static<typeof Attribute>;
export const Attributes = Closed({ data: Type.Array(Attribute) });
