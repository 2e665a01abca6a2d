// `orders` as SQL, by a look per customer or by one pass over all. Without line and currency filters it is answered by
// the index (customer, time, total, status) alone.
import { averageSql } from './average-sql.ts';
import { dayMs, daysSinceInstantSql, daysSinceSet } from './calendar.ts';
import type { FactSql } from './fact.ts';
import { type Fragment, join, type SqlTarget, sql, text, value } from './fragment.ts';
import { type Groups, groupedAverageSql, groupedSql } from './grouped-sql.ts';
import { countSql, edgeOrder, lookup, totalSql } from './history-sql.ts';
import type { Measure } from './measure.ts';
import { acceptedBy } from './number-set.ts';
import { type Window, withinSql } from './window.ts';

export type OrdersQuery = {
  window: Window;
  measure: Measure;
  of: 'total' | 'net' | 'quantity' | 'at' | 'daysSince' | 'sku' | 'category';
  sku: readonly string[] | null;
  category: readonly string[] | null;
  /** Null: every status but cancelled. */
  status: readonly string[] | null;
  currency: string | null;
};

const at = text('o.ordered_at');
const customer = text('o.customer_id');

/** The same answers as the closure of orders.ts gives on the same rows. */
export const ordersSql = (query: OrdersQuery, target: SqlTarget): FactSql => ({
  ...perCustomer(query, target),
  ...onePass(query, target),
});

const perCustomer = (query: OrdersQuery, target: SqlTarget): FactSql => {
  const { lines, orders, joined } = sources(query, sql`o.customer_id = c.id`, at, target);
  const { measure, of } = query;
  if (measure === 'count') return countSql(orders);
  if (measure === 'distinct') return totalSql(distinct(query), joined);
  if (of === 'at' || of === 'daysSince') {
    const found = lookup(edge(query), orders);
    return of === 'at' ? { expression: found, cost: 100 } : { ...daysSinceInstantSql(found, target.now), cost: 100 };
  }
  const amount = amountOf(query, lines !== null);
  if (measure === 'sum') return totalSql(lines ? amount : sql`SUM(${amount})`, lines ? joined : orders);
  if (measure === 'first' || measure === 'last') {
    const order = edgeOrder(at, text('o.id'), measure, target);
    return {
      expression: lookup(amount, lines ? sql`${joined} GROUP BY o.id, o.ordered_at` : orders, order),
      cost: 100,
    };
  }
  const amounts = sql`SELECT ${amount} AS amount ${lines ? sql`${joined} GROUP BY o.id` : orders}`;
  if (measure === 'avg') return averageSql(amounts, 1, target);
  return { expression: sql`(SELECT ${text(measure.toUpperCase())}(a.amount) FROM (${amounts}) a)`, cost: 100 };
};

const onePass = (query: OrdersQuery, target: SqlTarget): Pick<FactSql, 'grouped'> => {
  const { lines, orders, joined } = sources(query, null, inOrder(query, target), target);
  const { measure, of } = query;
  const setOf = acceptedBy;
  const groups = { customer, rows: orders };
  if (measure === 'count')
    return { grouped: groupedSql({ groups, aggregate: text('COUNT(*)'), whenNone: 0, setOf }, target) };
  const ofLines: Groups = { customer, rows: joined };
  if (measure === 'distinct')
    return { grouped: groupedSql({ groups: ofLines, aggregate: distinct(query), whenNone: 0, setOf }, target) };
  if (of === 'at') return { grouped: groupedSql({ groups, aggregate: edge(query), whenNone: null, setOf }, target) };
  if (of === 'daysSince') {
    const within = daysSinceSet(target.now);
    return { grouped: groupedSql({ groups, aggregate: edge(query), whenNone: null, setOf, within }, target) };
  }
  const amount = amountOf(query, lines !== null);
  if (measure === 'first' || measure === 'last') return {};
  if (measure === 'sum') {
    const aggregate = lines ? amount : sql`SUM(${amount})`;
    return { grouped: groupedSql({ groups: lines ? ofLines : groups, aggregate, whenNone: 0, setOf }, target) };
  }
  // With line filters an order first becomes what its matching lines are.
  const perOrder: Groups = {
    customer: text('a.customer_id'),
    rows: sql`FROM (SELECT o.customer_id, ${amount} AS amount ${joined} GROUP BY o.id, o.customer_id) a`,
  };
  const [rows, each] = lines ? [perOrder, text('a.amount')] : [groups, amount];
  if (measure === 'avg') return { grouped: groupedAverageSql(rows, each, 1, target) };
  const aggregate = sql`${text(measure.toUpperCase())}(${each})`;
  return { grouped: groupedSql({ groups: rows, aggregate, whenNone: null, setOf }, target) };
};

