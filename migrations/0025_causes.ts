// Notices and jobs know how many calls of plugins led to them, so that a loop of plugins ends on whatever node it runs. Jobs may
// belong to a group, such as one plugin, in which they are counted, woken and dropped together.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  for (const table of ['outbox', 'jobs'])
    await db.schema.alterTable(table, (t) => {
      t.integer('depth').notNullable().defaultTo(0);
    });
  await db.schema.alterTable('jobs', (t) => {
    t.text('group_key');
  });
  // Most jobs have no group and cost nothing here.
  await db.raw('create index jobs_group on jobs (queue, group_key) where group_key is not null');
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('drop index jobs_group');
  await db.schema.alterTable('jobs', (t) => {
    t.dropColumn('group_key');
  });
  for (const table of ['outbox', 'jobs'])
    await db.schema.alterTable(table, (t) => {
      t.dropColumn('depth');
    });
};
