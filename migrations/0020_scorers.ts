// When scorers run, what came of their runs, and whom they are to score again.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  // What an administrator decided; a scorer without a row follows its manifest.
  await db.schema.createTable('scorer_settings', (t) => {
    t.text('scorer').primary();
    t.text('plugin');
    // A cron pattern, `never`, or null for the manifest's.
    t.text('train');
    t.text('score');
    t.boolean('tell').notNullable();
    t.bigInteger('updated_at').notNullable();
  });
  await db.schema.createTable('scorer_clocks', (t) => {
    t.text('scorer').notNullable();
    // train | score
    t.text('kind').notNullable();
    // The pattern that `due_at` was worked out from.
    t.text('cron').notNullable();
    t.bigInteger('due_at');
    t.primary(['scorer', 'kind']);
  });
  await db.schema.createTable('scorer_runs', (t) => {
    // Also the id of the job.
    t.text('id').primary();
    t.text('scorer').notNullable();
    t.text('plugin');
    t.text('kind').notNullable();
    t.boolean('told').notNullable();
    // waiting | running | done | failed
    t.text('status').notNullable();
    t.bigInteger('queued_at').notNullable();
    t.bigInteger('started_at');
    t.bigInteger('finished_at');
    for (const count of ['total', 'asked', 'scored', 'changed', 'removed']) t.integer(count).notNullable().defaultTo(0);
    t.text('model');
    t.text('reason');
    t.index(['scorer', 'id']);
    t.index(['status', 'finished_at']);
  });
  // One row a touch, appended only: writers of one customer never wait for each other here.
  await db.schema.createTable('score_requests', (t) => {
    t.text('id').primary();
    t.text('scorer').notNullable();
    t.text('customer_id').notNullable();
    t.bigInteger('created_at').notNullable();
    t.index(['scorer', 'id']);
    t.index(['customer_id']);
  });
};

export const down = async (db: Knex): Promise<void> => {
  for (const table of ['score_requests', 'scorer_runs', 'scorer_clocks', 'scorer_settings'])
    await db.schema.dropTable(table);
};
