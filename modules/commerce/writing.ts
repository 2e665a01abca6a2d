// The one way orders are written, one or thousands at a time, by the API and by imports: what is known is read once, orders and lines
// that are new are added, totals grow by exactly those, states move as `nextOrderStatuses` allows, and who hears of orders is told;
// all in the caller's transaction. The same items again change nothing.
import type { OrderStatus } from '@rapport/sdk/schemas';
import { type Db, Failure, type Platform, touchLastSeen } from '../../core/index.ts';
import type { PricedLine } from './amounts.ts';
import { CurrencyDiffers, OrderExists, OrderOfAnother } from './errors.ts';
import { checkMove, type Move, type MoveOptions, type WriteMoves } from './moves.ts';
import { createOrderStore, type LineRow, type OrderRow } from './orders-store.ts';
import { nothingReturned, orderChange, showOrder } from './present.ts';

/** An order, or some of its lines: items with the same source and external id are one order. Amounts in minor units. */
export type OrderItem = {
  customerId: string;
  source: string;
  /** Null: an order of its own, never found again. */
  externalId: string | null;
  currency: string;
  /** Milliseconds. */
  orderedAt: number;
  /** Absent: as it was, or `newStatus`. */
  status?: OrderStatus;
  newStatus: OrderStatus;
  discount?: number;
  shipping?: number;
  /** Of an order without lines. */
  total?: number;
  holdsStock?: boolean;
  /** Lines of an order that may exist need an `external_id`; one that the order has already is left out. */
  lines: readonly PricedLine[];
};

export type WrittenOrder = Move & { isNew: boolean; lines: LineRow[]; item: OrderItem };
export type WriteOrders = ReturnType<typeof createWriteOrders>;

