// `orders { within, measure, of, category, sku, status, currency }`: what a customer bought. With `sku` or `category` an order
// is what its matching lines are, and an order without such lines is none. Amounts are minor units, whatever the currency.
// A cancelled order is no purchase: without `status` it does not count.
import type { FactParam, FactType } from '@rapport/sdk/schemas';
import { daysSinceInstant, momentsSinceInstant } from './calendar.ts';
import { everywhere, type FactDefinition, type ParamCheck, type Params, type Read } from './fact.ts';
import type { Facts, OrderFacts } from './facts.ts';
import { countIn, edge, extreme, type Measure, measures, rowsIn } from './measure.ts';
import { type OrdersQuery, ordersSql } from './orders-sql.ts';
import { checkParams, param } from './params.ts';
import { momentsOf, readWindow, spanOf } from './window.ts';
import type { Zone } from './zone.ts';

const statuses = ['placed', 'paid', 'shipped', 'completed', 'cancelled', 'refunded'];

const params: readonly FactParam[] = [
  param('measure', 'choice', { choices: [...measures] }),
  param('of', 'choice', { choices: ['total', 'net', 'quantity', 'at', 'daysSince', 'sku', 'category'] }),
  param('within', 'window'),
  param('category', 'texts'),
  param('sku', 'texts'),
  param('status', 'texts', { choices: [...statuses] }),
  param('currency', 'text'),
];

const amounts = ['total', 'net', 'quantity'];
const ofs: Record<Measure, { allowed: string[]; fallback: string | undefined }> = {
  count: { allowed: [], fallback: undefined },
  sum: { allowed: amounts, fallback: 'total' },
  avg: { allowed: amounts, fallback: 'total' },
  min: { allowed: [...amounts, 'at'], fallback: 'total' },
  max: { allowed: [...amounts, 'at'], fallback: 'total' },
  first: { allowed: [...amounts, 'at', 'daysSince'], fallback: 'at' },
  last: { allowed: [...amounts, 'at', 'daysSince'], fallback: 'at' },
  distinct: { allowed: ['sku', 'category'], fallback: 'sku' },
};

const typeOf = (given: Params): FactType => {
  const measure = (given.measure ?? 'count') as Measure;
  const of = given.of ?? ofs[measure]?.fallback;
  if (measure === 'avg') return 'fraction';
  if (of === 'at') return 'instant';
  return of === 'total' || of === 'net' ? 'money' : 'integer';
};

const check = (given: Params, zone: Zone): ParamCheck => {
  const checked = checkParams(params, given, zone);
  if (!checked.ok) return checked;
  const measure = (checked.params.measure ?? 'count') as Measure;
  const { allowed, fallback } = ofs[measure];
  const of = checked.params.of ?? fallback;
  const wrong = (detail: string): ParamCheck => ({
    ok: false,
    problems: [{ code: 'PARAM_INVALID', pointer: '/of', detail }],
  });
  if (of !== undefined && !allowed.includes(of as string))
    return wrong(
      allowed.length === 0
        ? `"${measure}" counts orders and takes no "of".`
        : `For "${measure}" it must be one of ${allowed.join(', ')}.`,
    );
  if (of === 'net' && (checked.params.sku || checked.params.category))
    return wrong('Refunds belong to whole orders, so "net" does not go with "sku" or "category".');
  return { ok: true, params: { ...checked.params, measure, ...(of !== undefined && { of }) } };
};

const texts = (value: unknown): string[] | null =>
  value === undefined ? null : typeof value === 'string' ? [value] : (value as string[]);

/** Params that `check` accepted, with defaults. */
export const readOrdersQuery = (given: Params, zone: Zone): OrdersQuery => {
  const measure = (given.measure ?? 'count') as Measure;
  return {
    window: readWindow(given.within, zone),
    measure,
    of: (given.of ?? ofs[measure].fallback ?? 'total') as OrdersQuery['of'],
    sku: texts(given.sku),
    category: texts(given.category),
    status: texts(given.status),
    currency: (given.currency as string | undefined) ?? null,
  };
};

/** Orders pass by status and currency, and by having a matching line. */
const keeper = ({ sku, category, status, currency }: OrdersQuery): ((order: OrderFacts) => boolean) => {
  const line = lineKeeper({ sku, category });
  return (order) =>
    (status === null ? order.status !== 'cancelled' : status.includes(order.status)) &&
    (currency === null || order.currency === currency) &&
    (line === null || order.lines.some(line));
};

