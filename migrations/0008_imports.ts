// Imports: what was asked, and the checkpoint that is written in the same transaction as the rows it speaks of.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.createTable('imports', (t) => {
    t.text('id').primary();
    // customers | orders | events | products | retail
    t.text('what').notNullable();
    // waiting | running | done | failed | cancelled
    t.text('status').notNullable();
    t.boolean('dry_run').notNullable();
    // api | command
    t.text('origin').notNullable();
    t.text('file_name');
    t.text('file_path').notNullable();
    t.bigInteger('file_bytes').notNullable();
    // SHA-256 of the file: a command run again on the same file goes on where it was killed.
    t.text('file_hash');
    t.text('rejects_path').notNullable();
    t.text('settings').notNullable();
    t.text('columns').notNullable();
    // The checkpoint: everything a new process needs to go on exactly there.
    t.bigInteger('read').notNullable().defaultTo(0);
    t.bigInteger('accepted').notNullable().defaultTo(0);
    t.bigInteger('rejected').notNullable().defaultTo(0);
    t.bigInteger('bytes').notNullable().defaultTo(0);
    t.bigInteger('reject_bytes').notNullable().defaultTo(0);
    t.text('tally').notNullable();
    t.integer('rows_per_second').notNullable().defaultTo(0);
    // Whoever runs it holds the token; a chunk of a former holder does not commit.
    t.text('run_token');
    t.boolean('cancel_asked').notNullable().defaultTo(false);
    t.text('error');
    t.text('job_id');
    t.text('actor_kind').notNullable();
    t.text('actor_id').notNullable();
    t.bigInteger('created_at').notNullable();
    t.bigInteger('started_at');
    t.bigInteger('updated_at').notNullable();
    t.bigInteger('finished_at');
    t.index(['created_at', 'id']);
    t.index(['file_hash', 'what']);
  });
};

export const down = async (db: Knex): Promise<void> => {
  await db.schema.dropTable('imports');
};