export const createWriteOrders = (platform: Platform, writeMoves: WriteMoves) => {
  const { clock, ids, outbox, changes, audit } = platform;

  const begin = (item: OrderItem, known: OrderRow | undefined, now: number): WrittenOrder => {
    const status = item.status ?? item.newStatus;
    const row: OrderRow = known ?? {
      id: ids.next(),
      customer_id: item.customerId,
      source: item.source,
      external_id: item.externalId,
      status,
      currency: item.currency,
      subtotal: 0,
      discount: item.discount ?? 0,
      shipping: item.shipping ?? 0,
      total: 0,
      refunded: 0,
      quantity: 0,
      holds_stock: item.holdsStock ? 1 : 0,
      ordered_at: item.orderedAt,
      created_at: now,
      updated_at: now,
    };
    return { row, from: row.status, isNew: known === undefined, lines: [], item };
  };

  /** Finds or begins the order of each item, and moves it; what does not fit is a failure of its item alone. */
  const collect = async (trx: Db, items: readonly OrderItem[], onlyNew: boolean) => {
    const now = clock.now();
    const keys = new Map(
      items.flatMap((item) =>
        item.externalId === null ? [] : [[keyOf(item), [item.source, item.externalId] as const]],
      ),
    );
    const found = keys.size > 0 ? await createOrderStore(trx).findByKeys([...keys.values()]) : [];
    const known = new Map(found.map((row) => [`${row.source}\n${row.external_id}`, row]));
    const orders = new Map<string, WrittenOrder>();
    const failures = new Map<number, Failure>();
    const places: (WrittenOrder | undefined)[] = items.map((item, index) => {
      const key = item.externalId === null ? `\n${index}` : keyOf(item);
      const order = orders.get(key) ?? begin(item, known.get(key), now);
      try {
        if (onlyNew && !order.isNew) throw new OrderExists(item.externalId!, { pointer: '/externalId' });
        if (order.row.customer_id !== item.customerId)
          throw new OrderOfAnother(item.externalId!, { pointer: '/externalId' });
        if (order.row.currency !== item.currency)
          throw new CurrencyDiffers(order.row.currency, { pointer: '/currency' });
        if (item.status) checkMove(order.row.status, item.status);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        failures.set(index, error);
        return undefined;
      }
      order.row.status = item.status ?? order.row.status;
      orders.set(key, order);
      return order;
    });
    return { orders: [...orders.values()], failures, places };
  };

  /** Gives each order the lines that it does not have yet, numbered on from its last. */
  const addLines = async (
    trx: Db,
    items: readonly OrderItem[],
    places: readonly (WrittenOrder | undefined)[],
  ): Promise<void> => {
    const store = createOrderStore(trx);
    const seen = new Set<string>();
    const last = new Map<string, number>();
    const old = places.flatMap((order, index) =>
      order && !order.isNew ? items[index]!.lines.map((line) => [order.row.id, line.external_id] as const) : [],
    );
    if (old.length > 0) {
      for (const line of await store.findLineKeys(old)) seen.add(`${line.order_id}\n${line.external_id}`);
      const growing = old.filter(([id, key]) => !seen.has(`${id}\n${key}`)).map(([id]) => id);
      if (growing.length > 0)
        for (const line of await store.findLastLines([...new Set(growing)])) last.set(line.order_id, line.last);
    }
    for (const [index, order] of places.entries()) {
      if (!order) continue;
      const { id, customer_id, ordered_at } = order.row;
      for (const line of items[index]!.lines) {
        const key = `${id}\n${line.external_id}`;
        if (line.external_id !== null && seen.has(key)) continue;
        seen.add(key);
        const line_no = (last.get(id) ?? 0) + 1;
        last.set(id, line_no);
        order.lines.push({ order_id: id, line_no, customer_id, ordered_at, ...line });
      }
    }
  };

  const tellPlaced = async (trx: Db, placed: readonly WrittenOrder[], { actor }: MoveOptions): Promise<void> => {
    await changes.publish(
      trx,
      placed.map(({ row }) => orderChange(row, 'order', row.ordered_at)),
    );
    for (const { row, lines } of placed) {
      const payload = { customerId: row.customer_id, order: showOrder(row, lines, nothingReturned) };
      // An order that arrives paid or sent is news to who hears of that; `order.refunded` tells of a refund, and there was none.
      const topics = [
        'order.placed',
        ...(row.status === 'placed' || row.status === 'refunded' ? [] : [`order.${row.status}`]),
      ];
      await outbox.emit(trx, ...topics.map((topic) => ({ topic, customerId: row.customer_id, payload })));
    }
    await audit.record(
      trx,
      ...placed.map(({ row }) => ({
        actor,
        action: 'order.placed',
        subject: { kind: 'order', id: row.id },
        details: { total: row.total, currency: row.currency },
      })),
    );
  };

  /** Orders that were made or changed, and the failures by the index of their item. `onlyNew`: an order that exists is a failure. */
  return async (
    trx: Db,
    items: readonly OrderItem[],
    options: MoveOptions & { onlyNew?: boolean },
  ): Promise<{ written: WrittenOrder[]; failures: Map<number, Failure> }> => {
    const store = createOrderStore(trx);
    const { orders, failures, places } = await collect(trx, items, options.onlyNew ?? false);
    await addLines(trx, items, places);
    for (const order of orders) count(order);
    const fresh = orders.filter(({ isNew }) => isNew);
    const changed = orders.filter(({ isNew, lines, row, from }) => !isNew && (lines.length > 0 || row.status !== from));
    await store.insert(fresh.map(({ row }) => row));
    await store.insertLines(orders.flatMap(({ lines }) => lines));
    await touchLastSeen(
      trx,
      fresh.map(({ row }) => [row.customer_id, row.ordered_at] as const),
      clock.now(),
    );
    await writeMoves(trx, changed, options);
    if (!options.quiet) await tellPlaced(trx, fresh, options);
    else {
      // What arrives cancelled or refunded may have been redeemed before; who keeps books of that is told.
      const over = fresh.filter(({ row: { status } }) => status === 'cancelled' || status === 'refunded');
      await changes.publish(
        trx,
        over.map(({ row }) => ({ ...orderChange(row, 'order', row.ordered_at), quiet: true })),
      );
    }
    return { written: [...fresh, ...changed], failures };
  };
};

const keyOf = ({ source, externalId }: OrderItem): string => `${source}\n${externalId}`;

/** Sums of the order with its new lines. */
const count = ({ row, lines, isNew, item }: WrittenOrder): void => {
  let amount = 0;
  for (const line of lines) {
    amount += line.total;
    row.quantity += line.quantity;
  }
  if (isNew && lines.length === 0 && item.total !== undefined) amount = item.total + row.discount - row.shipping;
  row.subtotal += amount;
  row.total = row.subtotal - row.discount + row.shipping;
  if (row.status === 'refunded') row.refunded = row.total;
};
