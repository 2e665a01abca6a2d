// One condition tree as a closure: no eval, nothing allocated per run. What a whole rule is made of is in predicate.ts.
import { type FactUse, type Node, usesOf } from './tree.ts';
import type { Read } from './vocabulary/fact.ts';
import type { Facts } from './vocabulary/facts.ts';
import { testAgainst, testBetween } from './vocabulary/operators.ts';
import type { Zone } from './vocabulary/zone.ts';

/** True when the conditions hold at `now`. False for a customer that is merged away or erased. */
export type Predicate = (facts: Facts, now: number) => boolean;

/**
 * Takes a tree of `readTree`. Operands of a group may be asked in another order than they are written, and
 * no more of them than decide. It does not look at whether the customer is gone: `compileRule` does.
 */
export const compileNode = (node: Node, zone: Zone, readOf = compileRead): Predicate => {
  if (node.kind === 'leaf') {
    const read = readOf(node.use, zone);
    if (node.other) {
      const other = readOf(node.other, zone);
      const between = testBetween(node.operator);
      return (facts, now) => between(read(facts, now), other(facts, now));
    }
    const test = testAgainst(node.operator, node.value);
    const { fact, params } = node.use;
    const plain = fact.read(params, zone);
    return (facts, now) => test(facts.given === null ? plain(facts, now) : read(facts, now));
  }
  if (node.kind === 'not') {
    const child = compileNode(node.child, zone, readOf);
    return (facts, now) => !child(facts, now);
  }
  // What is read at once comes before what is worked out, and that before what is counted; the result is the same.
  const sorted = node.children.toSorted((a, b) => price(a) - price(b));
  const children = sorted.map((child) => compileNode(child, zone, readOf));
  const [first, second] = children;
  if (children.length === 1) return first!;
  if (node.kind === 'all') {
    if (children.length === 2) return (facts, now) => first!(facts, now) && second!(facts, now);
    return (facts, now) => {
      for (let i = 0; i < children.length; i++) if (!children[i]!(facts, now)) return false;
      return true;
    };
  }
  if (children.length === 2) return (facts, now) => first!(facts, now) || second!(facts, now);
  return (facts, now) => {
    for (let i = 0; i < children.length; i++) if (children[i]!(facts, now)) return true;
    return false;
  };
};

const price = (node: Node): number =>
  Math.max(0, ...usesOf(node).map(({ fact }) => (fact.evidence ? 2 : fact.column === undefined ? 1 : 0)));

/** A fact's value as it was loaded; values that a test gives outright are not looked at. */
export const readPlain = ({ fact, params }: FactUse, zone: Zone): Read => fact.read(params, zone);

/** A fact's value, or the one given outright. */
export const compileRead = ({ fact, params }: FactUse, zone: Zone): Read => {
  const read = fact.read(params, zone);
  const { id } = fact;
  return (facts, now) => (facts.given?.has(id) ? (facts.given.get(id) as ReturnType<Read>) : read(facts, now));
};
