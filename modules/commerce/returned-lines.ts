// What comes back of an order by line: which units, and what they are worth. Pure; minor units.
import type { ReturnedLine } from '@rapport/sdk/schemas';
import { InvalidValue } from '../../core/index.ts';
import { ReturnTooMany } from './errors.ts';

type Line = { line_no: number; sku: string; quantity: number; total: number };
type Units = { line_no: number; quantity: number };
export type ReturnedUnits = Units & { sku: string; amount: number };

/**
 * What each line cost after its share of the discount of the whole order, which is spread by largest remainder over what the lines
 * come to, ties to the first: so the nets sum to the goods less that discount. Shipping is in none.
 */
export const netsOf = (lines: readonly Line[], discount: number): number[] => {
  const weights = lines.map(({ total }) => BigInt(Math.max(0, total)));
  const whole = weights.reduce((sum, weight) => sum + weight, 0n);
  if (whole === 0n) return weights.map(() => 0);
  const spread = BigInt(Math.max(0, discount)) < whole ? BigInt(Math.max(0, discount)) : whole;
  const shares = weights.map((weight) => Number((spread * weight) / whole));
  const rests = weights.map((weight, index) => ({ index, rest: (spread * weight) % whole }));
  const missing = Number(spread) - shares.reduce((sum, share) => sum + share, 0);
  rests.sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest < b.rest ? 1 : -1));
  for (const { index } of rests.slice(0, missing)) shares[index]! += 1;
  return weights.map((weight, index) => Number(weight) - shares[index]!);
};

/**
 * The units that are named, one entry a line in the order of the lines. A line's units cost its net in equal parts rounded down, the
 * rest with its last: however a line comes back, its parts sum to its net. Throws RETURN_TOO_MANY, and INVALID_VALUE where a line is
 * named by neither or both members or is not of the order.
 */
export const returnedUnits = (
  order: { lines: readonly Line[]; discount: number },
  before: readonly Units[],
  named: readonly ReturnedLine[],
): ReturnedUnits[] => {
  const back = unitsByLine(before);
  const now = new Map<number, number>();
  const leftOf = ({ line_no, quantity }: Line): number => quantity - (back.get(line_no) ?? 0) - (now.get(line_no) ?? 0);
  for (const [index, wanted] of named.entries()) {
    const lines = linesNamed(order.lines, wanted, `/lines/${index}`);
    const left = lines.reduce((sum, line) => sum + Math.max(0, leftOf(line)), 0);
    if (wanted.quantity > left) throw new ReturnTooMany(lines[0]!.sku, left, { pointer: `/lines/${index}/quantity` });
    let open = wanted.quantity;
    for (const line of lines) {
      const taken = Math.min(open, Math.max(0, leftOf(line)));
      if (taken > 0) now.set(line.line_no, (now.get(line.line_no) ?? 0) + taken);
      open -= taken;
    }
  }
  const nets = netsOf(order.lines, order.discount);
  return order.lines.flatMap(({ line_no, sku, quantity: sold }, index) => {
    const quantity = now.get(line_no);
    if (quantity === undefined) return [];
    const first = back.get(line_no) ?? 0;
    const worth = (units: number): number => Number((BigInt(nets[index]!) * BigInt(units)) / BigInt(sold));
    return [{ line_no, sku, quantity, amount: worth(first + quantity) - worth(first) }];
  });
};

/** The lines with the units that have not come back. */
export const lessReturned = <T extends Units & { order_id: string }>(
  lines: readonly T[],
  returned: readonly (Units & { order_id: string })[],
): T[] => {
  const back = new Map<string, number>();
  const keyOf = ({ order_id, line_no }: { order_id: string; line_no: number }): string => `${order_id}\n${line_no}`;
  for (const each of returned) back.set(keyOf(each), (back.get(keyOf(each)) ?? 0) + each.quantity);
  return lines
    .map((line) => ({ ...line, quantity: line.quantity - (back.get(keyOf(line)) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
};

const unitsByLine = (units: readonly Units[]): Map<number, number> => {
  const sums = new Map<number, number>();
  for (const { line_no, quantity } of units) sums.set(line_no, (sums.get(line_no) ?? 0) + quantity);
  return sums;
};

const linesNamed = (lines: readonly Line[], { lineNo, sku }: ReturnedLine, at: string): Line[] => {
  if ((lineNo === undefined) === (sku === undefined))
    throw new InvalidValue('Name a line by its lineNo or by its sku.', { pointer: at });
  const found = lines.filter((line) => (sku === undefined ? line.line_no === lineNo : line.sku === sku));
  if (found.length === 0)
    throw new InvalidValue('The order has no such line.', { pointer: `${at}/${sku === undefined ? 'lineNo' : 'sku'}` });
  return found;
};
