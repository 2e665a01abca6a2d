// Products, orders with lines, refunds. Money in integer minor units.
import { type Static, Type } from 'typebox';
import { CustomerRef } from './customers.ts';
import { orderStatuses } from './order-states.ts';
import { Closed, Currency, Id, Money, Nullable, PageQuery, pageOf, Time } from './shared.ts';

const Sku = Type.String({ minLength: 1, maxLength: 100 });
const text = Nullable(Type.String());
const productFields = {
  name: Type.String({ minLength: 1, maxLength: 300 }),
  category: Type.String({ minLength: 1, maxLength: 200 }),
  description: Type.String({ maxLength: 5000 }),
  imageUrl: Type.String({ format: 'uri', pattern: '^https?://', maxLength: 2000 }),
  price: Money,
  currency: Currency,
  stock: Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'Absent: not counted' }),
};
const ProductStatus = Type.Union([Type.Literal('active'), Type.Literal('archived')]);
export const OrderStatus = Type.Enum([...orderStatuses]);
export type OrderStatus = Static<typeof OrderStatus>;

/** `price` needs its `currency`. A `sku` names a product once. */
export const NewProduct = Closed({
  sku: Sku,
  name: productFields.name,
  category: Type.Optional(productFields.category),
  description: Type.Optional(productFields.description),
  imageUrl: Type.Optional(productFields.imageUrl),
  price: Type.Optional(productFields.price),
  currency: Type.Optional(productFields.currency),
  stock: Type.Optional(productFields.stock),
  status: Type.Optional(ProductStatus),
});
export type NewProduct = Static<typeof NewProduct>;
/** A value sets, an absent member keeps, null clears. Lines of orders that exist keep what they were written with. */
export const ProductChange = Closed({
  name: Type.Optional(productFields.name),
  category: Type.Optional(Nullable(productFields.category)),
  description: Type.Optional(Nullable(productFields.description)),
  imageUrl: Type.Optional(Nullable(productFields.imageUrl)),
  price: Type.Optional(Nullable(productFields.price)),
  currency: Type.Optional(Nullable(productFields.currency)),
  stock: Type.Optional(Nullable(productFields.stock)),
  status: Type.Optional(ProductStatus),
});
export type ProductChange = Static<typeof ProductChange>;
export const Product = Closed(
  {
    id: Id,
    sku: Type.String(),
    name: Type.String(),
    category: text,
    description: text,
    imageUrl: text,
    price: Nullable(Type.Integer()),
    currency: text,
    stock: Nullable(Type.Integer()),
    status: Type.String(),
    createdAt: Time,
    updatedAt: Time,
  },
  { $id: 'Product' },
);
export type Product = Static<typeof Product>;
export const ProductPage = pageOf(Product);
export const ProductQuery = Closed({
  ...PageQuery.properties,
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Names that start with it, or the sku' })),
  sku: Type.Optional(Sku),
  category: Type.Optional(Type.String()),
  status: Type.Optional(ProductStatus),
});

export const NewOrderLine = Closed({
  sku: Sku,
  name: Type.Optional(Type.String({ maxLength: 300 })),
  category: Type.Optional(Type.String({ maxLength: 200 })),
  quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  /** Absent: the product's price. */
  unitPrice: Type.Optional(Money),
  discount: Type.Optional(Money),
  /** Checked when given: quantity × unitPrice − discount. */
  total: Type.Optional(Money),
  externalId: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
});
export type NewOrderLine = Static<typeof NewOrderLine>;
/**
 * `placed` when no status is given, now when no time is. `source` and `externalId` together name an order
 * once; without `externalId` nothing tells a repeat.
 */
export const NewOrder = Closed({
  externalId: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  source: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' })),
  customer: CustomerRef,
  currency: Currency,
  orderedAt: Type.Optional(Time),
  status: Type.Optional(OrderStatus),
  lines: Type.Array(NewOrderLine, { minItems: 1, maxItems: 500 }),
  /** Off the whole order, after the lines' own discounts. */
  discount: Type.Optional(Money),
  shipping: Type.Optional(Money),
  /** Checked when given. */
  total: Type.Optional(Money),
});
export type NewOrder = Static<typeof NewOrder>;

/** Amounts in minor units of the order's currency, for the whole line; `unitPrice` for one unit. */
export const OrderLine = Closed({
  lineNo: Type.Integer(),
  sku: Type.String(),
  name: text,
  category: text,
  quantity: Type.Integer(),
  unitPrice: Type.Integer(),
  discount: Type.Integer(),
  total: Type.Integer(),
  returned: Type.Integer({ description: 'Units that refunds by line took back' }),
  externalId: text,
});
export const RefundLine = Closed({
  lineNo: Type.Integer(),
  quantity: Type.Integer(),
  amount: Type.Integer({ description: "Its share of the line's net, before anything was withheld" }),
});
export const Refund = Closed({
  id: Id,
  amount: Type.Integer({ description: 'Money that went back; of lines, their amounts less `withheld`' }),
  withheld: Type.Integer({
    description:
      'Of discounts that the goods that were kept no longer earn; negative where an earlier refund withheld more than is due now',
  }),
  lines: Type.Array(RefundLine, { description: 'Empty when money alone went back' }),
  reason: text,
  at: Time,
});
const orderFields = {
  id: Id,
  customerId: Id,
  source: Type.String(),
  externalId: text,
  status: OrderStatus,
  currency: Type.String(),
  subtotal: Type.Integer({ description: 'Sum of the lines' }),
  discount: Type.Integer(),
  shipping: Type.Integer(),
  total: Type.Integer({ description: 'subtotal − discount + shipping' }),
  refunded: Type.Integer(),
  quantity: Type.Integer(),
  orderedAt: Time,
  createdAt: Time,
  updatedAt: Time,
};
export const OrderSummary = Closed(orderFields);
export type OrderSummary = Static<typeof OrderSummary>;
export const Order = Closed(
  { ...orderFields, lines: Type.Array(OrderLine), refunds: Type.Array(Refund) },
  { $id: 'Order' },
);
export type Order = Static<typeof Order>;
export const OrderPage = pageOf(OrderSummary);
/** `from` is inclusive, `to` exclusive, both of `orderedAt`. */
export const OrderQuery = Closed({
  ...PageQuery.properties,
  customerId: Type.Optional(Id),
  externalId: Type.Optional(Type.String()),
  status: Type.Optional(OrderStatus),
  from: Type.Optional(Time),
  to: Type.Optional(Time),
});
/** `refunded` gives back what is left of the total. */
export const OrderMove = Closed({ status: OrderStatus });
/** By `lineNo` or by `sku`, one of them. */
export const ReturnedLine = Closed({
  lineNo: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'As the order numbers it' })),
  sku: Type.Optional(Sku),
  quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
});
export type ReturnedLine = Static<typeof ReturnedLine>;
/** Money, or goods by line whose amount follows from them. Neither: everything not yet refunded. */
export const NewRefund = Closed({
  amount: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000_000 })),
  lines: Type.Optional(
    Type.Array(ReturnedLine, {
      minItems: 1,
      maxItems: 500,
      description: 'By `lineNo`, or by `sku`: then of the first lines of that product that have units left',
    }),
  ),
  reason: Type.Optional(Type.String({ maxLength: 500 })),
  restock: Type.Optional(
    Type.Boolean({ description: 'Puts the goods of these lines, or of a full refund, back into stock' }),
  ),
});
export type NewRefund = Static<typeof NewRefund>;
