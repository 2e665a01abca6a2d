// Follows references between documents: named conditions and segments. Finds cycles, also those that pass through both kinds,
// and how many conditions a reference stands for.
import type { Condition } from '@rapport/sdk/schemas';
import type { Vocabulary } from './vocabulary/vocabulary.ts';

export type Reference = { kind: 'segment' | 'condition'; key: string };

const parts = (condition: Condition): readonly Condition[] => {
  if ('all' in condition) return condition.all;
  if ('any' in condition) return condition.any;
  return 'not' in condition ? [condition.not] : [];
};

/** References made anywhere in saved conditions. */
export const referencesIn = (condition: Condition): Reference[] => {
  if ('condition' in condition) return [{ kind: 'condition', key: condition.condition }];
  if ('fact' in condition)
    return condition.fact.startsWith('segment.')
      ? [{ kind: 'segment', key: condition.fact.slice('segment.'.length) }]
      : [];
  return parts(condition).flatMap(referencesIn);
};

/** Keys of the named conditions that conditions stand on, those inside others included. No cycles. */
export const namedIn = (condition: Condition, vocabulary: Vocabulary): string[] =>
  referencesIn(condition).flatMap(({ kind, key }) => {
    const named = kind === 'condition' ? vocabulary.named.get(key) : undefined;
    return named ? [key, ...namedIn(named, vocabulary)] : [];
  });

const nameOf = ({ kind, key }: Reference): string => `${kind} "${key}"`;

/** The way from `start` back to `target` (or, without one, to itself), as words; undefined when there is none. */
export const findCycle = (
  start: Reference,
  target: Reference | undefined,
  vocabulary: Vocabulary,
): string | undefined => {
  const done = new Set<string>();
  const walk = (at: Reference, path: readonly Reference[]): string | undefined => {
    const name = nameOf(at);
    const again = path.some((each) => nameOf(each) === name);
    if (again || (target && name === nameOf(target))) return [...path, at].map(nameOf).join(' → ');
    if (done.has(name)) return undefined;
    done.add(name);
    const next = at.kind === 'segment' ? vocabulary.segments.get(at.key)?.conditions : vocabulary.named.get(at.key);
    for (const each of next ? referencesIn(next) : []) {
      const found = walk(each, [...path, at]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(start, []);
};

/** How many comparisons conditions stand for once named ones are put in place; stops counting above `limit`. No cycles. */
export const countConditions = (condition: Condition, vocabulary: Vocabulary, limit: number): number => {
  if ('fact' in condition) return 1;
  if ('condition' in condition) {
    const named = vocabulary.named.get(condition.condition);
    return named ? countConditions(named, vocabulary, limit) : 1;
  }
  let count = 0;
  for (const part of parts(condition)) {
    count += countConditions(part, vocabulary, limit - count);
    if (count > limit) break;
  }
  return count;
};
