// Orders as the API shows them, and as the rules hear of them.
import type { Order, OrderSummary } from '@rapport/sdk/schemas';
import { type Change, toIso } from '../../core/index.ts';
import type { LineRow, OrderRow, RefundLineRow, RefundRow } from './orders-store.ts';

/** Units of each sku: lines of one sku are added. */
export const perSku = (lines: readonly { sku: string; quantity: number }[]): Map<string, number> => {
  const sums = new Map<string, number>();
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
  return sums;
};

/**
 * What rules are told of an order: which facts may differ now, and the order for rules that answer to an
 * event. `at` is in ms.
 */
export const orderChange = (row: OrderRow, kind: 'order' | 'order-status' | 'refund', at: number): Change => ({
  customerId: row.customer_id,
  kind,
  facts: kind === 'order' ? ['orders', 'customer.lastSeenAt'] : ['orders'],
  at,
  order: {
    id: row.id,
    externalId: row.external_id,
    total: row.total,
    refunded: row.refunded,
    currency: row.currency,
    orderedAt: toIso(row.ordered_at),
    status: row.status,
  },
});

/** `lines` may hold those of other refunds: only its own are shown. */
export const showRefund = (
  { id, amount, withheld, reason, at }: RefundRow,
  lines: readonly RefundLineRow[],
): Order['refunds'][number] => ({
  id,
  amount,
  withheld,
  lines: lines
    .filter((line) => line.refund_id === id)
    .map((line) => ({ lineNo: line.line_no, quantity: line.quantity, amount: line.amount })),
  reason,
  at: toIso(at),
});

export const showSummary = (row: OrderRow): OrderSummary => ({
  id: row.id,
  customerId: row.customer_id,
  source: row.source,
  externalId: row.external_id,
  status: row.status,
  currency: row.currency,
  subtotal: row.subtotal,
  discount: row.discount,
  shipping: row.shipping,
  total: row.total,
  refunded: row.refunded,
  quantity: row.quantity,
  orderedAt: toIso(row.ordered_at),
  createdAt: toIso(row.created_at),
  updatedAt: toIso(row.updated_at),
});

/** What came back of an order: its refunds and their lines. */
export type Returned = { refunds: readonly RefundRow[]; lines: readonly RefundLineRow[] };
export const nothingReturned: Returned = { refunds: [], lines: [] };

/** `returned` of a line counts its units in all refunds. */
export const showOrder = (row: OrderRow, lines: readonly LineRow[], { refunds, lines: back }: Returned): Order => ({
  ...showSummary(row),
  lines: lines.map((line) => ({
    lineNo: line.line_no,
    sku: line.sku,
    name: line.name,
    category: line.category,
    quantity: line.quantity,
    unitPrice: line.unit_price,
    discount: line.discount,
    total: line.total,
    returned: back.reduce((sum, each) => (each.line_no === line.line_no ? sum + each.quantity : sum), 0),
    externalId: line.external_id,
  })),
  refunds: refunds.map((refund) => showRefund(refund, back)),
});
