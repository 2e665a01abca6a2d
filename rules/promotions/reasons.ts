// Says in one line which condition of a promotion fails for a cart: "9450 < 10000". Made once a version, asked only on failure.
// The full tree with everything that was looked at is the language's `explain`.
import type { Condition, FactCondition } from '@rapport/sdk/schemas';
import { compilePredicate, type Facts, type Predicate, type Vocabulary } from '../language/index.ts';

export type Reason = (facts: Facts, now: number) => string;

type Node = { holds: Predicate; why: Reason };

/** Answers for facts under which the conditions do not hold. */
export const createReason = (conditions: Condition, vocabulary: Vocabulary): Reason => {
  let root: Node | undefined;
  return (facts, now) => {
    root ??= nodeOf(conditions, vocabulary);
    return root.why(facts, now);
  };
};

const nodeOf = (condition: Condition, vocabulary: Vocabulary): Node => {
  const holds = compilePredicate(condition, vocabulary);
  if ('all' in condition) {
    const children = condition.all.map((child) => nodeOf(child, vocabulary));
    return { holds, why: (facts, now) => firstFailing(children, facts, now)?.why(facts, now) ?? 'does not hold' };
  }
  if ('any' in condition) {
    const children = condition.any.map((child) => nodeOf(child, vocabulary));
    return { holds, why: (facts, now) => children.map((child) => child.why(facts, now)).join(', ') };
  }
  if ('not' in condition) return { holds, why: () => `not ${summary(condition.not)}` };
  if ('condition' in condition) {
    const named = vocabulary.named.get(condition.condition);
    const inner = named && nodeOf(named, vocabulary);
    return { holds, why: (facts, now) => `${condition.condition}: ${inner?.why(facts, now) ?? 'unknown'}` };
  }
  return { holds, why: comparison(condition, vocabulary) };
};

const firstFailing = (nodes: readonly Node[], facts: Facts, now: number): Node | undefined =>
  nodes.find((node) => !node.holds(facts, now));

const summary = (condition: Condition): string =>
  'fact' in condition ? `${condition.fact} ${condition.operator} ${show(condition.value)}` : 'this';

/** How a comparison reads when it fails. */
const failing: Readonly<Record<string, string>> = {
  lessThan: '>=',
  lessThanInclusive: '>',
  greaterThan: '<=',
  greaterThanInclusive: '<',
  equal: '≠',
  notEqual: '=',
  in: 'not in',
  notIn: 'in',
};

// Values are shown of the cart only: who asks for a price need not learn a customer's birthday from it.
const comparison = (condition: FactCondition, vocabulary: Vocabulary): Reason => {
  const { fact, operator, value, params = {} } = condition;
  const read = fact.startsWith('cart.') ? vocabulary.find(fact)?.read(params, vocabulary.zone) : undefined;
  if (!read) return () => `needs ${fact} ${operator} ${show(value)}`;
  const name = fact === 'cart.subtotal' ? '' : `${fact} `;
  const sign = failing[operator] ?? `fails ${operator}`;
  return (facts, now) => `${name}${show(read(facts, now))} ${sign} ${show(value)}`;
};

const show = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(show).join(' | ');
  if (typeof value === 'object' && value !== null && 'fact' in value) return String(value.fact);
  return value === null || value === undefined ? 'none' : String(value);
};
