// Commerce as a module: products, orders, refunds.
import { type Capability, type Customers, defineModule, type Platform } from '../../core/index.ts';
import { commerceCapabilities } from './capabilities.ts';
import { createOrders, type Orders } from './orders.ts';
import { createProducts, type Products } from './products.ts';
import { commerceRoutes } from './routes.ts';
import { commerceTables } from './tables.ts';

export type Commerce = { orders: Orders; products: Products; capabilities: readonly Capability[] };

/**
 * Reads go to the reader's connection, so an answer may lag behind a write of another request where that
 * is a replica; what a write answers is read in its own transaction.
 */
export const createCommerce = (platform: Platform, { customers }: { customers: Customers }): Commerce => ({
  orders: createOrders({ platform, customers }),
  products: createProducts(platform),
  capabilities: commerceCapabilities(platform),
});

export const commerceModule = defineModule({
  name: 'commerce',
  create: createCommerce,
  tables: commerceTables,
  routes: commerceRoutes,
  capabilities: ({ capabilities }) => capabilities,
});
