// Products as rows, known by their sku: new ones are made, members that the file gives and that differ are changed.

import { NewProduct } from '@rapport/sdk/schemas';
import type { Layout } from './layout.ts';
import type { Commerce } from './order-rows.ts';
import type { RowCheck } from './row-check.ts';

/** A price needs a currency, of its row or of the import. An empty cell leaves the member as it is. */
export const createProductsLayout = (deps: { commerce: Commerce; check: RowCheck }): Layout<NewProduct> => {
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
        status: cleaner.text('status')?.toLowerCase() as NewProduct['status'],
      };
      if (cleaner.problem()) return undefined;
      checkProduct(cleaner, product);
      if (product.price === undefined) product.currency = undefined;
      // What the file leaves empty is kept as it is.
      return Object.fromEntries(Object.entries(product).filter(([, value]) => value !== undefined)) as NewProduct;
    },
    write: async (trx, items) => {
      const { created, updated } = await deps.commerce.products.upsertMany(trx, items);
      return { refused: new Map(), created: { products: created }, updated: { products: updated } };
    },
  };
};
