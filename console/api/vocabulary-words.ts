// Titles out of the vocabulary in the reader's language, and what an operator of the editor means in JSON.
// Two are the editor's own: "is known" and "is not known" compare with null.
import type { FactType, VocabularyFact, VocabularyOperator, VocabularyReply } from '@rapport/sdk/schemas';
import type { Language } from '../words/words.ts';

export type Vocabulary = {
  reply: VocabularyReply;
  facts: ReadonlyMap<string, VocabularyFact>;
  operators: ReadonlyMap<string, VocabularyOperator>;
};

export const indexVocabulary = (reply: VocabularyReply): Vocabulary => ({
  reply,
  facts: new Map(reply.facts.map((fact) => [fact.id, fact])),
  operators: new Map(reply.operators.map((operator) => [operator.name, operator])),
});

export const titleOf = (words: { en: string; zh: string } | undefined, language: Language, fallback: string): string =>
  words?.[language] || words?.en || fallback;

/** The type a fact has with these params: aggregates have one per measure. */
export const typeOf = (fact: VocabularyFact, params: Record<string, unknown>): FactType =>
  (typeof params.measure === 'string' ? fact.types?.[params.measure] : undefined) ?? fact.type;

export const operatorsOf = (vocabulary: Vocabulary, fact: VocabularyFact, type: FactType): VocabularyOperator[] =>
  vocabulary.reply.operators.filter(
    (operator) => fact.operators.includes(operator.name) && (type === 'any' || operator.types.includes(type)),
  );

/** What the operator field shows: the operator, and whether the other side is a value, null or another fact. */
export type Choice = { operator: string; side: 'value' | 'null' | 'fact' };

export const choiceOf = (operator: string, value: unknown): Choice => {
  if (value === null && (operator === 'equal' || operator === 'notEqual')) return { operator, side: 'null' };
  if (typeof value === 'object' && value !== null && 'fact' in value) return { operator, side: 'fact' };
  return { operator, side: 'value' };
};

export const choiceText = ({ operator, side }: Choice): string => `${operator}:${side}`;
export const parseChoice = (text: string): Choice => {
  const [operator = '', side = 'value'] = text.split(':');
  return { operator, side: side as Choice['side'] };
};

export type Window =
  | { kind: 'any' }
  | { kind: 'last'; count: number; unit: Unit }
  | { kind: 'between'; from: string; to: string }
  | { kind: 'text'; text: string };
export const windowUnits = ['D', 'W', 'H', 'M'] as const;
export type Unit = (typeof windowUnits)[number];

/** `"P90D"`, `{ from, to }` or absent, as fields to fill in. What does not fit the fields stays as text. */
export const readWindow = (value: unknown): Window => {
  if (value === undefined || value === null) return { kind: 'any' };
  if (typeof value === 'object') {
    const { from, to } = value as { from?: unknown; to?: unknown };
    return { kind: 'between', from: String(from ?? ''), to: String(to ?? '') };
  }
  const [, count, days, time, hours] = /^P(?:(\d+)([DW])|T(\d+)([HM]))$/.exec(String(value)) ?? [];
  if (count) return { kind: 'last', count: Number(count), unit: days as Unit };
  if (time) return { kind: 'last', count: Number(time), unit: hours as Unit };
  return { kind: 'text', text: String(value) };
};

export const writeWindow = (window: Window): unknown => {
  if (window.kind === 'any') return undefined;
  if (window.kind === 'text') return window.text;
  if (window.kind === 'between')
    return { ...(window.from && { from: window.from }), ...(window.to && { to: window.to }) };
  return window.unit === 'D' || window.unit === 'W'
    ? `P${window.count}${window.unit}`
    : `PT${window.count}${window.unit}`;
};
