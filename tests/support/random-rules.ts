// Random, valid rules over the shop of edge cases: nested groups with negations, and every fact with every operator it takes.
import type { Condition } from '@rapport/sdk/schemas';
import type { Chance } from './chance.ts';
import { pools } from './rule-pools.ts';

const equality = ['equal', 'notEqual'];
const lists = ['in', 'notIn'];
const orders = ['lessThan', 'lessThanInclusive', 'greaterThan', 'greaterThanInclusive'];

type Shape = {
  fact: string;
  params?: Record<string, unknown>;
  values: readonly unknown[];
  ordered?: boolean;
  kind?: 'list';
};

export const randomRule = (chance: Chance, depth = 3): Condition => {
  const roll = depth === 0 ? 9 : chance.below(10);
  const children = (): Condition[] => Array.from({ length: 1 + chance.below(3) }, () => randomRule(chance, depth - 1));
  if (roll < 3) return { all: children() };
  if (roll < 6) return { any: children() };
  if (roll < 8) return { not: randomRule(chance, depth - 1) };
  if (roll === 8 && chance.below(4) === 0) return { condition: 'romans' };
  if (chance.below(12) === 0) return betweenFacts(chance);
  const leaf = against(randomFact(chance), chance);
  return chance.below(4) === 0 ? { all: [...selective, leaf] } : leaf;
};

// Conditions that look selective, so that what stands beside them is planned for few customers.
const selective: Condition[] = [
  { fact: 'customer.type', operator: 'equal', value: 'person' },
  { fact: 'attribute.boolean', operator: 'notEqual', value: true },
  { fact: 'attribute.boolean', operator: 'in', value: [false, null] },
];

const against = ({ fact, params, values, ordered, kind }: Shape, chance: Chance): Condition => {
  const head = { fact, ...(params && { params }) };
  const texts = values.filter((each) => each !== null);
  if (kind === 'list')
    return { ...head, operator: chance.pick(['contains', 'doesNotContain']), value: chance.pick(texts) };
  const operator = chance.pick([...equality, ...lists, ...(ordered ? [...orders, ...orders] : [])]);
  if (lists.includes(operator))
    return { ...head, operator, value: Array.from({ length: chance.below(4) }, () => chance.pick([null, ...values])) };
  if (orders.includes(operator))
    return {
      ...head,
      operator,
      value: chance.pick(
        texts.filter((each) => fact !== 'events' || typeof each === 'number' || /^\d{4}-/.test(String(each))),
      ),
    };
  return { ...head, operator, value: chance.pick([null, ...values]) };
};

const comparable: readonly (readonly Shape['fact'][])[] = [
  ['customer.name', 'customer.city', 'attribute.text', 'planted.text'],
  ['customer.createdAt', 'customer.updatedAt', 'customer.lastSeenAt', 'attribute.instant'],
  ['customer.birthday', 'attribute.day'],
  ['member.points', 'member.pointsPending', 'attribute.integer', 'planted.integer'],
  ['planted.money', 'attribute.money'],
  ['planted.day', 'customer.birthday'],
];

const betweenFacts = (chance: Chance): Condition => {
  const type = chance.below(comparable.length + 1);
  if (type === comparable.length) {
    const total = (measure: string) => ({ fact: 'orders', params: { measure, of: 'total' } });
    return {
      ...total(chance.pick(['sum', 'max', 'last'])),
      operator: chance.pick([...equality, ...orders]),
      value: { ...total(chance.pick(['min', 'sum', 'first'])) },
    };
  }
  const facts = comparable[type]!;
  return {
    fact: chance.pick(facts),
    operator: chance.pick(type === 0 ? equality : [...equality, ...orders]),
    value: { fact: chance.pick(facts) },
  };
};

