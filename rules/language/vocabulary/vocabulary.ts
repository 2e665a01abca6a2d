// The typed registry of facts that conditions may use, made from what the shop has: attributes, segments, named conditions,
// and facts that modules declare. A value, made anew when one of those changes.
import type { Attribute, Condition, FactType, VocabularyFact, VocabularyReply } from '@rapport/sdk/schemas';
import type { DeclaredFact } from '../../../core/index.ts';
import { contextFacts, propertyFact } from './context.ts';
import { attributeFacts, customerFacts } from './customer.ts';
import { declaredFact } from './declared.ts';
import { eventsFact } from './events.ts';
import type { FactDefinition, Params } from './fact.ts';
import type { Place } from './forms.ts';
import type { SqlTarget } from './fragment.ts';
import { operators } from './operators.ts';
import { ordersFact } from './orders.ts';
import { consentFact, segmentFact, tagsFact } from './relations.ts';
import { createZone, type Zone } from './zone.ts';

export type VocabularyOptions = {
  timeZone?: string;
  /** What a phone number without +… means; null when the shop has not said. */
  defaultCountry?: string | null;
  attributes?: readonly Pick<Attribute, 'key' | 'title' | 'titleZh' | 'type' | 'options'>[];
  /** Segments by key, with the conditions of dynamic ones so that cycles are seen. */
  segments?: readonly { key: string; name: string; conditions: Condition | null }[];
  /** Facts that modules declare over their tables; one may not take the id of a core fact. */
  declared?: readonly DeclaredFact[];
  /** Event types seen so far, to pick from. */
  eventTypes?: readonly string[];
  /** Named conditions, for `{ condition: name }`. */
  named?: ReadonlyMap<string, Condition>;
};

export type Vocabulary = {
  zone: Zone;
  place: Place;
  find: (id: string) => FactDefinition | undefined;
  list: () => readonly FactDefinition[];
  named: ReadonlyMap<string, Condition>;
  segments: ReadonlyMap<string, { name: string; conditions: Condition | null }>;
};

export const createVocabulary = (options: VocabularyOptions = {}): Vocabulary => {
  const core: FactDefinition[] = [
    ...customerFacts(),
    ...(options.attributes ?? []).flatMap(attributeFacts),
    tagsFact(),
    consentFact(),
    ...(options.declared ?? []).map(declaredFact),
    ...(options.segments ?? []).map(({ key, name }) => segmentFact(key, name)),
    ordersFact(),
    eventsFact(options.eventTypes ?? []),
    ...contextFacts(options.eventTypes),
  ];
  // Of two of one id the first stays: an attribute or segment whose key makes the same id as another fact hides nothing.
  const facts = new Map(core.toReversed().map((fact) => [fact.id, fact]));
  return {
    zone: createZone(options.timeZone ?? 'UTC'),
    place: { defaultCountry: options.defaultCountry ?? null },
    find: (id) => facts.get(id) ?? propertyFact(id),
    list: () => [...facts.values()].reverse(),
    named: options.named ?? new Map(),
    segments: new Map((options.segments ?? []).map(({ key, name, conditions }) => [key, { name, conditions }])),
  };
};

export const typeOf = (fact: FactDefinition, params: Params): FactType =>
  typeof fact.type === 'function' ? fact.type(params) : fact.type;

const plain: readonly FactType[] = ['text', 'number', 'integer', 'money', 'boolean', 'day', 'instant'];

/** Whether the fact may stand in `value: { fact }`: it needs a plain expression, which what moves by day has not. */
export const isComparable = (fact: FactDefinition, params: Params): boolean => {
  if (!plain.includes(typeOf(fact, params))) return false;
  const target: SqlTarget = { dialect: 'sqlite', now: 0, zone: createZone('UTC'), groups: [], inOrder: false };
  return fact.sql === undefined || fact.sql(params, target).expression !== undefined;
};

/** Of the operators for the type, those that the fact allows. */
export const operatorsFor = (fact: FactDefinition, type: FactType): string[] =>
  operators
    .filter(({ name, types }) => types.includes(type) && (fact.operators?.includes(name) ?? true))
    .map(({ name }) => name);

/** Of one rule: levels of groups, comparisons (named conditions counted with what they hold), and bytes of its JSON. */
export const limits = { levels: 20, conditions: 500, bytes: 100_000 } as const;

// Params that every fact can be looked at with.
const sample: Params = { type: ['x'], channel: 'x', purpose: 'x' };

/** The vocabulary as the builder reads it. */
export const describeVocabulary = (vocabulary: Vocabulary): VocabularyReply => ({
  facts: vocabulary.list().map(describeFact),
  operators: operators.map(({ name, title, types, value, sql }) => ({ name, title, types, value, sql })),
  conditions: [...vocabulary.named.keys()],
  limits,
  timeZone: vocabulary.zone.name,
});

const describeFact = (fact: FactDefinition): VocabularyFact => {
  const type = typeOf(fact, {});
  const types = [...new Set([type, ...Object.values(fact.types ?? {})])];
  return {
    id: fact.id,
    title: fact.title,
    group: fact.group,
    type,
    ...(fact.types && { types: { ...fact.types } }),
    contexts: [...fact.contexts],
    operators: [...new Set(types.flatMap((each) => operatorsFor(fact, each)))],
    params: [...(fact.params ?? [])],
    ...(fact.options && { options: [...fact.options] }),
    ...(fact.closed && { closed: true }),
    comparable: isComparable(fact, sample),
  };
};
