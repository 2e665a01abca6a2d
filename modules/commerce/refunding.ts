// Refunds of an order that is locked: money, goods by line, or all that is left; never more than was paid.
import type { NewRefund } from '@rapport/sdk/schemas';
import { type Actor, type Db, InvalidValue, type Platform } from '../../core/index.ts';
import { RefundTooHigh } from './errors.ts';
import type { WriteMoves } from './moves.ts';
import { createOrderStore, type OrderRow, type RefundRow } from './orders-store.ts';
import { perSku } from './present.ts';
import { createProductStore } from './products-store.ts';
import { lessReturned, type ReturnedUnits, returnedUnits } from './returned-lines.ts';

/** Units of an order's lines that came back so far, these included. */
export type ReturnedGoods = {
  orderId: string;
  externalId: string | null;
  customerId: string;
  lines: readonly { lineNo: number; sku: string; quantity: number }[];
};
/**
 * Answers how many minor units of discounts the goods that were kept no longer earn: of the whole order, not of one refund. In the
 * refund's transaction, while the order is held; what it throws refuses the refund.
 */
export type WithholdFor = (trx: Db, goods: ReturnedGoods) => Promise<number>;

type Parts = { amount: number; withheld: number; units: ReturnedUnits[]; isAll: boolean };

export const createRefunding = ({ clock, ids }: Platform, writeMoves: WriteMoves) => {
  const asked: WithholdFor[] = [];

  const moneyOf = ({ amount }: NewRefund, left: number): Parts => {
    const sum = amount ?? left;
    if (sum < 1 || sum > left) throw new RefundTooHigh(left, { pointer: '/amount' });
    return { amount: sum, withheld: 0, units: [], isAll: sum === left };
  };

  const linesOf = async (trx: Db, row: OrderRow, given: NewRefund, left: number): Promise<Parts> => {
    if (given.amount !== undefined)
      throw new InvalidValue('Give lines or an amount: the amount of lines follows from them.', { pointer: '/amount' });
    if (row.status === 'refunded') throw new RefundTooHigh(0, { pointer: '/lines' });
    const store = createOrderStore(trx);
    const lines = await store.listLines([row.id]);
    const before = await store.listRefundLines([row.id]);
    const units = returnedUnits({ lines, discount: row.discount }, before, given.lines ?? []);
    const worth = units.reduce((sum, { amount }) => sum + amount, 0);
    const goods = goodsOf(row, lines, [...before, ...units]);
    let due = 0;
    for (const ask of asked) due += await ask(trx, goods);
    const earlier = (await store.listRefunds(row.id)).reduce((sum, { withheld }) => sum + withheld, 0);
    // What this refund cannot bear is withheld of the next.
    const withheld = Math.min(due - earlier, worth);
    const amount = Math.min(worth - withheld, left);
    const isAll = amount === left && (left > 0 || isEmpty(goods, lines));
    return { amount, withheld, units, isAll };
  };

  const restockOf = async (trx: Db, row: OrderRow, { units, isAll }: Parts): Promise<void> => {
    // What was cancelled before it left is back in stock already.
    if (row.status === 'cancelled' || (units.length === 0 && !isAll)) return;
    const store = createOrderStore(trx);
    const goods =
      units.length > 0 ? units : lessReturned(await store.listLines([row.id]), await store.listRefundLines([row.id]));
    await createProductStore(trx).returnStock([...perSku(goods)].toSorted(), clock.now());
  };

  return {
    /** Asks before a refund by line what to withhold of it. Called once for each asker, when modules are put together. */
    withholdBy: (ask: WithholdFor): void => void asked.push(ask),
    /** Takes a row that is locked, and moves it. Throws REFUND_TOO_HIGH, RETURN_TOO_MANY and INVALID_VALUE. */
    refund: async (trx: Db, row: OrderRow, given: NewRefund, actor: Actor): Promise<void> => {
      const { id: order_id, customer_id, status: from } = row;
      const left = row.total - row.refunded;
      const parts = given.lines ? await linesOf(trx, row, given, left) : moneyOf(given, left);
      const { amount, withheld, units, isAll } = parts;
      if (given.restock) await restockOf(trx, row, parts);
      const refund: RefundRow = {
        id: ids.next(),
        order_id,
        customer_id,
        amount,
        reason: given.reason ?? null,
        at: clock.now(),
        withheld,
      };
      const store = createOrderStore(trx);
      await store.insertRefund(refund);
      const restocked = given.restock && from !== 'cancelled' ? 1 : 0;
      await store.insertRefundLines(
        units.map(({ line_no, quantity, amount }) => ({
          refund_id: refund.id,
          order_id,
          customer_id,
          line_no,
          quantity,
          amount,
          restocked,
        })),
      );
      row.refunded += amount;
      if (isAll) row.status = 'refunded';
      await writeMoves(trx, [{ row, from, refund }], { actor });
    },
  };
};

const goodsOf = (
  { id, external_id, customer_id }: OrderRow,
  lines: readonly { line_no: number; sku: string }[],
  back: readonly { line_no: number; quantity: number }[],
): ReturnedGoods => ({
  orderId: id,
  externalId: external_id,
  customerId: customer_id,
  lines: lines.flatMap(({ line_no, sku }) => {
    const quantity = back.reduce((sum, each) => (each.line_no === line_no ? sum + each.quantity : sum), 0);
    return quantity > 0 ? [{ lineNo: line_no, sku, quantity }] : [];
  }),
});

const isEmpty = ({ lines: back }: ReturnedGoods, lines: readonly { quantity: number }[]): boolean =>
  back.reduce((sum, { quantity }) => sum + quantity, 0) === lines.reduce((sum, { quantity }) => sum + quantity, 0);
