// `events { type, where, within, measure, of }`: what a customer did. `of` is `at` or a property; numbers are added up in
// ten-thousandths, so that sums and averages are the same whatever the order and the database.
import type { FactParam, FactType } from '@rapport/sdk/schemas';
import { daysSinceInstant, momentsSinceInstant } from './calendar.ts';
import { type EventsQuery, eventsSql } from './events-sql.ts';
import {
  alwaysKnown,
  everywhere,
  type FactDefinition,
  type FactValue,
  type ParamCheck,
  type Params,
  type Read,
} from './fact.ts';
import type { EventFacts, Facts } from './facts.ts';
import { freeText } from './forms.ts';
import { propertyScale, toScaled } from './fraction.ts';
import { countIn, edge, extreme, type Measure, measures, rowsIn } from './measure.ts';
import { checkParams, param } from './params.ts';
import { isPath, readProperty } from './properties.ts';
import { matches, readWhere } from './where.ts';
import { momentsOf, readWindow, spanOf } from './window.ts';
import type { Zone } from './zone.ts';

const params: readonly FactParam[] = [
  param('type', 'texts', { required: true }),
  param('measure', 'choice', { choices: [...measures] }),
  param('of', 'text'),
  param('within', 'window'),
  param('where', 'where'),
];

const timed = (measure: unknown): boolean => measure === 'first' || measure === 'last';

const typeOf = ({ measure, of }: Params): FactType => {
  if (measure === undefined || measure === 'count' || measure === 'distinct') return 'integer';
  if (measure === 'sum' || measure === 'avg') return 'fraction';
  if (of === undefined || of === 'at') return 'instant';
  if (of === 'daysSince') return 'integer';
  return timed(measure) ? 'any' : 'number';
};

const check = (given: Params, zone: Zone): ParamCheck => {
  const checked = checkParams(params, given, zone);
  if (!checked.ok) return checked;
  const measure = (checked.params.measure ?? 'count') as Measure;
  const of = (checked.params.of as string | undefined) ?? (measure === 'count' || !timed(measure) ? undefined : 'at');
  const wrong = (detail: string): ParamCheck => ({
    ok: false,
    problems: [{ code: 'PARAM_INVALID', pointer: '/of', detail }],
  });
  if (measure === 'count') {
    if (of !== undefined) return wrong('"count" counts events and takes no "of".');
  } else if (of === undefined) return wrong(`"${measure}" needs "of": the property it is taken of.`);
  else if (of === 'daysSince' && !timed(measure)) return wrong('"daysSince" goes with "first" and "last".');
  else if (of === 'at' && ['sum', 'avg', 'distinct'].includes(measure))
    return wrong(`"at" does not go with "${measure}".`);
  else if (!isPath(of))
    return wrong(`"${String(of).slice(0, 100)}" is no property: names joined by dots; no wildcards or scripts.`);
  const where = readWhere(checked.params.where);
  return {
    ok: true,
    params: { ...checked.params, measure, ...(of !== undefined && { of }), ...(where.length > 0 && { where }) },
  };
};

/** Params that `check` accepted, with defaults. */
export const readEventsQuery = (given: Params, zone: Zone): EventsQuery => {
  const of = (given.of as string | undefined) ?? 'at';
  return {
    window: readWindow(given.within, zone),
    measure: (given.measure ?? 'count') as Measure,
    types: typeof given.type === 'string' ? [given.type] : (given.type as string[]),
    where: readWhere(given.where),
    property: of === 'at' || of === 'daysSince' ? null : of.replace(/^properties\./, ''),
    days: of === 'daysSince',
  };
};

const keeper = ({ types, where }: EventsQuery): ((event: EventFacts) => boolean) => {
  const fits = matches(where);
  const [only] = types;
  if (types.length === 1) return (event) => event.type === only && fits(event.properties);
  return (event) => types.includes(event.type) && fits(event.properties);
};

const read = (given: Params, zone: Zone): Read => {
  const query = readEventsQuery(given, zone);
  const { window, measure, property } = query;
  const keep = keeper(query);
  const rows = ({ events }: Facts, now: number): EventFacts[] => rowsIn(events, window, now, keep);
  if (measure === 'count') return ({ events }, now) => countIn(events, window, now, keep);
  const of = property === null ? null : readProperty(property);
  const held = (event: EventFacts): FactValue => (of === null ? event.at : of(event.properties));
  if (timed(measure))
    return (facts, now) => {
      const found = edge(rows(facts, now), measure as 'first' | 'last', held);
      return query.days && found !== null ? daysSinceInstant(found as number, now) : found;
    };
  const values = (facts: Facts, now: number): FactValue[] => rows(facts, now).map(held);
  if (measure === 'distinct') return (facts, now) => new Set(values(facts, now).filter((each) => each !== null)).size;
  if (measure === 'min' || measure === 'max')
    return (facts, now) =>
      extreme(
        values(facts, now).filter((each) => typeof each === 'number'),
        measure,
      );
  return (facts, now) => {
    const scaled = values(facts, now)
      .map(toScaled)
      .filter((each) => each !== undefined);
    const sum = scaled.reduce((total, each) => total + BigInt(each), 0n);
    if (measure === 'sum') return { sum, count: BigInt(propertyScale) };
    return scaled.length === 0 ? null : { sum, count: BigInt(scaled.length * propertyScale) };
  };
};

/** `types`: those seen so far, as suggestions. Only events of the window count, up to `now`. */
export const eventsFact = (types: readonly string[]): FactDefinition => ({
  id: 'events',
  title: { en: 'Events', zh: '事件' },
  group: 'history',
  type: typeOf,
  types: {
    count: 'integer',
    sum: 'fraction',
    min: 'number',
    max: 'number',
    avg: 'fraction',
    first: 'any',
    last: 'any',
    distinct: 'integer',
  },
  contexts: everywhere,
  form: freeText,
  params: params.map((each) =>
    each.name === 'type' && types.length > 0 ? { ...each, suggestions: [...types] } : each,
  ),
  check,
  dependsOn: () => ['events'],
  needs: (given, zone) => ({
    events: spanOf(readWindow(given.within, zone)),
    eventTypes: new Set(readEventsQuery(given, zone).types),
  }),
  isKnown: alwaysKnown,
  read,
  sql: (given, target) => eventsSql(readEventsQuery(given, target.zone), target),
  moments: (given, zone) => {
    const query = readEventsQuery(given, zone);
    const keep = keeper(query);
    return ({ events }, now, values) => {
      const days = query.days ? values.filter((each) => typeof each === 'number') : [];
      return events.flatMap((event) =>
        keep(event) ? [...momentsOf(query.window, event.at, now), ...momentsSinceInstant(event.at, days, 1)] : [],
      );
    };
  },
  evidence: (given, zone) => {
    const query = readEventsQuery(given, zone);
    const keep = keeper(query);
    return ({ events }, now) =>
      rowsIn(events, query.window, now, keep)
        .slice(-20)
        .reverse()
        .map(({ id, at, type, properties }) => ({ id, at, type, properties }));
  },
});
