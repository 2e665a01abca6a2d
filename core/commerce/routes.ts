// Products and orders over HTTP.
import {
  changeOrder,
  changeProduct,
  createOrder,
  createProduct,
  getOrder,
  getProduct,
  listOrders,
  listProducts,
  refundOrder,
} from '@rapport/sdk/routes';
import { type Served, serve } from '../http/serve.ts';
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
  serve(changeOrder, ({ params, body, actor }) => orders.changeStatus(params.id, body.status, actor)),
  serve(refundOrder, ({ params, body, actor }) => orders.refund(params.id, body, actor)),
];
