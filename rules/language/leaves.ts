// The comparisons of a tree of conditions, those of named conditions included, in order.
import type { Condition, FactCondition } from '@rapport/sdk/schemas';
import type { Vocabulary } from './index.ts';

/** What a named condition that is gone would hold is left out. Takes conditions without cycles. */
export const leavesOf = (conditions: Condition, vocabulary: Vocabulary): FactCondition[] => {
  if ('all' in conditions) return conditions.all.flatMap((child) => leavesOf(child, vocabulary));
  if ('any' in conditions) return conditions.any.flatMap((child) => leavesOf(child, vocabulary));
  if ('not' in conditions) return leavesOf(conditions.not, vocabulary);
  if ('condition' in conditions) {
    const named = vocabulary.named.get(conditions.condition);
    return named ? leavesOf(named, vocabulary) : [];
  }
  return [conditions];
};
