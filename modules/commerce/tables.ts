// The tables of commerce. Orders and refunds are books: they outlive the person, and then speak of nobody.
import type { TablePolicy } from '../../core/index.ts';

const books = {
  owner: 'customer',
  customerColumns: ['customer_id'],
  onErase: 'keep',
  onMerge: 'rekey',
  inExport: true,
  grows: 'with time',
  keptBecause: 'books',
} as const;

export const commerceTables: readonly TablePolicy[] = [
  { ...books, table: 'orders', hidden: ['holds_stock'] },
  { ...books, table: 'order_lines' },
  // What staff wrote of why may name the person; the amount is what the books need.
  { ...books, table: 'refunds', personal: ['reason'], onErase: 'clear' },
  { ...books, table: 'refund_lines' },
  { table: 'products', owner: 'shop', grows: 'with settings' },
];
