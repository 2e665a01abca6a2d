// Products, orders, refunds.
import { defineRoute } from '../contract.ts';
import {
  NewOrder,
  NewProduct,
  NewRefund,
  Order,
  OrderMove,
  OrderPage,
  OrderQuery,
  Product,
  ProductChange,
  ProductPage,
  ProductQuery,
} from '../schemas/commerce.ts';
import { IdParams } from '../schemas/shared.ts';

export const createProduct = defineRoute({
  method: 'POST',
  path: '/products',
  scope: 'products:write',
  tag: 'products',
  summary: 'Add a product',
  body: NewProduct,
  reply: Product,
  status: 201,
  idempotent: true,
});
export const listProducts = defineRoute({
  method: 'GET',
  path: '/products',
  scope: 'products:read',
  tag: 'products',
  summary: 'Products by name',
  query: ProductQuery,
  reply: ProductPage,
});
export const getProduct = defineRoute({
  method: 'GET',
  path: '/products/:id',
  scope: 'products:read',
  tag: 'products',
  summary: 'One product',
  params: IdParams,
  reply: Product,
});
export const changeProduct = defineRoute({
  method: 'PATCH',
  path: '/products/:id',
  scope: 'products:write',
  tag: 'products',
  summary: 'Change a product: a value sets, null clears, absent keeps',
  params: IdParams,
  body: ProductChange,
  reply: Product,
});
export const createOrder = defineRoute({
  method: 'POST',
  path: '/orders',
  scope: 'orders:write',
  tag: 'orders',
  summary: 'Record an order',
  body: NewOrder,
  reply: Order,
  status: 201,
  idempotent: true,
});
export const listOrders = defineRoute({
  method: 'GET',
  path: '/orders',
  scope: 'orders:read',
  tag: 'orders',
  summary: 'Orders, newest first',
  query: OrderQuery,
  reply: OrderPage,
});
export const getOrder = defineRoute({
  method: 'GET',
  path: '/orders/:id',
  scope: 'orders:read',
  tag: 'orders',
  summary: 'One order with its lines and refunds',
  params: IdParams,
  reply: Order,
});
export const moveOrder = defineRoute({
  method: 'POST',
  path: '/orders/:id/status',
  scope: 'orders:write',
  tag: 'orders',
  summary: 'Move an order to another status that its present one allows',
  params: IdParams,
  body: OrderMove,
  reply: Order,
  idempotent: true,
});
export const refundOrder = defineRoute({
  method: 'POST',
  path: '/orders/:id/refund',
  scope: 'orders:write',
  tag: 'orders',
  summary: 'Refund money, goods by line, or the rest, never more than was paid',
  params: IdParams,
  body: NewRefund,
  reply: Order,
  status: 201,
  idempotent: true,
});
