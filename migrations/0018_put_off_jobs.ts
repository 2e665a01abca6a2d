// Jobs that are put off without an attempt of their own know since when, so that putting off ends.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.alterTable('jobs', (t) => {
    t.bigInteger('put_off_since');
  });
};

export const down = async (db: Knex): Promise<void> => {
  await db.schema.alterTable('jobs', (t) => {
    t.dropColumn('put_off_since');
  });
};
