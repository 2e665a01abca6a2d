// Orders that move from one state to another, whoever moves them: goods that were not sent go back into stock, the rows are written,
// the rules, the world and the audit are told.
import { nextOrderStatuses, type OrderStatus } from '@rapport/sdk/schemas';
import type { Actor, Db, Platform } from '../../core/index.ts';
import { OrderStatusInvalid } from './errors.ts';
import { createOrderStore, type OrderRow, type RefundRow } from './orders-store.ts';
import { orderChange, perSku, type Returned, showOrder, showRefund } from './present.ts';
import { createProductStore } from './products-store.ts';
import { lessReturned } from './returned-lines.ts';

/** A row as it is now, and the state it was in. `refund` when money went back. */
export type Move = { row: OrderRow; from: OrderStatus; refund?: RefundRow };
export type MoveOptions = {
  actor: Actor;
  /** An import tells once at its end: only who keeps books of orders (`Change.quiet`) is told of each. */
  quiet?: boolean;
};

/** The refunds of an order, oldest first, with the lines they name. */
export const readReturned = async (db: Db, orderId: string): Promise<Returned> => {
  const store = createOrderStore(db);
  return { refunds: await store.listRefunds(orderId), lines: await store.listRefundLines([orderId]) };
};

/** Throws ORDER_STATUS_INVALID, which names what is allowed. Staying is always allowed. */
export const checkMove = (from: OrderStatus, to: OrderStatus): void => {
  if (from !== to && !nextOrderStatuses[from].includes(to))
    throw new OrderStatusInvalid(from, to, { pointer: '/status' });
};

export const createMoves = ({ clock, outbox, changes, audit }: Platform) => {
  /** Goods that left are not counted any more; those of a cancelled order go back. Before the rows are written. */
  const releaseStock = async (trx: Db, moves: readonly Move[]): Promise<void> => {
    const freed: string[] = [];
    for (const { row, from } of moves) {
      if (row.status === from || !row.holds_stock) continue;
      if (row.status === 'cancelled') freed.push(row.id);
      if (row.status !== 'paid') row.holds_stock = 0;
    }
    if (freed.length === 0) return;
    const store = createOrderStore(trx);
    const back = await store.listRefundLines(freed);
    const held = lessReturned(
      await store.listLines(freed),
      back.filter(({ restocked }) => restocked),
    );
    await createProductStore(trx).returnStock([...perSku(held)].toSorted(), clock.now());
  };

  const emit = async (trx: Db, { row, from, refund }: Move): Promise<void> => {
    const store = createOrderStore(trx);
    const returned = await readReturned(trx, row.id);
    const payload = { customerId: row.customer_id, order: showOrder(row, await store.listLines([row.id]), returned) };
    const notices: { topic: string; payload: object }[] = [{ topic: 'order.updated', payload }];
    if (refund)
      notices.push({ topic: 'order.refunded', payload: { ...payload, refund: showRefund(refund, returned.lines) } });
    else if (row.status !== from) notices.push({ topic: `order.${row.status}`, payload });
    await outbox.emit(trx, ...notices.map((notice) => ({ ...notice, customerId: row.customer_id })));
  };

  /** Writes rows that the caller has locked and changed. */
  return async (trx: Db, moves: readonly Move[], { actor, quiet }: MoveOptions): Promise<void> => {
    const now = clock.now();
    await releaseStock(trx, moves);
    for (const { row } of moves) row.updated_at = now;
    await createOrderStore(trx).update(moves.map(({ row }) => row));
    const told = moves.filter(({ row, from, refund }) => refund || row.status !== from);
    await changes.publish(
      trx,
      told.map(({ row, refund }) => ({
        ...orderChange(row, refund ? 'refund' : 'order-status', now),
        ...(quiet && { quiet }),
      })),
    );
    if (quiet) return;
    for (const move of told) await emit(trx, move);
    await audit.record(
      trx,
      ...told.map(({ row, from, refund }) => ({
        actor,
        action: refund ? 'order.refunded' : 'order.updated',
        subject: { kind: 'order', id: row.id },
        details: refund ? { amount: refund.amount, currency: row.currency } : { from, to: row.status },
      })),
    );
  };
};

export type WriteMoves = ReturnType<typeof createMoves>;
