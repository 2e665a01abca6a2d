// Orders: placed, moved on, refunded in part or whole, read.
import type { NewOrder, NewRefund, Order, OrderSummary } from '@rapport/sdk/schemas';
import type { Customers } from '../customers/index.ts';
import { readTime } from '../customers/normalise.ts';
import type { Db } from '../data/database.ts';
import { type Page, page } from '../data/page.ts';
import { transactRetrying } from '../data/retry.ts';
import type { Actor } from '../http/actor.ts';
import type { Platform } from '../platform.ts';
import { OrderNotFound, OrderRefused, RefundTooHigh } from './errors.ts';
import { createOrderStore, type OrderRow, type RefundRow } from './orders-store.ts';
import { createPlacing } from './placing.ts';
import { orderChange, perSku, showOrder, showRefund, showSummary } from './present.ts';
import { createProductStore } from './products-store.ts';

const closed = new Set(['cancelled', 'refunded']);

export const createOrders = ({ platform, customers }: { platform: Platform; customers: Customers }) => {
  const { database, clock, ids, outbox, changes, audit } = platform;
  const place = createPlacing({ platform, customers });

  const get = async (id: string, db: Db = database.reader): Promise<Order> => {
    const store = createOrderStore(db);
    const row = await store.find(id);
    if (!row) throw new OrderNotFound(id);
    return showOrder(row, await store.listLines([id]), row.refunded > 0 ? await store.listRefunds(id) : []);
  };

  const lockOrder = async (trx: Db, id: string): Promise<OrderRow> => {
    const row = await createOrderStore(trx).lock(id);
    if (!row) throw new OrderNotFound(id);
    return row;
  };

  const restock = async (trx: Db, orderId: string): Promise<void> => {
    const lines = await createOrderStore(trx).listLines([orderId]);
    await createProductStore(trx).returnStock([...perSku(lines)], clock.now());
  };

  return {
    get,
    create: (given: NewOrder, actor: Actor): Promise<Order> =>
      transactRetrying(database.writer, async (trx) => get(await place(trx, given, actor), trx)),
    changeStatus: (id: string, status: string, actor: Actor): Promise<Order> =>
      transactRetrying(database.writer, async (trx) => {
        const row = await lockOrder(trx, id);
        if (row.status === status) return get(id, trx);
        if (closed.has(row.status)) throw new OrderRefused(`The order is ${row.status}.`, { pointer: '/status' });
        if (status === 'refunded')
          throw new OrderRefused('An order is refunded by refunds, not by its status.', { pointer: '/status' });
        await createOrderStore(trx).update(id, { status, updated_at: clock.now() });
        if (status === 'cancelled' && (row.status === 'placed' || row.status === 'paid')) await restock(trx, id);
        await changes.publish(trx, [orderChange({ ...row, status }, 'order', clock.now())]);
        await audit.record(trx, {
          actor,
          action: 'order.updated',
          subject: { kind: 'order', id },
          details: { from: row.status, to: status },
        });
        return get(id, trx);
      }),
    refund: (id: string, { amount, reason, restock: goodsBack }: NewRefund, actor: Actor): Promise<Order> =>
      transactRetrying(database.writer, async (trx) => {
        const store = createOrderStore(trx);
        const row = await lockOrder(trx, id);
        const left = row.total - row.refunded;
        const sum = amount ?? left;
        if (sum < 1 || sum > left) throw new RefundTooHigh(left, { pointer: '/amount' });
        const now = clock.now();
        const refund: RefundRow = {
          id: ids.next(),
          order_id: id,
          customer_id: row.customer_id,
          amount: sum,
          reason: reason ?? null,
          at: now,
        };
        const status = sum === left ? 'refunded' : row.status;
        await store.insertRefund(refund);
        await store.update(id, { refunded: row.refunded + sum, status, updated_at: now });
        if (goodsBack && sum === left) await restock(trx, id);
        const order = await get(id, trx);
        await changes.publish(trx, [orderChange({ ...row, status }, 'refund', now)]);
        await outbox.emit(trx, {
          topic: 'order.refunded',
          customerId: row.customer_id,
          payload: { customerId: row.customer_id, order, refund: showRefund(refund) },
        });
        await audit.record(trx, {
          actor,
          action: 'order.refunded',
          subject: { kind: 'order', id },
          details: { amount: sum, currency: row.currency },
        });
        return order;
      }),
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
