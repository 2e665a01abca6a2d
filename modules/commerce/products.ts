// Products: what can be bought, its price and stock.
import type { NewProduct, Product, ProductChange } from '@rapport/sdk/schemas';
import {
  type Actor,
  type Db,
  InvalidValue,
  type Page,
  type Platform,
  page,
  toIso,
  transactRetrying,
} from '../../core/index.ts';
import { ProductNotFound, SkuTaken } from './errors.ts';
import { createProductStore, type ProductRow } from './products-store.ts';

/**
 * Prices are integer minor units with their currency. A change of a product changes no order that exists:
 * lines keep the price, name and category they were written with.
 */
export const createProducts = ({ database, clock, ids, audit }: Platform) => {
  const rowOf = (given: NewProduct): ProductRow => ({
    id: ids.next(),
    sku: given.sku,
    name: given.name,
    category: given.category ?? null,
    description: given.description ?? null,
    image_url: given.imageUrl ?? null,
    price: given.price ?? null,
    currency: given.currency ?? null,
    stock: given.stock ?? null,
    status: given.status ?? 'active',
    created_at: clock.now(),
    updated_at: clock.now(),
  });
  const record = (trx: Db, actor: Actor, action: string, id: string, members: string[]) =>
    audit.record(trx, { actor, action, subject: { kind: 'product', id }, details: { members } });

  return {
    /** Throws SKU_TAKEN, and INVALID_VALUE for a price without a currency. */
    create: (given: NewProduct, actor: Actor): Promise<Product> =>
      transactRetrying(database.writer, async (trx) => {
        if (given.price !== undefined && given.currency === undefined)
          throw new InvalidValue('A price needs its currency.', { pointer: '/currency' });
        const store = createProductStore(trx);
        if ((await store.findBySkus([given.sku])).size > 0) throw new SkuTaken(given.sku, { pointer: '/sku' });
        const row = rowOf(given);
        await store.insert([row]);
        await record(trx, actor, 'product.created', row.id, Object.keys(given));
        return showProduct(row);
      }),
    /** Only members that are given change; null clears. Throws PRODUCT_NOT_FOUND. */
    change: (id: string, change: ProductChange, actor: Actor): Promise<Product> =>
      transactRetrying(database.writer, async (trx) => {
        const store = createProductStore(trx);
        const row = await store.find(id);
        if (!row) throw new ProductNotFound(id);
        const changed = changedRow(row, change, clock.now());
        await store.update([changed]);
        await record(trx, actor, 'product.updated', id, Object.keys(change));
        return showProduct(changed);
      }),
    /**
     * Many at once in the caller's transaction, known by their sku: new ones are made, members that are given and differ are
     * changed. The same again changes nothing. With `keep`, products that exist stay as they are. Nothing is audited row by row.
     */
    upsertMany: async (
      trx: Db,
      given: readonly NewProduct[],
      { keep = false } = {},
    ): Promise<{ created: number; updated: number }> => {
      const store = createProductStore(trx);
      // Of two with one sku the later one adds to the earlier, as it would in two calls; with `keep` the first one stays.
      const bySku = new Map<string, NewProduct>();
      for (const one of given) {
        const before = bySku.get(one.sku);
        if (!before || !keep) bySku.set(one.sku, { ...before, ...one });
      }
      if (keep) return { created: await store.insertMissing([...bySku.values()].map(rowOf)), updated: 0 };
      const known = await store.findBySkus(bySku.keys());
      const fresh = [...bySku.values()].filter(({ sku }) => !known.has(sku));
      const changed = [...bySku.values()].flatMap((one) => {
        const row = known.get(one.sku);
        const next = row && changedRow(row, one, row.updated_at);
        return next && JSON.stringify(next) !== JSON.stringify(row) ? [{ ...next, updated_at: clock.now() }] : [];
      });
      await store.insert(fresh.map(rowOf));
      await store.update(changed);
      return { created: fresh.length, updated: changed.length };
    },
    get: async (id: string): Promise<Product> => {
      const row = await createProductStore(database.reader).find(id);
      if (!row) throw new ProductNotFound(id);
      return showProduct(row);
    },
    /**
     * By name. `q` is the beginning of a name or a sku, without regard to case (on SQLite of ASCII letters
     * only); it is no search within words.
     */
    list: async (query: {
      limit?: number;
      cursor?: string;
      q?: string;
      sku?: string;
      category?: string;
      status?: string;
    }): Promise<Page<Product>> => {
      const rows = createProductStore(database.reader).rows();
      for (const column of ['sku', 'category', 'status'] as const) {
        const value = query[column];
        if (value !== undefined) rows.where(column, value);
      }
      if (query.q !== undefined) {
        const start = `${query.q.replaceAll(/[\\%_]/g, '\\$&').toLowerCase()}%`;
        rows.where((either) =>
          either
            .whereRaw(`lower(name) like ? escape '\\'`, [start])
            .orWhereRaw(`lower(sku) like ? escape '\\'`, [start]),
        );
      }
      const { data, next } = await page<ProductRow>(rows, {
        sort: { column: 'name', direction: 'asc' },
        limit: query.limit ?? 50,
        cursor: query.cursor,
      });
      return { data: data.map(showProduct), next };
    },
  };
};

const changedRow = (row: ProductRow, { imageUrl, ...rest }: ProductChange, now: number): ProductRow => {
  const given = Object.entries({ ...rest, image_url: imageUrl }).filter(([, value]) => value !== undefined);
  return { ...row, ...Object.fromEntries(given), updated_at: now };
};

export type Products = ReturnType<typeof createProducts>;

export const showProduct = (row: ProductRow): Product => ({
  id: row.id,
  sku: row.sku,
  name: row.name,
  category: row.category,
  description: row.description,
  imageUrl: row.image_url,
  price: row.price,
  currency: row.currency,
  stock: row.stock,
  status: row.status,
  createdAt: toIso(row.created_at),
  updatedAt: toIso(row.updated_at),
});
