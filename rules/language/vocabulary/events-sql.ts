// `events` as SQL, over the index (customer, time). Properties are read by kind, so that a wrong kind is NULL, never a failed cast.

import { averageSql } from './average-sql.ts';
import { daysSinceInstantSql } from './calendar.ts';
import type { FactSql } from './fact.ts';
import { propertyLimit, propertyScale } from './fraction.ts';
import { type Fragment, join, type SqlTarget, sql, text, value } from './fragment.ts';
import { groupedSql } from './grouped-sql.ts';
import { countSql, edgeOrder, lookup, type Rows, totalSql } from './history-sql.ts';
import type { Measure } from './measure.ts';
import { acceptedBy } from './number-set.ts';
import { type Kind, propertySql } from './properties.ts';
import { anySql, type Where, whereSql } from './where.ts';
import { type Window, withinSql } from './window.ts';

export type EventsQuery = {
  window: Window;
  measure: Measure;
  types: readonly string[];
  where: readonly Where[];
  /** A property's path; null is the event's time. */
  property: string | null;
  days: boolean;
};

const at = text('e.occurred_at');
const properties = text('e.properties');

/** The same answers as the closure of events.ts gives on the same rows. */
export const eventsSql = (query: EventsQuery, target: SqlTarget): FactSql => {
  const { types, window, measure } = query;
  const type =
    types.length === 1 ? sql`e.type = ${value(types[0]!)}` : sql`e.type IN (${join(types.map(value), ', ')})`;
  const filters = [withinSql(at, window, target.now), type, ...whereSql(properties, query.where, target)];
  const everybody = sql`FROM events e WHERE ${join(filters, ' AND ')}`;
  const rows: Rows = sql`${everybody} AND e.customer_id = c.id`;
  if (measure === 'count') {
    const groups = { customer: text('e.customer_id'), rows: everybody };
    return {
      ...countSql(rows),
      grouped: groupedSql({ groups, aggregate: text('COUNT(*)'), whenNone: 0, setOf: acceptedBy }, target),
    };
  }
  if (query.property === null) {
    const earliest = measure === 'first' || measure === 'min';
    const found = lookup(sql`${text(earliest ? 'MIN' : 'MAX')}(${at})`, rows);
    return query.days ? { ...daysSinceInstantSql(found, target.now), cost: 100 } : { expression: found, cost: 100 };
  }
  const of = (kind: Kind): Fragment => propertySql(properties, query.property!, kind, target);
  if (measure === 'first' || measure === 'last') {
    const order = edgeOrder(at, text('e.id'), measure, target);
    return {
      cost: 100,
      compare: (operator, compared) => {
        const holds = sql`COALESCE(${anySql((kind) => lookup(of(kind), rows, order), operator, compared)}, 1 = 0)`;
        return { holds, fails: sql`NOT ${holds}` };
      },
    };
  }
  if (measure === 'min' || measure === 'max')
    return { expression: lookup(sql`${text(measure === 'min' ? 'MIN' : 'MAX')}(${of('number')})`, rows), cost: 100 };
  if (measure === 'distinct') {
    const kinds: Kind[] = ['text', 'number', 'boolean'];
    const counts = kinds.map((kind) => sql`COUNT(DISTINCT ${of(kind)})`);
    return totalSql(sql`${counts[0]!} + ${counts[1]!} + ${counts[2]!}`, rows);
  }
  const scaled = scaledSql(of('number'), target);
  if (measure === 'sum') return totalSql(sql`SUM(${scaled})`, rows, propertyScale);
  return averageSql(sql`SELECT ${scaled} AS amount ${rows}`, propertyScale, target);
};

// As `toScaled`: times ten thousand, half away from zero, too large left out. Each step is the same IEEE arithmetic everywhere.
const scaledSql = (number: Fragment, { dialect }: SqlTarget): Fragment => {
  const limit = text(propertyLimit.toFixed(1));
  const whole = sql`${number} * ${text(propertyScale.toFixed(1))} + CASE WHEN ${number} < 0 THEN -0.5 ELSE 0.5 END`;
  const cast = dialect === 'postgres' ? sql`CAST(trunc(${whole}) AS bigint)` : sql`CAST(${whole} AS INTEGER)`;
  return sql`CASE WHEN ${number} BETWEEN -${limit} AND ${limit} THEN ${cast} END`;
};
