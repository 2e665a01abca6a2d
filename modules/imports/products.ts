// Products as rows, known by their sku: new ones are made, members that the file gives and that differ are changed.

import { NewProduct } from '@rapport/sdk/schemas';
import type { Clock, Ids } from '../../core/index.ts';
import type { Layout } from './layout.ts';
import { createProductStore, type ProductRow } from './product-store.ts';
import type { RowCheck } from './row-check.ts';

export const createProductsLayout = (deps: { clock: Clock; ids: Ids; check: RowCheck }): Layout<ProductRow> => {
  const checkProduct = deps.check(NewProduct);
  return {
    kind: 'products',
    facts: () => [],
    read: (cleaner) => {
      const currency = cleaner.currency('currency');
      const product = {
        sku: cleaner.required('sku', cleaner.text('sku')),
        name: cleaner.required('name', cleaner.text('name')),
        category: cleaner.text('category'),
        description: cleaner.text('description'),
        imageUrl: cleaner.text('imageUrl'),
        price: cleaner.money('price', currency),
        currency,
        stock: cleaner.integer('stock'),
        status: cleaner.text('status')?.toLowerCase(),
      };
      if (cleaner.problem()) return undefined;
      checkProduct(cleaner, product);
      return { ...product, currency: product.price === undefined ? undefined : currency };
    },
    write: async (trx, items) => {
      const now = deps.clock.now();
      const store = createProductStore(trx);
      // Of two rows with one sku in one go the later one adds to the earlier, as it would over two goes.
      const bySku = new Map<string, ProductRow>();
      for (const item of items) bySku.set(item.sku, { ...bySku.get(item.sku), ...given(item) });
      const existing = new Map((await store.find([...bySku.keys()])).map((row) => [row.sku, row]));
      const rows = [...bySku.values()];
      const fresh = rows.filter((row) => !existing.has(row.sku));
      const changed = rows.flatMap((row) => {
        const old = existing.get(row.sku);
        return old && differs(old, row) ? [{ ...old, ...given(row) }] : [];
      });
      await store.insert(fresh, () => deps.ids.next(), now);
      await store.update(changed, now);
      return { refused: new Map(), created: { products: fresh.length }, updated: { products: changed.length } };
    },
  };
};

const given = (row: ProductRow): ProductRow =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined && value !== null)) as ProductRow;

const differs = (old: ProductRow, row: ProductRow): boolean =>
  Object.entries(given(row)).some(([name, value]) => old[name as keyof ProductRow] !== value);
