// Orders: written one at a time or in sets, moved on, refunded in part or whole, read.
import type { NewOrder, NewRefund, Order, OrderStatus, OrderSummary } from '@rapport/sdk/schemas';
import {
  type Actor,
  type Customers,
  type Db,
  type Page,
  type Platform,
  page,
  readTime,
  transactRetrying,
} from '../../core/index.ts';
import { OrderNotFound } from './errors.ts';
import { checkMove, createMoves, readReturned } from './moves.ts';
import { createOrderStore, type OrderRow } from './orders-store.ts';
import { createPlacing } from './placing.ts';
import { showOrder, showSummary } from './present.ts';
import { createRefunding } from './refunding.ts';
import { createWriteOrders } from './writing.ts';

/**
 * Amounts are integer minor units, times ISO-8601 in and out. `create`, `move` and `refund` answer the
 * order as it is after them. A write goes with its notices, its audit row and what rules must evaluate in
 * one transaction, which is run again after a deadlock: what is passed in must not be changed by the
 * caller meanwhile.
 */
export const createOrders = ({ platform, customers }: { platform: Platform; customers: Customers }) => {
  const { database } = platform;
  const writeMoves = createMoves(platform);
  const write = createWriteOrders(platform, writeMoves);
  const { refund: refundIn, withholdBy } = createRefunding(platform, writeMoves);
  const place = createPlacing({ platform, customers, write });

  const get = async (id: string, db: Db = database.reader): Promise<Order> => {
    const store = createOrderStore(db);
    const row = await store.find(id);
    if (!row) throw new OrderNotFound(id);
    return showOrder(row, await store.listLines([id]), await readReturned(db, id));
  };

  const lockOrder = async (trx: Db, id: string): Promise<OrderRow> => {
    const row = await createOrderStore(trx).lock(id);
    if (!row) throw new OrderNotFound(id);
    return row;
  };

  return {
    get,
    withholdBy,
    /**
     * Throws ORDER_EXISTS for a second order of one source and external id, OUT_OF_STOCK, and
     * INVALID_VALUE with a pointer to the member that does not add up. Without an `externalId` a repeated
     * request makes a second order.
     */
    create: (given: NewOrder, actor: Actor): Promise<Order> =>
      transactRetrying(database.writer, (trx) => place(trx, given, actor)),
    /**
     * Thousands of orders or lines of them in the caller's transaction, each of a customer that is known. Run it inside
     * `transactRetrying`. `quiet` for imports: nothing is emitted or audited row by row.
     */
    writeMany: write,
    /** To the same status changes nothing; `refunded` gives back what is left. Throws ORDER_STATUS_INVALID. */
    move: (id: string, status: OrderStatus, actor: Actor): Promise<Order> =>
      transactRetrying(database.writer, async (trx) => {
        const row = await lockOrder(trx, id);
        const from = row.status;
        checkMove(from, status);
        if (status === 'refunded' && row.refunded < row.total) await refundIn(trx, row, {}, actor);
        else if (status !== from) await writeMoves(trx, [{ row: Object.assign(row, { status }), from }], { actor });
        return get(id, trx);
      }),
    /**
     * Money, goods by line, or all that is left. Throws REFUND_TOO_HIGH, RETURN_TOO_MANY and INVALID_VALUE with a pointer to the member.
     */
    refund: (id: string, given: NewRefund, actor: Actor): Promise<Order> =>
      transactRetrying(database.writer, async (trx) => {
        await refundIn(trx, await lockOrder(trx, id), given, actor);
        return get(id, trx);
      }),
    /** What one source has brought in: lines, customers, orders, and their total in minor units. */
    sumOfSource: (source: string) => createOrderStore(database.reader).sumOfSource(source),
    /**
     * Newest first, without lines and refunds. `from` is inclusive, `to` exclusive; a time that cannot be
     * read is refused with a pointer to the parameter.
     */
    list: async (query: {
      limit?: number;
      cursor?: string;
      customerId?: string;
      externalId?: string;
      status?: string;
      from?: string;
      to?: string;
    }): Promise<Page<OrderSummary>> => {
      const rows = createOrderStore(database.reader).rows();
      if (query.customerId !== undefined) rows.where('customer_id', query.customerId);
      if (query.externalId !== undefined) rows.where('external_id', query.externalId);
      if (query.status !== undefined) rows.where('status', query.status);
      if (query.from !== undefined) rows.where('ordered_at', '>=', readTime(query.from, '/query/from'));
      if (query.to !== undefined) rows.where('ordered_at', '<', readTime(query.to, '/query/to'));
      const { data, next } = await page<OrderRow>(rows, {
        sort: { column: 'ordered_at', direction: 'desc' },
        limit: query.limit ?? 50,
        cursor: query.cursor,
      });
      return { data: data.map(showSummary), next };
    },
  };
};

export type Orders = ReturnType<typeof createOrders>;
