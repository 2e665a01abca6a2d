// Makes products and orders and their routes.
import type { Customers } from '../customers/index.ts';
import type { Served } from '../http/serve.ts';
import type { Platform } from '../platform.ts';
import { createOrders, type Orders } from './orders.ts';
import { createProducts, type Products } from './products.ts';
import { commerceRoutes } from './routes.ts';

export type Commerce = { orders: Orders; products: Products };

export const createCommerce = (platform: Platform, customers: Customers): { commerce: Commerce; served: Served[] } => {
  const commerce = { orders: createOrders({ platform, customers }), products: createProducts(platform) };
  return { commerce, served: commerceRoutes(commerce) };
};
