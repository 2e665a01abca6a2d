// Goods of an order came back: what its promotions come to for the goods that were kept is worked out and written beside what they
// gave, and what the kept goods no longer earn is answered, for the refund to withhold. In the transaction of the return.
import type { Cart, Condition, Quote } from '@rapport/sdk/schemas';
import { type Db, fromJson } from '../../core/index.ts';
import { compilePredicate, noFacts, type Vocabulary, type VocabularySource } from '../language/index.ts';
import { sum } from './arithmetic.ts';
import type { Terms } from './grant.ts';
import { type Ask, type Given, recalculate } from './recalculation.ts';
import { createRedemptionStore, type OrderRow, type RedemptionRow } from './redemptions-store.ts';

/** Units of an order's lines that came back so far, these included; `lineNo` counts from 1 as the order's lines do. */
export type ReturnedGoods = {
  orderId: string;
  externalId: string | null;
  customerId: string;
  lines: readonly { lineNo: number; sku: string; quantity: number }[];
};

export const createSettling =
  ({ vocabulary, now }: { vocabulary: VocabularySource; now: () => number }) =>
  /**
   * Minor units to withhold of all refunds of the order together, never below 0; 0 where no promotion of it is worked out again. Goods
   * that were not in the redeemed cart are left out.
   */
  async (trx: Db, goods: ReturnedGoods): Promise<number> => {
    const { orderId, externalId, customerId } = goods;
    const store = createRedemptionStore(trx);
    let withheld = 0;
    for (const order of await store.lockRedeemed(externalId === null ? [orderId] : [orderId, externalId])) {
      if (order.customer_id !== null && order.customer_id !== customerId) continue;
      const rows = await store.listOfOrder(order.order_id);
      const sold = soldOf(order);
      if (!sold) continue;
      const given = givenOf(sold.applied, rows);
      const ask = askWith(await vocabulary.current(trx), now());
      const kept = recalculate({ ...sold, returned: matched(sold.cart, goods.lines) }, given, ask);
      const ids = new Map(rows.map(({ promotion, id }) => [promotion, id]));
      for (const each of kept) await store.setKept(ids.get(each.key)!, each);
      withheld += sum(kept.map((each) => each.withheld));
    }
    return Math.max(0, withheld);
  };

type Sold = { cart: Cart; nets: number[]; applied: Quote['applied'] };

/** Undefined where the reply is no more, after an erasure: then only the money tells what went back. */
const soldOf = ({ cart, reply }: OrderRow): Sold | undefined => {
  const quote = fromJson<Partial<Quote> | null>(reply);
  if (!quote?.lines || !quote.applied) return undefined;
  const lines = quote.lines.map(({ sku, quantity, gross }) => ({ sku, quantity, unitPrice: gross / quantity }));
  const shown = { currency: quote.currency!, lines, shipping: quote.shipping! + quote.shippingDiscount! };
  return {
    cart: cart === null ? shown : fromJson<Cart>(cart),
    nets: quote.lines.map(({ net }) => net),
    applied: quote.applied,
  };
};

const givenOf = (applied: Quote['applied'], rows: readonly RedemptionRow[]): Given[] => {
  const terms = new Map(rows.map((row) => [row.promotion, row.terms]));
  return applied.map((each) => {
    const kept = terms.get(each.key) ?? null;
    return kept === null ? each : { ...each, terms: fromJson<Terms>(kept) };
  });
};

/** The line at the same place when it is the same product, else the first lines of the product that have units left. */
const matched = (cart: Cart, returned: ReturnedGoods['lines']): number[] => {
  const units = cart.lines.map(() => 0);
  const put = (index: number, quantity: number): number => {
    const taken = Math.min(quantity, cart.lines[index]!.quantity - units[index]!);
    units[index]! += taken;
    return quantity - taken;
  };
  const left = returned.map(({ lineNo, sku, quantity }) =>
    cart.lines[lineNo - 1]?.sku === sku ? put(lineNo - 1, quantity) : quantity,
  );
  for (const [index, { sku }] of returned.entries())
    for (const [line, { sku: other }] of cart.lines.entries())
      if (other === sku && left[index]! > 0) left[index] = put(line, left[index]!);
  return units;
};

const askWith =
  (vocabulary: Vocabulary, now: number): Ask =>
  (conditions, facts) =>
    typeof conditions === 'boolean'
      ? conditions
      : compilePredicate(conditions as Condition, vocabulary)({ ...noFacts, context: facts }, now);
