// Products: what can be bought, its price and stock.
import type { NewProduct, Product, ProductChange } from '@rapport/sdk/schemas';
import { InvalidValue } from '../customers/errors.ts';
import { toIso } from '../data/column.ts';
import type { Db } from '../data/database.ts';
import { type Page, page } from '../data/page.ts';
import { transactRetrying } from '../data/retry.ts';
import type { Actor } from '../http/actor.ts';
import type { Platform } from '../platform.ts';
import { ProductNotFound, SkuTaken } from './errors.ts';
import { createProductStore, type ProductRow } from './products-store.ts';

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
    create: (given: NewProduct, actor: Actor): Promise<Product> =>
      transactRetrying(database.writer, async (trx) => {
        if (given.price !== undefined && given.currency === undefined)
          throw new InvalidValue('A price needs its currency.', { pointer: '/currency' });
        const store = createProductStore(trx);
        if ((await store.findBySkus([given.sku])).size > 0) throw new SkuTaken(given.sku, { pointer: '/sku' });
        const row = rowOf(given);
        await store.insert(row);
        await record(trx, actor, 'product.created', row.id, Object.keys(given));
        return showProduct(row);
      }),
    change: (id: string, change: ProductChange, actor: Actor): Promise<Product> =>
      transactRetrying(database.writer, async (trx) => {
        const store = createProductStore(trx);
        const row = await store.find(id);
        if (!row) throw new ProductNotFound(id);
        const { imageUrl, ...rest } = change;
        const columns = { ...rest, ...(imageUrl !== undefined && { image_url: imageUrl }), updated_at: clock.now() };
        await store.rows().where({ id }).update(columns);
        await record(trx, actor, 'product.updated', id, Object.keys(change));
        return showProduct((await store.find(id))!);
      }),
    get: async (id: string): Promise<Product> => {
      const row = await createProductStore(database.reader).find(id);
      if (!row) throw new ProductNotFound(id);
      return showProduct(row);
    },
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
