// Products and orders over HTTP.
import {
  changeProduct,
  createOrder,
  createProduct,
  getOrder,
  getProduct,
  listOrders,
  listProducts,
  moveOrder,
  refundOrder,
} from '@rapport/sdk/routes';
import { type Served, serve } from '../../core/index.ts';
import type { Orders } from './orders.ts';
import type { Products } from './products.ts';

export const commerceRoutes = ({ products, orders }: { products: Products; orders: Orders }): Served[] => [
  serve(createProduct, ({ body, actor }) => products.create(body, actor)),
  serve(listProducts, ({ query }) => products.list(query)),
  serve(getProduct, ({ params }) => products.get(params.id)),
  serve(changeProduct, ({ params, body, actor }) => products.change(params.id, body, actor)),
  serve(createOrder, ({ body, actor }) => orders.create(body, actor)),
  serve(listOrders, ({ query }) => orders.list(query)),
  serve(getOrder, ({ params }) => orders.get(params.id)),
  serve(moveOrder, ({ params, body, actor }) => orders.move(params.id, body.status, actor)),
  serve(refundOrder, ({ params, body, actor }) => orders.refund(params.id, body, actor)),
];
