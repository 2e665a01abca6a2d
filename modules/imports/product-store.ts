// Products, many at once.
import type { Db, RowColumn } from '../../core/index.ts';
import { insertRows, withRows } from './row-store.ts';

export type ProductRow = {
  sku: string;
  name: string;
  category?: string | null;
  description?: string | null;
  imageUrl?: string | null;
  price?: number | null;
  currency?: string | null;
  stock?: number | null;
  status?: string | null;
};

const columns: readonly RowColumn[] = [
  ['sku', 'text'],
  ['name', 'text'],
  ['category', 'text'],
  ['description', 'text'],
  ['image_url', 'text'],
  ['price', 'integer'],
  ['currency', 'text'],
  ['stock', 'integer'],
  ['status', 'text'],
];
const names = columns.map(([name]) => name);

const toValues = (row: ProductRow): unknown[] => [
  row.sku,
  row.name,
  row.category ?? null,
  row.description ?? null,
  row.imageUrl ?? null,
  row.price ?? null,
  row.currency ?? null,
  row.stock ?? null,
  row.status ?? 'active',
];

export const createProductStore = (db: Db) => ({
  find: (skus: string[]): Promise<ProductRow[]> =>
    withRows(
      db,
      [['sku', 'text']],
      skus.map((sku) => [sku]),
      `select ${names.map((name) => `p.${name}${name === 'image_url' ? ' as "imageUrl"' : ''}`).join(', ')}
       from {rows} join products p on p.sku = r.sku`,
    ),

  insert: (rows: readonly ProductRow[], nextId: () => string, now: number) =>
    insertRows(
      db,
      'products',
      [['id', 'text'], ...columns, ['created_at', 'integer'], ['updated_at', 'integer']],
      rows.map((row) => [nextId(), ...toValues(row), now, now]),
    ),

  update: async (rows: readonly ProductRow[], now: number): Promise<void> => {
    if (rows.length === 0) return;
    await withRows(
      db,
      [...columns, ['now', 'integer']],
      rows.map((row) => [...toValues(row), now]),
      `update products set ${names.slice(1).map((name) => `${name} = r.${name}`)}, updated_at = r.now
       from {rows} where products.sku = r.sku`,
    );
  },
});
