// One order of a request: priced from its products, given to its customer, its goods taken from stock, then written (writing.ts).
import type { NewOrder, Order } from '@rapport/sdk/schemas';
import { type Actor, type Customers, type Db, Failure, type Platform, readTime } from '../../core/index.ts';
import { amountsOf } from './amounts.ts';
import { OutOfStock } from './errors.ts';
import { nothingReturned, perSku, showOrder } from './present.ts';
import { createProductStore, type ProductRow } from './products-store.ts';
import type { WriteOrders } from './writing.ts';

type PlacingDeps = { platform: Platform; customers: Customers; write: WriteOrders };

export const createPlacing =
  ({ platform: { clock }, customers, write }: PlacingDeps) =>
  /** Throws what is wrong with it, with a pointer to the member. */
  async (trx: Db, given: NewOrder, actor: Actor): Promise<Order> => {
    const { status = 'placed', externalId = null, source = 'api', currency, discount, shipping } = given;
    const products = await createProductStore(trx).findBySkus(new Set(given.lines.map(({ sku }) => sku)));
    const orderedAt = given.orderedAt === undefined ? clock.now() : readTime(given.orderedAt, '/orderedAt');
    const { lines } = amountsOf(given, products);
    const [found] = await customers.findByRefs(trx, [given.customer]);
    const cause = found!.failure;
    if (cause)
      throw new Failure(cause.code, cause.status, cause.message, { pointer: `/customer${cause.pointer ?? ''}` });
    const [customerId] = await customers.findOrCreate(trx, [found!], { actor, source: 'api' });
    const holdsStock = status === 'placed' || status === 'paid';
    const item = {
      customerId: customerId!,
      source,
      externalId,
      currency,
      orderedAt,
      newStatus: status,
      discount,
      shipping,
    };
    const { written, failures } = await write(trx, [{ ...item, holdsStock, lines }], { actor, onlyNew: true });
    for (const failure of failures.values()) throw failure;
    if (holdsStock) await takeStock(trx, lines, products, clock.now());
    const [order] = written;
    return showOrder(order!.row, order!.lines, nothingReturned);
  };

const takeStock = async (
  trx: Db,
  lines: readonly { sku: string; quantity: number }[],
  products: ReadonlyMap<string, ProductRow>,
  now: number,
): Promise<void> => {
  const wanted = [...perSku(lines)].filter(([sku]) => (products.get(sku)?.stock ?? null) !== null);
  if (wanted.length === 0) return;
  const taken = new Set((await createProductStore(trx).takeStock(wanted.toSorted(), now)).map(({ sku }) => sku));
  const short = wanted.find(([sku]) => !taken.has(sku));
  if (!short) return;
  const line = lines.findIndex(({ sku }) => sku === short[0]);
  throw new OutOfStock(short[0], { pointer: `/lines/${line}/quantity` });
};
