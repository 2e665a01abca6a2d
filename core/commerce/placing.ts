// Puts one order down: priced, given to its customer, taken from stock, stored, heard by the rules and the world.
import type { NewOrder } from '@rapport/sdk/schemas';
import type { Customers } from '../customers/index.ts';
import { readTime } from '../customers/normalise.ts';
import type { Db } from '../data/database.ts';
import { Failure } from '../errors.ts';
import type { Actor } from '../http/actor.ts';
import type { Platform } from '../platform.ts';
import { type Amounts, amountsOf } from './amounts.ts';
import { OrderExists, OutOfStock } from './errors.ts';
import { createOrderStore, type LineRow, type OrderRow } from './orders-store.ts';
import { orderChange, perSku, showOrder } from './present.ts';
import { createProductStore, type ProductRow } from './products-store.ts';

type Placed = { row: OrderRow; lines: LineRow[] };

export const createPlacing = ({ platform, customers }: { platform: Platform; customers: Customers }) => {
  const { clock, ids, outbox, changes, audit } = platform;

  const tell = async (trx: Db, { row, lines }: Placed, actor: Actor): Promise<void> => {
    await changes.publish(trx, [orderChange(row, 'order', row.ordered_at)]);
    if (await outbox.isSubscribed(trx, 'order.placed'))
      await outbox.emit(trx, {
        topic: 'order.placed',
        customerId: row.customer_id,
        payload: { customerId: row.customer_id, order: showOrder(row, lines, []) },
      });
    await audit.record(trx, {
      actor,
      action: 'order.placed',
      subject: { kind: 'order', id: row.id },
      details: { total: row.total, currency: row.currency },
    });
  };

  /** The id of the new order; throws what is wrong with it. */
  return async (trx: Db, given: NewOrder, actor: Actor): Promise<string> => {
    const store = createOrderStore(trx);
    const source = given.source ?? 'api';
    const products = await createProductStore(trx).findBySkus(new Set(given.lines.map(({ sku }) => sku)));
    const orderedAt = given.orderedAt === undefined ? clock.now() : readTime(given.orderedAt, '/orderedAt');
    const amounts = amountsOf(given, products);
    const [looked] = await customers.look(trx, [given.customer]);
    const cause = looked!.failure;
    if (cause)
      throw new Failure(cause.code, cause.status, cause.message, { pointer: `/customer${cause.pointer ?? ''}` });
    if (given.externalId !== undefined && (await store.hasKey(source, given.externalId)))
      throw new OrderExists(given.externalId, { pointer: '/externalId' });
    const [owner] = await customers.settle(trx, [looked!], { actor, source: 'api' });
    const row: OrderRow = {
      id: ids.next(),
      customer_id: owner!,
      source,
      external_id: given.externalId ?? null,
      status: given.status ?? 'placed',
      currency: given.currency,
      subtotal: amounts.subtotal,
      discount: amounts.discount,
      shipping: amounts.shipping,
      total: amounts.total,
      refunded: given.status === 'refunded' ? amounts.total : 0,
      quantity: amounts.quantity,
      ordered_at: orderedAt,
      created_at: clock.now(),
      updated_at: clock.now(),
    };
    const placed = { row, lines: linesOf(amounts, row) };
    await takeStock(trx, placed, products, clock.now());
    await store.insert(row);
    await store.insertLines(placed.lines);
    await tell(trx, placed, actor);
    return row.id;
  };
};

const linesOf = (amounts: Amounts, row: OrderRow): LineRow[] =>
  amounts.lines.map((line, i) => ({
    ...line,
    order_id: row.id,
    line_no: i + 1,
    customer_id: row.customer_id,
    ordered_at: row.ordered_at,
  }));

const takeStock = async (
  trx: Db,
  { row, lines }: Placed,
  products: ReadonlyMap<string, ProductRow>,
  now: number,
): Promise<void> => {
  if (row.status !== 'placed' && row.status !== 'paid') return;
  const wanted = [...perSku(lines)].filter(([sku]) => (products.get(sku)?.stock ?? null) !== null);
  if (wanted.length === 0) return;
  const taken = new Set((await createProductStore(trx).takeStock(wanted.toSorted(), now)).map(({ sku }) => sku));
  const short = wanted.find(([sku]) => !taken.has(sku));
  if (!short) return;
  const line = lines.findIndex(({ sku }) => sku === short[0]);
  throw new OutOfStock(short[0], { pointer: `/lines/${line}/quantity` });
};
