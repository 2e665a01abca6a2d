// When a rule's result could change though nobody writes: an order leaves its window, somebody turns eighteen. Not a schedule;
// the ticker asks once after each evaluation and sleeps until the earliest answer.

import { compileNode } from './closures.ts';
import { type FactUse, type Leaf, leavesOf, type Node } from './tree.ts';
import type { FactValue } from './vocabulary/fact.ts';
import type { Facts } from './vocabulary/facts.ts';
import type { Zone } from './vocabulary/zone.ts';

type NextChange = (facts: Facts, now: number) => number | null;

// Beyond this many moments of one condition the answer is early rather than exact: looking costs more than waking.
const looked = 200;

/** The earliest flip of any one condition after `now`; the rule as a whole may come out the same then, never change before. */
export const nextChange = (tree: Node, zone: Zone): NextChange => {
  const leaves = leavesOf(tree)
    .map((leaf) => leafChange(leaf, zone))
    .filter((each) => each !== undefined);
  return (facts, now) => {
    let earliest: number | null = null;
    for (const next of leaves) {
      const at = next(facts, now);
      if (at !== null && (earliest === null || at < earliest)) earliest = at;
    }
    return earliest;
  };
};

const leafChange = (leaf: Leaf, zone: Zone): NextChange | undefined => {
  const values = (Array.isArray(leaf.value) ? leaf.value : [leaf.value]) as readonly FactValue[];
  const moments = [leaf.use, leaf.other].flatMap((use) => (use ? momentsOf(use, zone) : []));
  if (moments.length === 0) return undefined;
  const holds = compileNode(leaf, zone);
  return (facts, now) => {
    const all = moments.flatMap((of) => of(facts, now, values)).filter((at) => at > now);
    if (all.length === 0) return null;
    const current = holds(facts, now);
    let last: number | null = null;
    let seen = 0;
    for (const at of all.toSorted((a, b) => a - b)) {
      if (at === last) continue;
      last = at;
      if (++seen > looked || holds(facts, at) !== current) return at;
    }
    return null;
  };
};

const momentsOf = ({ fact, params }: FactUse, zone: Zone) => (fact.moments ? [fact.moments(params, zone)] : []);
