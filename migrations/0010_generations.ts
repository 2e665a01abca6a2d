// Generations: one row per kind of things that processes keep in memory. Raised in the transaction of a change.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.createTable('generations', (t) => {
    // What changed: plugins, webhooks, rules, vocabulary, access …
    t.text('name').primary();
    // Grows with every change, never falls.
    t.bigInteger('value').notNullable();
  });
  // Takes over from rule_generations, which nothing reads from here on.
  const rules = (await db('rule_generations').where({ name: 'active' }).first('value')) as
    | { value: number }
    | undefined;
  await db('generations').insert({ name: 'rules', value: Number(rules?.value ?? 1) });
};

export const down = async (db: Knex): Promise<void> => {
  await db.schema.dropTable('generations');
};
