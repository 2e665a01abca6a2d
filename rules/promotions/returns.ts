// Giving back what an order used and earned: uses, budgets, codes, points, coupons. Asked for by `POST /promotions/cancel`, or told of in the
// transaction in which the order itself is cancelled or refunded. Whatever comes how often and in which order, each part goes back once.
import type { CancelReply } from '@rapport/sdk/schemas';
import { type Actor, type Change, type Db, type Platform, system, toIso, transactRetrying } from '../../core/index.ts';
import { RedemptionNotFound } from '../errors.ts';
import { divide } from './arithmetic.ts';
import { createCodesStore } from './codes-store.ts';
import { type Membership, takeBackEffects } from './effects.ts';
import { codesOf, createRedemptionStore, type OrderRow, type RedemptionRow } from './redemptions-store.ts';
import { isOver } from './shop-orders-store.ts';
import { createUsageStore } from './usage-store.ts';

type Order = NonNullable<Change['order']>;

export const createReturns = ({ platform, members }: { platform: Platform; members: Membership }) => {
  const { database, clock, audit } = platform;

  const record = (trx: Db, actor: Actor, action: string, orderId: string, details: Record<string, unknown>) =>
    audit.record(trx, { actor, action, subject: { kind: 'order', id: orderId }, details });

  /** What was not given back before. In the order in which a redemption takes, so that nobody waits in a deadlock. */
  const giveBackAll = async (trx: Db, orderId: string, rows: readonly RedemptionRow[], customerId: string | null) => {
    const now = clock.now();
    const usage = createUsageStore(trx);
    for (const row of rows) await usage.give(row.promotion, row.amount - row.amount_returned, 1);
    for (const row of rows) if (row.customer_id !== null) await usage.giveOfCustomer(row.customer_id, row.promotion);
    const codes = createCodesStore(trx);
    for (const { pool, code } of codesOf(rows)) await codes.give(pool, code);
    await takeBackEffects(trx, rows, { orderId, customerId, now, members });
    await createRedemptionStore(trx).cancel(orderId, now);
  };

  /** What the goods that came back had, of the budget and of the points; the use itself stays used. */
  const giveBackShare = async (
    trx: Db,
    orderId: string,
    rows: readonly RedemptionRow[],
    order: Order,
  ): Promise<void> => {
    const usage = createUsageStore(trx);
    const store = createRedemptionStore(trx);
    for (const row of rows) {
      const { amount: amountShare, points: pointsShare } = shareGivenBack(row, order);
      const amount = Math.max(amountShare, row.amount_returned);
      const points = Math.max(pointsShare, row.points_returned);
      if (amount > row.amount_returned) await usage.give(row.promotion, amount - row.amount_returned, 0);
      if (points > row.points_returned && row.customer_id !== null)
        await members.reverse(trx, {
          customerId: row.customer_id,
          orderId,
          promotion: row.promotion,
          points: points - row.points_returned,
        });
      await store.setReturned(row.id, amount, points);
    }
  };

  const follow = async (trx: Db, { order_id: orderId, customer_id }: OrderRow, order: Order): Promise<void> => {
    const store = createRedemptionStore(trx);
    const rows = await store.listOfOrder(orderId);
    const promotions = rows.map(({ promotion }) => promotion);
    if (isOver(order)) {
      if (!(await store.cancelOrder(orderId, clock.now()))) return;
      await giveBackAll(trx, orderId, rows, customer_id);
    } else await giveBackShare(trx, orderId, rows, order);
    await record(trx, system, 'order.redemption-returned', orderId, { promotions, status: order.status });
  };

  return {
    /**
     * For `changes`: an order that was cancelled or refunded gives back what it used, the same order by our id or by the shop's. A
     * redemption that is known to be of another customer is another order with the same number.
     */
    onOrders: async (trx: Db, changes: readonly Change[]): Promise<void> => {
      const returned = changes.flatMap(({ customerId, kind, order }) =>
        order && (isOver(order) || kind === 'refund' || order.refunded > 0) ? [{ customerId, order }] : [],
      );
      if (returned.length === 0) return;
      const store = createRedemptionStore(trx);
      const ids = returned.flatMap(({ order }) =>
        order.externalId === null ? [order.id] : [order.id, order.externalId],
      );
      const found = new Map((await store.lockRedeemed([...new Set(ids)])).map((row) => [row.order_id, row]));
      if (found.size === 0) return;
      for (const { customerId, order } of returned)
        for (const id of [order.id, order.externalId]) {
          const row = id === null ? undefined : found.get(id);
          if (row && (row.customer_id === null || row.customer_id === customerId)) await follow(trx, row, order);
        }
    },
    /**
     * By the shop's id of the order. A second time answers the same and gives nothing back again. Throws
     * RedemptionNotFound.
     */
    cancel: (actor: Actor, orderId: string): Promise<CancelReply> =>
      transactRetrying(database.writer, async (trx) => {
        const store = createRedemptionStore(trx);
        const first = await store.cancelOrder(orderId, clock.now());
        const order = await store.findOrder(orderId);
        if (!order) throw new RedemptionNotFound(orderId);
        const rows = await store.listOfOrder(orderId);
        const promotions = rows.map((row) => row.promotion);
        if (first) {
          await giveBackAll(trx, orderId, rows, order.customer_id);
          await record(trx, actor, 'order.cancelled', orderId, { promotions });
        }
        return { orderId, status: 'cancelled', cancelledAt: toIso(Number(order.cancelled_at)), promotions };
      }),
  };
};

/** By the lines that were returned, else by the share of the money that went back, rounded down. */
const shareGivenBack = (row: RedemptionRow, { refunded, total }: Order): { amount: number; points: number } => {
  if (row.amount_kept !== null)
    return { amount: row.amount - row.amount_kept, points: row.points - (row.points_kept ?? 0) };
  return total > 0
    ? {
        amount: divide(row.amount, refunded, total).quotient,
        points: divide(row.points, refunded, total).quotient,
      }
    : { amount: 0, points: 0 };
};
