// Ten rules as a shop keeps them, asked of one customer at a time: what closures and json-rules-engine are held against each
// other with. One engine holds all ten, so that it works out each fact once, as it is meant to be used.
import type { Condition } from '@rapport/sdk/schemas';
import { Engine, type RuleProperties } from 'json-rules-engine';
import { createVocabulary, type Facts } from '../rules/language/index.ts';
import { datasetNow } from './dataset.ts';

const day = 86_400_000;

const leaf = (fact: string, operator: string, value: unknown): Condition => ({ fact, operator, value });
export const ordersAtLeast = (days: number, count: number): Condition => ({
  fact: 'orders',
  params: { within: `P${days}D` },
  operator: 'greaterThanInclusive',
  value: count,
});

/** Seven conditions on columns and an aggregate. */
export const eight: Condition = {
  all: [
    leaf('customer.country', 'equal', 'GB'),
    leaf('customer.gender', 'equal', 'female'),
    leaf('customer.age', 'greaterThanInclusive', 25),
    leaf('customer.age', 'lessThan', 45),
    leaf('customer.stage', 'in', ['active', 'new']),
    leaf('customer.language', 'equal', 'en'),
    leaf('customer.source', 'notEqual', 'import'),
    ordersAtLeast(90, 3),
  ],
};

/** Over other countries and ages, with windows from a month to ten. */
export const tenRules: readonly Condition[] = Array.from({ length: 10 }, (_, n) => ({
  all: [
    leaf('customer.country', n % 3 === 2 ? 'notEqual' : 'equal', ['GB', 'DE', 'FR'][n % 3]),
    leaf('customer.age', 'greaterThanInclusive', 18 + n),
    leaf('customer.age', 'lessThan', 60 + n),
    leaf('customer.stage', 'in', n % 2 ? ['active', 'new'] : ['active', 'new', 'lead', 'lapsing']),
    { any: [leaf('customer.language', 'equal', 'en'), leaf('customer.source', 'notEqual', 'import')] },
    leaf('customer.gender', 'notEqual', n % 2 ? 'male' : 'female'),
    ordersAtLeast(30 + 30 * n, 1 + (n % 3)),
  ],
}));

/** The rules as they are, in one engine: columns as plain facts, the aggregate as a fact with params. */
export const engineOf = (rules: readonly Condition[]): Engine => {
  const engine = new Engine();
  for (const [n, conditions] of rules.entries())
    engine.addRule({ conditions: conditions as RuleProperties['conditions'], event: { type: `rule ${n}` } });
  engine.addFact('orders', async (params, almanac) => {
    const history = await almanac.factValue<Facts['orders']>('history');
    const from = datasetNow - Number.parseInt(String(params.within).slice(1), 10) * day;
    return history.filter(({ at, status }) => at >= from && at < datasetNow && status !== 'cancelled').length;
  });
  return engine;
};

const vocabulary = createVocabulary();
const columns = ['country', 'gender', 'stage', 'language', 'source', 'age'];

/** What the engine is given; making it is not timed. */
export const plainFacts = (facts: Facts): Record<string, unknown> => ({
  ...Object.fromEntries(
    columns.map((name) => {
      const id = `customer.${name}`;
      return [id, vocabulary.find(id)!.read({}, vocabulary.zone)(facts, datasetNow)];
    }),
  ),
  history: facts.orders,
});
