// Conditions worked out in part: what some leaves answer now is put in, the others stay as conditions. So it is known whether a cart
// of nobody can be granted at all, and which terms of a redemption are about its goods.
import type { Condition, FactCondition } from '@rapport/sdk/schemas';
import { compileRule, type Facts, type Needs, type Vocabulary } from '../language/index.ts';

/** What is open of conditions when the other leaves have answered; true or false where nothing is. */
export type Remainder = Condition | boolean;
export type PartialConditions = {
  /** What would have to be known of the customer. */
  ofCustomer: (facts: Facts, now: number) => Remainder;
  /** What depends on the cart; a leaf that compares the cart with something else is answered. */
  ofCart: (facts: Facts, now: number) => Remainder;
};

type Leaf = { holds: (facts: Facts, now: number) => boolean; ofCart: boolean; ofCustomer: boolean };

/** Takes conditions that `compileRule` takes, with the same vocabulary. Leaves are compiled when they are first asked. */
export const createPartial = (conditions: Condition, vocabulary: Vocabulary): PartialConditions => {
  const leaves = new Map<FactCondition, Leaf>();
  const leafOf = (condition: FactCondition): Leaf => {
    const known = leaves.get(condition);
    if (known) return known;
    const { test, needs } = compileRule(condition, vocabulary);
    const { fact, value } = condition;
    const other = typeof value === 'object' && value !== null && 'fact' in value ? String(value.fact) : fact;
    const leaf = {
      holds: test,
      ofCart: [fact, other].every((id) => id.startsWith('cart.')),
      ofCustomer: isAny(needs),
    };
    leaves.set(condition, leaf);
    return leaf;
  };
  const rest = (open: (leaf: Leaf) => boolean) => (facts: Facts, now: number) => {
    const walk = (condition: Condition): Remainder => {
      if ('all' in condition) return allOf(condition.all.map(walk));
      if ('any' in condition) return negated(allOf(condition.any.map((child) => negated(walk(child)))));
      if ('not' in condition) return negated(walk(condition.not));
      if ('condition' in condition) {
        const named = vocabulary.named.get(condition.condition);
        return named !== undefined && walk(named);
      }
      const leaf = leafOf(condition);
      return open(leaf) ? condition : leaf.holds(facts, now);
    };
    return walk(conditions);
  };
  return { ofCustomer: rest(({ ofCustomer }) => ofCustomer), ofCart: rest(({ ofCart }) => ofCart) };
};

const allOf = (members: readonly Remainder[]): Remainder => {
  if (members.includes(false)) return false;
  const open = members.filter((member) => typeof member !== 'boolean');
  if (open.length === 0) return true;
  return open.length === 1 ? open[0]! : { all: open };
};

const negated = (remainder: Remainder): Remainder => {
  if (typeof remainder === 'boolean') return !remainder;
  return 'not' in remainder ? remainder.not : { not: remainder };
};

/** Whether anything has to be read of a customer. */
export const isAny = (needs: Needs): boolean =>
  needs.customer ||
  needs.consents ||
  needs.tags ||
  needs.segments.size > 0 ||
  needs.declared.size > 0 ||
  needs.orders !== null ||
  needs.events !== null;
