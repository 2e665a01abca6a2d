// `orders` as SQL. Without line filters it is answered by the index (customer, time, total) alone.
import { daysSinceInstantSql } from './calendar.ts';
import type { FactSql } from './fact.ts';
import { type Fragment, join, type SqlTarget, sql, text, value } from './fragment.ts';
import { averageSql, countSql, edgeOrder, lookup, type Rows, totalSql } from './history-sql.ts';
import type { OrdersQuery } from './orders.ts';
import { withinSql } from './window.ts';

const at = text('o.ordered_at');
const id = text('o.id');

export const ordersSql = (query: OrdersQuery, target: SqlTarget): FactSql => {
  const lines = lineFilter(query);
  const filters = [sql`o.customer_id = c.id`, withinSql(at, query.window, target.now)];
  if (query.status) filters.push(sql`o.status IN (${list(query.status)})`);
  if (query.currency) filters.push(sql`o.currency = ${value(query.currency)}`);
  const plain = sql`FROM orders o WHERE ${join(filters, ' AND ')}`;
  const orders: Rows = lines
    ? sql`${plain} AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND ${lines})`
    : plain;
  const joined: Rows = sql`FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE ${join([...filters, ...(lines ? [lines] : [])], ' AND ')}`;

  const { measure, of } = query;
  if (measure === 'count') return countSql(orders);
  if (measure === 'distinct')
    return totalSql(sql`COUNT(DISTINCT ${text(of === 'sku' ? 'l.sku' : 'l.category')})`, joined);
  if (of === 'at' || of === 'daysSince') {
    const earliest = measure === 'first' || measure === 'min';
    const found = lookup(sql`${text(earliest ? 'MIN' : 'MAX')}(${at})`, orders);
    return of === 'at' ? { expression: found, cost: 100 } : { ...daysSinceInstantSql(found, target.now), cost: 100 };
  }
  const amount = text(lines ? `SUM(l.${of})` : of === 'net' ? '(o.total - o.refunded)' : `o.${of}`);
  if (measure === 'sum') return totalSql(lines ? amount : sql`SUM(${amount})`, lines ? joined : orders);
  if (measure === 'first' || measure === 'last') {
    const order = edgeOrder(at, id, measure, target);
    return {
      expression: lookup(amount, lines ? sql`${joined} GROUP BY o.id, o.ordered_at` : orders, order),
      cost: 100,
    };
  }
  const amounts = sql`SELECT ${amount} AS amount ${lines ? sql`${joined} GROUP BY o.id` : orders}`;
  if (measure === 'avg') return averageSql(amounts, 1, target);
  return {
    expression: sql`(SELECT ${text(measure === 'min' ? 'MIN' : 'MAX')}(a.amount) FROM (${amounts}) a)`,
    cost: 100,
  };
};

const list = (texts: readonly string[]): Fragment => join(texts.map(value), ', ');

const lineFilter = ({ sku, category }: OrdersQuery): Fragment | null => {
  const filters: Fragment[] = [];
  if (sku) filters.push(sql`l.sku IN (${list(sku)})`);
  if (category) filters.push(sql`l.category IN (${list(category)})`);
  return filters.length === 0 ? null : join(filters, ' AND ');
};
