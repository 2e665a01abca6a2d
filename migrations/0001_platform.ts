// Jobs, outbox, audit, leases, settings and idempotency keys: the machinery every feature stands on.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.createTable('jobs', (t) => {
    t.text('id').primary();
    t.text('queue').notNullable();
    // Jobs of one queue with the same key run one after another, oldest first.
    t.text('key');
    t.text('unique_key');
    t.text('status').notNullable();
    t.text('payload').notNullable();
    t.text('progress');
    t.text('result');
    t.integer('attempts').notNullable().defaultTo(0);
    t.integer('max_attempts').notNullable();
    t.bigInteger('run_at').notNullable();
    t.text('lease_token');
    t.bigInteger('lease_until');
    t.text('last_error');
    t.bigInteger('created_at').notNullable();
    t.bigInteger('finished_at');
    t.index(['status', 'queue', 'run_at', 'id']);
    t.index(['queue', 'key', 'status']);
    t.unique(['queue', 'unique_key']);
  });
  await db.schema.createTable('outbox', (t) => {
    t.text('id').primary();
    t.text('topic').notNullable();
    t.text('customer_id');
    t.text('payload').notNullable();
    t.bigInteger('created_at').notNullable();
  });
  await db.schema.createTable('leases', (t) => {
    t.text('name').primary();
    t.text('holder').notNullable();
    // Grows by one at every change of holder, so that a late holder can be told apart (fencing).
    t.bigInteger('token').notNullable();
    t.bigInteger('until').notNullable();
  });
  await db.schema.createTable('audit', (t) => {
    t.bigInteger('seq').primary();
    t.bigInteger('at').notNullable();
    t.text('actor_kind').notNullable();
    t.text('actor_id').notNullable();
    t.text('action').notNullable();
    t.text('subject_kind').notNullable();
    t.text('subject_id').notNullable();
    t.text('details').notNullable();
    t.text('previous_hash').notNullable();
    t.text('hash').notNullable();
    t.index(['subject_kind', 'subject_id', 'seq']);
  });
  await db.schema.createTable('settings', (t) => {
    t.text('key').primary();
    t.text('value').notNullable();
    t.bigInteger('updated_at').notNullable();
  });
  await db.schema.createTable('idempotency_keys', (t) => {
    t.text('actor').notNullable();
    t.text('key').notNullable();
    t.text('request_hash').notNullable();
    t.integer('status');
    t.text('reply');
    t.bigInteger('created_at').notNullable();
    t.primary(['actor', 'key']);
    t.index(['created_at']);
  });
};

export const down = async (db: Knex): Promise<void> => {
  for (const table of ['idempotency_keys', 'settings', 'audit', 'leases', 'outbox', 'jobs'])
    await db.schema.dropTable(table);
};