const iso = (ms: number): string => new Date(ms).toISOString();
const instants = [...pools.instants.map(iso), '2025-03-01', '2025-06-15T10:30', '2025-06-15T12:30:00+02:00'];
const days = [...pools.days, '1990-06-15', '2000-02-29'];
const numbers = [0, 1, 2, 3, 5, -1, 2.5, 5.5, 100];
const distances = [0, 1, 7, 30, 90, 89.5, -1, -3, 365, 400];

const columns: readonly Shape[] = [
  { fact: 'customer.name', values: pools.texts.filter((text) => text !== '') },
  { fact: 'customer.city', values: pools.texts.filter((text) => text !== '') },
  { fact: 'customer.country', values: ['GB', 'FR', 'SE'] },
  { fact: 'attribute.text', values: pools.texts.filter((text) => text !== '') },
  { fact: 'attribute.number', values: [0, 5, 5.5, -1.25, 0.1, 33.333, 1e300], ordered: true },
  { fact: 'attribute.integer', values: [0, 5, -3, 2 ** 40, 2.5, 1e300, -1e300], ordered: true },
  { fact: 'attribute.boolean', values: [true, false] },
  { fact: 'attribute.day', values: days, ordered: true },
  { fact: 'attribute.instant', values: instants, ordered: true },
  { fact: 'attribute.money', values: [0, 500, 500.5, 501], ordered: true },
  { fact: 'attribute.list', values: ['red', 'blue', "o'neil", '5', ''], kind: 'list' },
  { fact: 'attribute.day.daysSince', values: distances, ordered: true },
  { fact: 'attribute.day.daysUntil', values: distances, ordered: true },
  { fact: 'attribute.instant.daysSince', values: distances, ordered: true },
  { fact: 'attribute.instant.daysUntil', values: distances, ordered: true },
  { fact: 'customer.createdAt', values: instants, ordered: true },
  { fact: 'customer.createdAt.daysSince', values: distances, ordered: true },
  { fact: 'customer.lastSeenAt.daysSince', values: distances, ordered: true },
  { fact: 'customer.birthday', values: days, ordered: true },
  { fact: 'customer.age', values: [0, 18, 25, 34, 35, 35.5, 39, -1, 3000], ordered: true },
  { fact: 'customer.daysUntilBirthday', values: [0, 1, 2, 200, 364, 365, 1.5], ordered: true },
  { fact: 'customer.daysSinceBirthday', values: [0, 1, 2, 200, 364, 365, 1.5], ordered: true },
  { fact: 'tags', values: pools.tags, kind: 'list' },
  { fact: 'consent', params: { channel: 'email', purpose: 'marketing' }, values: ['granted', 'denied'] },
  { fact: 'consent', params: { channel: 'sms', purpose: 'service' }, values: ['granted', 'denied'] },
  { fact: 'member.level', values: ['silver', 'gold'] },
  { fact: 'member.points', values: [0, 5, 100, 50.5], ordered: true },
  { fact: 'segment.vip', values: [true, false] },
  { fact: 'score.rfm', values: [0, 0.5, 1.25, -2, 1], ordered: true },
  { fact: 'score.rfm.label', values: ['555', '111'] },
  { fact: 'planted.text', values: pools.texts.filter((each) => each !== null) },
  { fact: 'planted.number', values: [0, 5.5, 5, -1.25, 0.1], ordered: true },
  { fact: 'planted.integer', values: [0, 5, -3, 2 ** 40, 5.5], ordered: true },
  { fact: 'planted.money', values: [0, 500, 501, 500.5], ordered: true },
  { fact: 'planted.boolean', values: [true, false] },
  { fact: 'planted.day', values: days, ordered: true },
  { fact: 'planted.instant', values: instants, ordered: true },
];

const randomFact = (chance: Chance): Shape => {
  const roll = chance.below(10);
  if (roll < 5) return chance.pick(columns);
  return roll < 8 ? ordersFact(chance) : eventsFact(chance);
};

