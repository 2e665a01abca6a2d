// "Buy 2, get 1": which single units of the cart are free, which are used up by having been bought for it.
import { sum } from './arithmetic.ts';
import type { Grant } from './grant.ts';

/** Units of one line with one price that no grant has used yet. A line has at most two: its net may not divide evenly. */
type Run = { line: number; price: number; count: number };
type Taken = { run: Run; count: number };

export type FreeItems = {
  /** Full value of the units given, by line. */
  values: number[];
  /** Marks the units as used up, those given and those bought for them. */
  use: () => void;
};

/** Why there are none: the units that match, and how many a round takes. */
export type TooFew = { units: number; needed: number };

/** The units of a cart after the line discounts: `nets` spread over `quantities`, the first units a minor unit dearer. */
export const createUnits = (nets: readonly number[], quantities: readonly number[]) => {
  const runs = nets.flatMap((net, line): Run[] => {
    const quantity = quantities[line]!;
    const dearer = net % quantity;
    const price = (net - dearer) / quantity;
    return [
      { line, price: price + 1, count: dearer },
      { line, price, count: quantity - dearer },
    ];
  });
  const cheapestFirst = (a: Run, b: Run): number => a.price - b.price || a.line - b.line;
  const dearestFirst = (a: Run, b: Run): number => b.price - a.price || a.line - b.line;

  return {
    /** Whole rounds only: the cheapest units are given, the dearest count as bought. */
    choose: (params: Grant['params'], matching: readonly boolean[]): FreeItems | TooFew => {
      const open = runs.filter((run) => matching[run.line] && run.count > 0);
      const units = sum(open.map((run) => run.count));
      const { buy = 1, get = 1 } = params;
      const rounds = Math.min(Math.floor(units / (buy + get)), params.maxRounds ?? Number.POSITIVE_INFINITY);
      if (rounds === 0) return { units, needed: buy + get };
      const given = take(open.toSorted(cheapestFirst), rounds * get, () => 0);
      const givenOf = new Map(given.map(({ run, count }) => [run, count]));
      const bought = take(open.toSorted(dearestFirst), rounds * buy, (run) => givenOf.get(run) ?? 0);
      const values = nets.map(() => 0);
      for (const { run, count } of given) values[run.line]! += run.price * count;
      return {
        values,
        use: () => {
          for (const { run, count } of [...given, ...bought]) run.count -= count;
        },
      };
    },
  };
};

export type Units = ReturnType<typeof createUnits>;

const take = (runs: readonly Run[], wanted: number, alreadyTaken: (run: Run) => number): Taken[] => {
  const taken: Taken[] = [];
  let left = wanted;
  for (const run of runs) {
    if (left === 0) break;
    const count = Math.min(left, run.count - alreadyTaken(run));
    if (count === 0) continue;
    taken.push({ run, count });
    left -= count;
  }
  return taken;
};
