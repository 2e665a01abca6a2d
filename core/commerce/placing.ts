// Puts orders down, thousands or one at a time: priced, given to customers, stored in sets, heard by the rules and the world.
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

/** `create`: must be new, and takes from stock. `upsert`: one that is there gets the lines it lacks. */
export type PlaceOptions = { actor: Actor; mode: 'create' | 'upsert'; source?: string; quiet?: boolean };
export type OrderOutcome = {
  index: number;
  outcome: 'created' | 'updated' | 'unchanged' | 'refused';
  id: string | null;
  failure?: Failure;
};
type Priced = { given: NewOrder; amounts: Amounts; orderedAt: number; source: string };
type Placed = { row: OrderRow; lines: LineRow[]; added: LineRow[]; isNew: boolean };

const keyOf = (source: string, externalId: string): string => `${source}\n${externalId}`;

export const createPlacing = ({ platform, customers }: { platform: Platform; customers: Customers }) => {
  const { clock, ids, outbox, changes, audit } = platform;

  const price = (given: NewOrder, products: ReadonlyMap<string, ProductRow>, source: string): Priced | Failure => {
    try {
      const orderedAt = given.orderedAt === undefined ? clock.now() : readTime(given.orderedAt, '/orderedAt');
      return { given, amounts: amountsOf(given, products), orderedAt, source: given.source ?? source };
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  };

  const tell = async (trx: Db, placed: readonly Placed[], actor: Actor): Promise<void> => {
    await changes.publish(
      trx,
      placed.map(({ row }) => orderChange(row, 'order', row.ordered_at)),
    );
    if (outbox.wants('order.placed'))
      await outbox.emit(
        trx,
        ...placed
          .filter(({ isNew }) => isNew)
          .map(({ row, lines }) => ({
            topic: 'order.placed',
            customerId: row.customer_id,
            payload: { customerId: row.customer_id, order: showOrder(row, lines, []) },
          })),
      );
    await audit.record(
      trx,
      ...placed.map(({ row, isNew }) => ({
        actor,
        action: isNew ? 'order.placed' : 'order.updated',
        subject: { kind: 'order', id: row.id },
        details: { total: row.total, currency: row.currency },
      })),
    );
  };

  return async (trx: Db, orders: readonly NewOrder[], options: PlaceOptions): Promise<OrderOutcome[]> => {
    const { actor, mode, quiet } = options;
    const store = createOrderStore(trx);
    const skus = new Set(orders.flatMap(({ lines }) => lines.map(({ sku }) => sku)));
    const products = await createProductStore(trx).findBySkus(skus);
    const looked = await customers.look(
      trx,
      orders.map(({ customer }) => customer),
    );
    const outcomes: OrderOutcome[] = [];
    const refuse = (index: number, failure: Failure): void => {
      outcomes[index] = { index, outcome: 'refused', id: null, failure };
    };
    const good = orders.flatMap((given, index) => {
      const priced = price(given, products, options.source ?? 'api');
      const cause = looked[index]!.failure;
      if (priced instanceof Failure) refuse(index, priced);
      else if (cause)
        refuse(
          index,
          new Failure(cause.code, cause.status, cause.message, { pointer: `/customer${cause.pointer ?? ''}` }),
        );
      else return [{ index, priced, entry: looked[index]! }];
      return [];
    });
    const known = await store.lockByKeys(
      good.flatMap(({ priced: { given, source } }) =>
        given.externalId === undefined ? [] : [[source, given.externalId] as const],
      ),
    );
    const fitting = good.filter(({ index, priced: { given, source } }) => {
      const clash = mode === 'create' && given.externalId !== undefined && known.has(keyOf(source, given.externalId));
      if (clash) refuse(index, new OrderExists(given.externalId!, { pointer: '/externalId' }));
      return !clash;
    });
    const owners = await customers.settle(
      trx,
      fitting.map(({ entry }) => entry),
      { actor, source: options.source ?? 'api', quiet },
    );
    const linesOf = Map.groupBy(
      await store.listLines([...known.values()].map(({ id }) => id)),
      (line) => line.order_id,
    );

    const placed = new Map<string, Placed>();
    for (const [i, { index, priced }] of fitting.entries()) {
      const { given, source } = priced;
      const key = given.externalId === undefined ? `#${index}` : keyOf(source, given.externalId);
      const row = known.get(key);
      const existing: Placed | undefined =
        placed.get(key) ?? (row && { row, lines: linesOf.get(row.id) ?? [], added: [], isNew: false });
      if (existing) {
        const added = addLines(existing, priced, clock.now());
        if (added > 0) placed.set(key, existing);
        outcomes[index] = { index, outcome: added > 0 ? 'updated' : 'unchanged', id: existing.row.id };
        continue;
      }
      const made = makeOrder(priced, ids.next(), owners[i]!, clock.now());
      placed.set(key, made);
      outcomes[index] = { index, outcome: 'created', id: made.row.id };
    }

    const all = [...placed.values()];
    if (mode === 'create') await takeStock(trx, all, products, clock.now());
    await store.insertMany(all.filter(({ isNew }) => isNew).map(({ row }) => row));
    for (const { row, isNew } of all) if (!isNew) await store.update(row.id, row);
    await store.insertLines(all.flatMap(({ added }) => added));
    if (!quiet) await tell(trx, all, actor);
    return outcomes;
  };
};

const makeOrder = (
  { given, amounts, orderedAt, source }: Priced,
  id: string,
  customerId: string,
  now: number,
): Placed => {
  const row: OrderRow = {
    id,
    customer_id: customerId,
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
    created_at: now,
    updated_at: now,
  };
  const lines = amounts.lines.map((line, i) => lineOf(line, i + 1, row));
  return { row, lines, added: lines, isNew: true };
};

const lineOf = (line: Amounts['lines'][number], lineNo: number, row: OrderRow): LineRow => ({
  ...line,
  order_id: row.id,
  line_no: lineNo,
  customer_id: row.customer_id,
  ordered_at: row.ordered_at,
});

// Lines are told apart by the sender's id; a line without one is only stored with a new order.
const addLines = (order: Placed, { amounts }: Priced, now: number): number => {
  const have = new Set(order.lines.map((line) => line.external_id));
  const fresh = amounts.lines.filter((line) => line.external_id !== null && !have.has(line.external_id));
  const first = order.lines.reduce((last, line) => Math.max(last, line.line_no), 0) + 1;
  const rows = fresh.map((line, i) => lineOf(line, first + i, order.row));
  order.lines = [...order.lines, ...rows];
  order.added = [...order.added, ...rows];
  for (const line of fresh) {
    order.row.subtotal += line.total;
    order.row.total += line.total;
    order.row.quantity += line.quantity;
  }
  if (fresh.length > 0) order.row.updated_at = now;
  return fresh.length;
};

const takeStock = async (
  trx: Db,
  placed: readonly Placed[],
  products: ReadonlyMap<string, ProductRow>,
  now: number,
) => {
  const open = placed.filter(({ row }) => row.status === 'placed' || row.status === 'paid');
  const wanted = [...perSku(open.flatMap(({ lines }) => lines))].filter(
    ([sku]) => (products.get(sku)?.stock ?? null) !== null,
  );
  if (wanted.length === 0) return;
  const taken = new Set((await createProductStore(trx).takeStock(wanted.toSorted(), now)).map(({ sku }) => sku));
  const short = wanted.find(([sku]) => !taken.has(sku));
  if (!short) return;
  const line = placed[0]!.lines.findIndex(({ sku }) => sku === short[0]);
  throw new OutOfStock(short[0], { pointer: `/lines/${line}/quantity` });
};
