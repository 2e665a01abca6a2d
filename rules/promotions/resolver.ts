// All money of promotions, in one pure function: what runs together, in which order, on what is left, and why the rest does not.
// It decides nothing about eligibility: conditions, codes, schedules and limits are settled before (see eligibility.ts).
import type { Cart, CartLine } from '@rapport/sdk/schemas';
import { sum } from './arithmetic.ts';
import { type Applied, byPriority, type Grant, phases, type Skip } from './grant.ts';
import { select } from './selection.ts';
import { isRefusal, type Remaining, type Worth, worthOf } from './worth.ts';

export type Resolution = {
  lines: { gross: number; discount: number; net: number }[];
  /** Goods before discounts, what comes off them, what is to pay for goods and shipping. Minor units. */
  subtotal: number;
  discount: number;
  shipping: number;
  shippingDiscount: number;
  total: number;
  points: number;
  applied: Applied[];
  skipped: Skip[];
};

export const grossOf = (line: CartLine): number => line.quantity * line.unitPrice;

/**
 * The same cart and grants give the same answer, whatever the order of the grants. No line, nor shipping,
 * goes below zero; every grant is either among `applied` or among `skipped`, with a reason.
 */
export const resolve = (cart: Cart, grants: readonly Grant[]): Resolution => {
  const failed: Skip[] = [];
  let candidates = [...grants].sort(byPriority);
  for (;;) {
    const { selected, skipped } = select(candidates);
    const pass = run(cart, inPhases(selected), new Set(skipped.map((skip) => skip.by)));
    failed.push(...pass.failed);
    if (!pass.freed) return summarise(cart, pass, [...failed, ...skipped]);
    // Somebody stood back for a grant that turned out to give nothing: select again without it.
    const gone = new Set(failed.map((skip) => skip.key));
    candidates = candidates.filter((grant) => !gone.has(grant.key));
  }
};

type Pass = { left: Remaining; applied: Applied[]; failed: Skip[]; freed: boolean };

const inPhases = (selected: readonly Grant[]): Grant[] =>
  phases.flatMap((phase) => selected.filter((grant) => grant.params.target === phase));

/** Runs the grants in order; stops at the first failure of one that holds others back (`blocking`). */
const run = (cart: Cart, grants: readonly Grant[], blocking: ReadonlySet<string | undefined>): Pass => {
  const left: Remaining = {
    nets: cart.lines.map(grossOf),
    quantities: cart.lines.map((line) => line.quantity),
    shipping: cart.shipping ?? 0,
  };
  const pass: Pass = { left, applied: [], failed: [], freed: false };
  const last: { goods?: string; shipping?: string } = {};
  for (const grant of grants) {
    const threshold = grant.recheck?.(sum(left.nets));
    const worth =
      threshold === undefined
        ? worthOf(grant, left, cart.lines.map(grant.matches))
        : { reason: 'threshold' as const, detail: threshold, by: last.goods };
    if (isRefusal(worth)) {
      pass.failed.push(explain(grant, worth, last));
      if (!blocking.has(grant.key)) continue;
      return { ...pass, freed: true };
    }
    pass.applied.push(apply(grant, worth, left));
    if (sum(worth.lines) > 0) last.goods = grant.key;
    if (worth.shipping > 0) last.shipping = grant.key;
  }
  return pass;
};

const apply = (grant: Grant, worth: Worth, left: Remaining): Applied => {
  worth.lines.forEach((off, line) => {
    left.nets[line]! -= off;
  });
  left.shipping -= worth.shipping;
  worth.commit?.();
  const { lines, shipping, points } = worth;
  return { grant, amount: sum(lines) + shipping, lines, shipping, points };
};

/** Names the last grant that took what this one would have needed. */
const explain = (grant: Grant, why: Omit<Skip, 'key'>, last: { goods?: string; shipping?: string }): Skip => {
  const taker = grant.params.target === 'shipping' ? last.shipping : last.goods;
  const by = why.reason === 'nothing_left' ? taker : why.by;
  return { key: grant.key, reason: why.reason, ...(why.detail && { detail: why.detail }), ...(by && { by }) };
};

const summarise = (cart: Cart, { left, applied }: Pass, skipped: Skip[]): Resolution => {
  const lines = cart.lines.map((line, index) => {
    const gross = grossOf(line);
    const net = left.nets[index]!;
    return { gross, discount: gross - net, net };
  });
  const goods = sum(left.nets);
  const subtotal = sum(lines.map((line) => line.gross));
  return {
    lines,
    subtotal,
    discount: subtotal - goods,
    shipping: left.shipping,
    shippingDiscount: (cart.shipping ?? 0) - left.shipping,
    total: goods + left.shipping,
    points: sum(applied.map((entry) => entry.points)),
    applied,
    skipped: skipped.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  };
};
