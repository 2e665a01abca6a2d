// What plugins may read of orders and products: pages in a fixed order, columns by name.
import { Type } from 'typebox';
import { type Capability, capability, given, type Platform, span } from '../../core/index.ts';
import { createReadsStore } from './capabilities-store.ts';

/** Pages of 100 when the plugin names no limit. Each row that is given is taken from the plugin's allowance of rows. */
export const commerceCapabilities = ({ database }: Pick<Platform, 'database'>): Capability[] => {
  const reads = createReadsStore(database.reader);
  return [
    capability({
      name: 'orders.list',
      scope: 'orders:read',
      read: given.options,
      input: Type.Object({ ...given.paging, ...span.members }, given.closed),
      run: async ({ limit = 100, cursor, ...within }, { spend }) => {
        const found = await reads.orders(span.of(within), limit, cursor);
        await spend('rows', found.data.length);
        return found;
      },
    }),
    capability({
      name: 'products.list',
      scope: 'products:read',
      read: given.options,
      input: Type.Object(given.paging, given.closed),
      run: async ({ limit = 100, cursor }, { spend }) => {
        const found = await reads.products(limit, cursor);
        await spend('rows', found.data.length);
        return found;
      },
    }),
  ];
};