const edge = ({ measure }: OrdersQuery): Fragment =>
  sql`${text(measure === 'first' || measure === 'min' ? 'MIN' : 'MAX')}(${at})`;
const distinct = ({ of }: OrdersQuery): Fragment => sql`COUNT(DISTINCT ${text(of === 'sku' ? 'l.sku' : 'l.category')})`;
const amountOf = ({ of }: OrdersQuery, lines: boolean): Fragment =>
  text(lines ? `SUM(l.${of})` : of === 'net' ? '(o.total - o.refunded)' : `o.${of}`);

// SQLite would take the time index and sort: for long windows reading the customer index in order is twice as fast. The plus
// keeps the time out of its choice of an index.
const inOrder = ({ window, currency, sku, category, of }: OrdersQuery, { dialect }: SqlTarget): Fragment => {
  const covered = !currency && !sku && !category && ['total', 'at', 'daysSince'].includes(of);
  const long = window.from === null && (window.backMs === null || window.backMs > 31 * dayMs);
  return dialect === 'sqlite' && covered && long ? text('+o.ordered_at') : at;
};

const sources = (query: OrdersQuery, correlation: Fragment | null, time: Fragment, target: SqlTarget) => {
  const filters = [...(correlation ? [correlation] : []), withinSql(time, query.window, target.now)];
  filters.push(query.status ? sql`o.status IN (${list(query.status)})` : text("o.status <> 'cancelled'"));
  if (query.currency) filters.push(sql`o.currency = ${value(query.currency)}`);
  // The plus keeps an index of the lines from being chosen where the order is known.
  const lines = lineFilter(query, correlation && target.dialect === 'sqlite' ? '+' : '');
  const plain = sql`FROM orders o WHERE ${join(filters, ' AND ')}`;
  const each = sql`EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND ${lines ?? text('1 = 1')})`;
  // Orders with such a line, listed once by the index of the lines. Asked of each order instead, SQLite goes through all lines of
  // the SKU again and again. A category has too many orders to be listed for each chunk of a build: there each order is asked.
  const listed = sql`o.id IN (SELECT l.order_id FROM order_lines l WHERE ${lineFilter(query, '') ?? text('1 = 1')})`;
  const lists = correlation === null || query.sku !== null;
  const ofLines = [...filters, ...(lines ? [lines] : []), ...(lines && lists && correlation ? [listed] : [])];
  return {
    lines,
    orders: lines ? sql`${plain} AND ${lists ? listed : each}` : plain,
    joined: sql`FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE ${join(ofLines, ' AND ')}`,
  };
};

const list = (texts: readonly string[]): Fragment => join(texts.map(value), ', ');

const lineFilter = ({ sku, category }: OrdersQuery, sign: '' | '+'): Fragment | null => {
  const filters: Fragment[] = [];
  if (sku) filters.push(sql`${text(sign)}l.sku IN (${list(sku)})`);
  if (category) filters.push(sql`${text(sign)}l.category IN (${list(category)})`);
  return filters.length === 0 ? null : join(filters, ' AND ');
};