const window = (chance: Chance): Record<string, unknown> =>
  chance.pick([
    {},
    { within: 'P90D' },
    { within: 'P30D' },
    { within: 'P1W' },
    { within: 'PT1H' },
    { within: { from: '2025-03-01' } },
    { within: { from: '2025-03-17T10:30:00Z', to: '2025-06-08T10:30:00Z' } },
    { within: { to: '2025-05-16T10:30:00.001Z' } },
  ]);

const maybe = (chance: Chance, name: string, values: readonly unknown[]): Record<string, unknown> =>
  chance.below(4) === 0 ? { [name]: chance.pick(values) } : {};

const amounts = [0, 50, 100, 200, 333, 333.5, 334, 1000, 216.5, 222.25, 144.333333333];

const ordersFact = (chance: Chance): Shape => {
  const measure = chance.pick(['count', 'count', 'sum', 'min', 'max', 'avg', 'last', 'first', 'distinct']);
  const filters = {
    ...window(chance),
    ...maybe(chance, 'sku', ['A1', ['A1', 'B2']]),
    ...maybe(chance, 'category', ['books', ['books', 'toys']]),
    ...maybe(chance, 'status', ['paid', ['placed', 'paid'], 'cancelled', ['paid', 'cancelled']]),
    ...maybe(chance, 'currency', ['EUR', 'SEK']),
  };
  if (measure === 'count')
    return {
      fact: 'orders',
      params: chance.below(2) ? filters : { ...filters, measure },
      values: numbers,
      ordered: true,
    };
  if (measure === 'distinct')
    return {
      fact: 'orders',
      params: { ...filters, measure, of: chance.pick(['sku', 'category']) },
      values: numbers,
      ordered: true,
    };
  const lines = 'sku' in filters || 'category' in filters;
  const of = chance.pick([
    'total',
    'quantity',
    ...(lines ? [] : ['net']),
    ...(['min', 'max', 'first', 'last'].includes(measure) ? ['at'] : []),
    ...(['first', 'last'].includes(measure) ? ['daysSince'] : []),
  ]);
  const values = of === 'at' ? instants : of === 'daysSince' ? distances : of === 'quantity' ? numbers : amounts;
  return { fact: 'orders', params: { ...filters, measure, of }, values, ordered: true };
};

const scalars = ['pro', 'free', '5', 5, 5.5, true, false];

const where = (chance: Chance): Record<string, unknown> =>
  chance.pick<Record<string, unknown>>([
    {},
    {},
    { where: { plan: chance.pick([...scalars, null]) } },
    { where: [{ property: 'amount', operator: chance.pick(orders), value: chance.pick([0, 5, 5.5, -2.5]) }] },
    {
      where: [
        {
          property: 'plan',
          operator: chance.pick(lists),
          value: [chance.pick(scalars), chance.pick([...scalars, null])],
        },
      ],
    },
    { where: [{ property: 'page.name', operator: chance.pick(equality), value: chance.pick([...scalars, null]) }] },
  ]);

const eventsFact = (chance: Chance): Shape => {
  const measure = chance.pick(['count', 'sum', 'min', 'max', 'avg', 'last', 'first', 'distinct']);
  const params = { type: chance.pick(['viewed', ['viewed', 'bought']]), ...window(chance), ...where(chance) };
  if (measure === 'count') return { fact: 'events', params, values: numbers, ordered: true };
  const property = chance.pick(['amount', 'plan', 'page.name']);
  if (measure === 'first' || measure === 'last') {
    const of = chance.pick([property, property, 'at', 'daysSince']);
    const values = of === 'at' ? instants : of === 'daysSince' ? distances : scalars;
    return { fact: 'events', params: { ...params, measure, of }, values, ordered: true };
  }
  const values = measure === 'distinct' ? numbers : [0, 5, 5.5, 10.5, 19.99, 0.0001, 0.1, -2.5, 2.55, 25.0901, 1e13];
  return { fact: 'events', params: { ...params, measure, of: property }, values, ordered: true };
};
