// Rows of products.
import { type Db, dialectOf, query, rowSet } from '../../core/index.ts';

/**
 * `price` is in minor units of `currency`; both are null for a product without a price of its own. `stock`
 * null means that it is not counted.
 */
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

const integers = new Set(['price', 'stock', 'created_at', 'updated_at']);
const names = [
  ...['id', 'sku', 'name', 'category', 'description', 'image_url'],
  ...['price', 'currency', 'stock', 'status', 'created_at', 'updated_at'],
] as const;

export const createProductStore = (db: Db) => {
  const dialect = dialectOf(db);
  const all = rowSet(
    dialect,
    'given',
    names.map((name) => [name, integers.has(name) ? 'integer' : 'text'] as const),
  );
  const write = async (sql: string, rows: readonly ProductRow[]): Promise<unknown[]> =>
    rows.length === 0
      ? []
      : query(db, sql.replace('{given}', all.sql), [all.bind(rows.map((row) => names.map((name) => row[name])))]);
  const skus = rowSet(dialect, 'given', [
    ['sku', 'text'],
    ['quantity', 'integer'],
  ]);
  return {
    find: (id: string): Promise<ProductRow | undefined> => db('products').where({ id }).first(),
    /** By sku; skus nobody has are not in the answer. */
    findBySkus: async (wanted: Iterable<string>): Promise<Map<string, ProductRow>> => {
      const rows = await query<ProductRow>(db, `select p.* from ${skus.sql} join products p on p.sku = given.sku`, [
        skus.bind([...wanted].map((sku) => [sku, 0])),
      ]);
      return new Map(rows.map((row) => [row.sku, row]));
    },
    insert: (rows: readonly ProductRow[]) =>
      write(`insert into products (${names}) select ${names} from {given}`, rows),
    /** Those whose sku nobody has; gives how many that were. */
    insertMissing: async (rows: readonly ProductRow[]): Promise<number> =>
      (
        await write(
          `insert into products (${names}) select ${names} from {given} where true on conflict (sku) do nothing returning id`,
          rows,
        )
      ).length,
    /** Writes every column of rows that exist, by their id; the last writer of two stands. */
    update: (rows: readonly ProductRow[]) =>
      write(
        `update products set ${names.slice(1).map((name) => `${name} = given.${name}`)} from {given} where products.id = given.id`,
        rows,
      ),
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
    /** Adds to stock where it is counted; elsewhere nothing happens. */
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
