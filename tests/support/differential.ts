// Runs one rule in all three executions over every customer of a database and counts where they differ.
import type { Condition, ConditionResult } from '@rapport/sdk/schemas';
import { type Db, type Dialect, query } from '../../core/index.ts';
import {
  compileRule,
  compileSql,
  createFactReader,
  explain,
  type Facts,
  type Vocabulary,
  validateConditions,
} from '../../rules/language/index.ts';
import { worldFacts } from './rule-pools.ts';
import { now } from './rule-world.ts';

export type Difference = {
  conditions: Condition;
  customerId: string;
  sql: boolean;
  closure: boolean;
  engine: boolean | null | undefined;
  /** Where in the explanation a node says other than its members do. */
  untrue?: string;
};
export type Comparison = { compared: number; differences: Difference[] };
/** `rules` that ran, comparisons of two executions on one customer, and every disagreement found. */
export type Report = Comparison & { rules: number };

/** Reads every fact of everybody once; rules then run in memory. */
export const readAll = async (db: Db): Promise<Facts[]> => {
  const everything = {
    customer: true,
    consents: true,
    tags: true,
    segments: new Set(['vip']),
    declared: new Map(worldFacts.map((fact) => [fact.id, fact])),
    orders: 'all' as const,
    lines: true,
    events: 'all' as const,
    eventTypes: new Set(['viewed', 'bought', 'left']),
  };
  const ids = await query<{ id: string }>(db, 'SELECT id FROM customers');
  return [
    ...(
      await createFactReader(db).many(
        ids.map(({ id }) => id),
        everything,
        now,
      )
    ).values(),
  ];
};

/** The pointer of the first node whose result does not follow from its members; undefined when all do. */
export const untrueNode = (node: ConditionResult, at = '/'): string | undefined => {
  const { result, all, any, not } = node;
  const members = all ?? any ?? (not ? [not] : []);
  const results = members.map((each) => each.result);
  const all3 = results.includes(false) ? false : results.includes(null) ? null : true;
  const any3 = results.includes(true) ? true : results.includes(null) ? null : false;
  const not3 = results[0] === null ? null : !results[0];
  const expected = all ? all3 : any ? any3 : not ? not3 : result;
  if (result === undefined || result !== expected) return `${at} is ${result}, its members say ${expected}`;
  return members.flatMap((each, i) => untrueNode(each, `${at}${i}/`) ?? [])[0];
};

/** Each customer is compared between closure and SQL, every `engineEach`-th also with json-rules-engine. */
export const compare = async (
  db: Db,
  dialect: Dialect,
  vocabulary: Vocabulary,
  input: Condition,
  everybody: readonly Facts[],
  engineEach: number,
): Promise<Comparison> => {
  const checked = validateConditions(input, vocabulary, { confirmEveryone: true });
  if (!checked.ok) throw new Error(`A random rule was refused: ${JSON.stringify([checked.problems[0], input])}`);
  const { conditions } = checked;
  const compiled = compileSql(conditions, vocabulary, dialect, now);
  const rows = await query<{ customer_id: string }>(db, compiled.sql, compiled.bindings);
  const members = new Set(rows.map((row) => row.customer_id));
  const { test } = compileRule(conditions, vocabulary);
  const differences: Difference[] = [];
  let compared = 0;
  for (const [i, facts] of everybody.entries()) {
    const customerId = facts.customerId!;
    const sql = members.has(customerId);
    const closure = test(facts, now);
    const explained = i % engineEach === 0 ? await explain(conditions, vocabulary, facts, now) : undefined;
    const engine = explained?.result;
    const untrue = explained && untrueNode(explained.conditions);
    compared += explained ? 2 : 1;
    if (sql !== closure || (explained && (engine !== closure || explained.conditions.result !== closure)) || untrue)
      differences.push({ conditions, customerId, sql, closure, engine, ...(untrue && { untrue }) });
  }
  return { compared, differences };
};

type Held = { db: Db; dialect: Dialect; vocabulary: Vocabulary; everybody: readonly Facts[]; engineEach: number };

/** Holds the executions against each other on each of `rules`, and says what was compared and what differed. */
export const compareAll = async (rules: Iterable<Condition>, held: Held): Promise<Report> => {
  const report: Report = { rules: 0, compared: 0, differences: [] };
  for (const rule of rules) {
    const found = await compare(held.db, held.dialect, held.vocabulary, rule, held.everybody, held.engineEach);
    report.rules += 1;
    report.compared += found.compared;
    report.differences.push(...found.differences);
  }
  return report;
};
