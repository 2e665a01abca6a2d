// What the discounts of an order come to when some of its goods went back. Pure; whole minor units, and points.
import type { AppliedPromotion, Cart } from '@rapport/sdk/schemas';
import { divide, sum } from './arithmetic.ts';
import { cartFacts } from './cart.ts';
import { compileMatch, type Grant, type Terms } from './grant.ts';
import type { Remainder } from './partial.ts';
import { isRefusal, type Remaining, worthOf } from './worth.ts';

/** A promotion as it was applied; without `terms` what it gave is kept. */
export type Given = Pick<AppliedPromotion, 'key' | 'amount' | 'lines' | 'shipping' | 'points'> & { terms?: Terms };
export type Goods = {
  cart: Cart;
  /** What was paid for each line, minor units. */
  nets: readonly number[];
  /** Units of each line that went back. */
  returned: readonly number[];
};
export type Kept = {
  key: string;
  /** Minor units and points for the goods that were kept. */
  amount: number;
  points: number;
  /** Minor units by which it is less than the share these goods had; negative when it is more. */
  withheld: number;
};
/** Whether conditions about the cart hold for these facts. */
export type Ask = (conditions: Remainder, facts: Record<string, unknown>) => boolean;

/**
 * In the order in which they were applied, each on what the ones before leave, as when they were redeemed. None comes to more than it
 * gave: what was capped by a budget stays so. Shipping is not returned with goods. A share of a line is rounded down: with one promotion
 * a line's discounts and net still sum exactly, with n the customer gains at most n − 1 minor units of it.
 */
export const recalculate = ({ cart, nets, returned }: Goods, given: readonly Given[], ask: Ask): Kept[] => {
  const left = cart.lines.map((line, index) => line.quantity - (returned[index] ?? 0));
  const kept: Cart = { ...cart, lines: cart.lines.map((line, index) => ({ ...line, quantity: left[index]! })) };
  const isKept = left.map((quantity) => quantity > 0);
  const remaining: Remaining = {
    nets: kept.lines.map(({ quantity, unitPrice }) => quantity * unitPrice),
    quantities: left.map((quantity) => Math.max(1, quantity)),
    shipping: cart.shipping ?? 0,
  };
  const factsOfRest = (): Record<string, unknown> => ({
    ...cartFacts({ ...kept, lines: kept.lines.filter((_, index) => isKept[index]) }),
    'cart.subtotal': sum(remaining.nets),
  });
  const back = sum(nets.map((net, index) => shareOf(net, returned[index] ?? 0, cart.lines[index]!.quantity)));
  return given.map((promotion): Kept => {
    const { key, terms, points: earned = 0 } = promotion;
    const share = cart.lines.map(({ quantity }, index) => shareOf(promotion.lines[index] ?? 0, left[index]!, quantity));
    const before = sum(share) + promotion.shipping;
    if (!terms) {
      take(remaining, share, promotion.shipping);
      return { key, amount: before, points: earned - shareOf(earned, back, sum(nets)), withheld: 0 };
    }
    const holds = ask(terms.conditions, factsOfRest());
    const worth = holds ? worthOf(grantOf(promotion, terms), remaining, matching(terms, kept, isKept)) : undefined;
    if (!worth || isRefusal(worth)) return { key, amount: 0, points: 0, withheld: before };
    take(remaining, worth.lines, worth.shipping);
    worth.commit?.();
    const amount = sum(worth.lines) + worth.shipping;
    return { key, amount, points: Math.min(worth.points, earned), withheld: before - amount };
  });
};

/** Rounded down; nothing of nothing. */
const shareOf = (whole: number, part: number, of: number): number => (of > 0 ? divide(whole, part, of).quotient : 0);

const take = (remaining: Remaining, lines: readonly number[], shipping: number): void => {
  lines.forEach((off, line) => {
    remaining.nets[line] = Math.max(0, remaining.nets[line]! - off);
  });
  remaining.shipping = Math.max(0, remaining.shipping - shipping);
};

const matching = ({ params }: Terms, { lines }: Cart, isKept: readonly boolean[]): boolean[] => {
  const matches = compileMatch(params.match);
  return lines.map((line, index) => isKept[index]! && matches(line));
};

/** What it gave is the most it can give now. */
const grantOf = ({ key, amount }: Given, { params, priority }: Terms): Grant => ({
  key,
  version: 0,
  name: key,
  priority,
  params: { ...params, limits: { budgetMode: 'partial' } },
  matches: compileMatch(params.match),
  ...(amount > 0 && { budgetLeft: amount }),
});
