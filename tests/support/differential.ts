// Runs one rule in all three executions over every customer of a database and counts where they differ.
import type { Condition } from '@rapport/sdk/schemas';
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
import { now } from './rule-world.ts';

export type Difference = {
  conditions: Condition;
  customerId: string;
  sql: boolean;
  closure: boolean;
  engine: boolean | undefined;
};
export type Comparison = { compared: number; differences: Difference[] };

/** Reads every fact of everybody once; rules then run in memory. */
export const readAll = async (db: Db): Promise<Facts[]> => {
  const everything = {
    customer: true,
    member: true,
    consents: true,
    tags: true,
    segments: new Set(['vip']),
    scores: new Set(['rfm']),
    orders: 'all' as const,
    lines: true,
    events: 'all' as const,
    eventTypes: new Set(['viewed', 'bought', 'left']),
    loaders: [],
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
    const engine = i % engineEach === 0 ? (await explain(conditions, vocabulary, facts, now)).result : undefined;
    compared += engine === undefined ? 1 : 2;
    if (sql !== closure || (engine !== undefined && engine !== closure))
      differences.push({ conditions, customerId, sql, closure, engine });
  }
  return { compared, differences };
};
