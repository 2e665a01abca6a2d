// Rows of products.
import { type Db, dialectOf } from '../data/database.ts';
import { rowSet } from '../data/row-set.ts';
import { query } from '../data/rows.ts';

export type ProductRow = {
  id: string;
  sku: string;
  name: string;
  category: string | null;
  description: string | null;
  image_url: string | null;
  price: number | null;
  currency: string | null;
  stock: number | null;
  status: string;
  created_at: number;
  updated_at: number;
};

export const createProductStore = (db: Db) => {
  const dialect = dialectOf(db);
  const skus = rowSet(dialect, 'given', [
    ['sku', 'text'],
    ['quantity', 'integer'],
  ]);
  return {
    find: (id: string): Promise<ProductRow | undefined> => db('products').where({ id }).first(),
    findBySkus: async (wanted: Iterable<string>): Promise<Map<string, ProductRow>> => {
      const rows = await query<ProductRow>(db, `select p.* from ${skus.sql} join products p on p.sku = given.sku`, [
        skus.bind([...wanted].map((sku) => [sku, 0])),
      ]);
      return new Map(rows.map((row) => [row.sku, row]));
    },
    insert: (row: ProductRow) => db('products').insert(row),
    /** Takes from stock where it is counted and lasts; returns the skus that were taken. Sums per sku are the caller's. */
    takeStock: (
      wanted: readonly (readonly [sku: string, quantity: number])[],
      now: number,
    ): Promise<{ sku: string }[]> =>
      query(
        db,
        `update products set stock = products.stock - given.quantity, updated_at = ${Number(now)} from ${skus.sql}
         where products.sku = given.sku and products.stock >= given.quantity returning products.sku`,
        [skus.bind(wanted)],
      ),
    returnStock: async (wanted: readonly (readonly [sku: string, quantity: number])[], now: number): Promise<void> => {
      await db.raw(
        `update products set stock = products.stock + given.quantity, updated_at = ${Number(now)} from ${skus.sql}
         where products.sku = given.sku and products.stock is not null`,
        [skus.bind(wanted)],
      );
    },
    rows: () => db('products'),
  };
};