type LineKeeper = (line: OrderFacts['lines'][number]) => boolean;
const lineKeeper = ({ sku, category }: Pick<OrdersQuery, 'sku' | 'category'>): LineKeeper | null =>
  sku === null && category === null
    ? null
    : (line) =>
        (sku === null || sku.includes(line.sku)) &&
        (category === null || (line.category !== null && category.includes(line.category)));

const amountOf = (query: OrdersQuery): ((order: OrderFacts) => number) => {
  const line = lineKeeper(query);
  if (query.of === 'at' || query.of === 'daysSince') return (order) => order.at;
  if (query.of === 'net') return (order) => order.total - order.refunded;
  const member = query.of === 'quantity' ? 'quantity' : 'total';
  if (line === null) return (order) => order[member];
  return (order) => order.lines.reduce((sum, each) => (line(each) ? sum + each[member] : sum), 0);
};

const read = (given: Params, zone: Zone): Read => {
  const query = readOrdersQuery(given, zone);
  const { window, measure } = query;
  const keep = keeper(query);
  const amount = amountOf(query);
  const rows = ({ orders }: Facts, now: number): OrderFacts[] => rowsIn(orders, window, now, keep);
  if (measure === 'count') return ({ orders }, now) => countIn(orders, window, now, keep);
  if (measure === 'sum') return (facts, now) => rows(facts, now).reduce((sum, each) => sum + amount(each), 0);
  if (measure === 'min' || measure === 'max') return (facts, now) => extreme(rows(facts, now).map(amount), measure);
  if (measure === 'avg')
    return (facts, now) => {
      const found = rows(facts, now);
      if (found.length === 0) return null;
      return { sum: BigInt(found.reduce((sum, each) => sum + amount(each), 0)), count: BigInt(found.length) };
    };
  if (measure === 'distinct') {
    const line = lineKeeper(query);
    const member = query.of as 'sku' | 'category';
    return (facts, now) => {
      const lines = rows(facts, now).flatMap((order) => (line === null ? order.lines : order.lines.filter(line)));
      return new Set(lines.map((each) => each[member]).filter((each) => each !== null)).size;
    };
  }
  const days = query.of === 'daysSince';
  return (facts, now) => {
    const found = edge(rows(facts, now), measure, amount) as number | null;
    return found !== null && days ? daysSinceInstant(found, now) : found;
  };
};

/**
 * Without `currency` amounts of several currencies are added as they are. Averages are exact fractions;
 * sums and counts of nothing are 0, every other measure of nothing is null.
 */
export const ordersFact = (): FactDefinition => ({
  id: 'orders',
  title: { en: 'Orders', zh: '订单' },
  group: 'history',
  type: typeOf,
  types: {
    count: 'integer',
    sum: 'money',
    min: 'money',
    max: 'money',
    avg: 'fraction',
    first: 'instant',
    last: 'instant',
    distinct: 'integer',
  },
  contexts: everywhere,
  params,
  check,
  dependsOn: () => ['orders'],
  needs: (given, zone) => ({
    orders: spanOf(readWindow(given.within, zone)),
    lines: given.sku !== undefined || given.category !== undefined || given.measure === 'distinct',
  }),
  // An order was what it is unless it changed since; what is not cancelled now never was.
  isKnown: (given, zone) => {
    const query = readOrdersQuery(given, zone);
    const any = keeper({ ...query, status: [...statuses] });
    return ({ orders }, { at, orders: kept }) =>
      rowsIn(orders, query.window, at, any).every(({ id, status }) => {
        const { isStatusKnown = false, isRefundKnown = false } = kept.get(id) ?? {};
        const isCounted = query.status === null && status !== 'cancelled';
        return (isStatusKnown || isCounted) && (query.of !== 'net' || isRefundKnown);
      });
  },
  read,
  sql: (given, target) => ordersSql(readOrdersQuery(given, target.zone), target),
  moments: (given, zone) => {
    const query = readOrdersQuery(given, zone);
    const keep = keeper(query);
    return ({ orders }, now, values) => {
      const days = query.of === 'daysSince' ? values.filter((each) => typeof each === 'number') : [];
      return orders.flatMap((order) =>
        keep(order) ? [...momentsOf(query.window, order.at, now), ...momentsSinceInstant(order.at, days, 1)] : [],
      );
    };
  },
  evidence: (given, zone) => {
    const query = readOrdersQuery(given, zone);
    const keep = keeper(query);
    return ({ orders, past }, now) =>
      rowsIn(orders, query.window, now, keep)
        .slice(-20)
        .reverse()
        .map(({ id, at, total, currency, status }) => {
          const isKnown = past === null || past.orders.get(id)?.isStatusKnown;
          return { id, at, total, currency, status: isKnown ? status : null };
        });
  },
});
