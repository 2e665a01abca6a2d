// A kept reply has its headers, and is written with the work it tells of: keys claimed without a reply belong to nobody.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.alterTable('idempotency_keys', (t) => {
    t.text('headers');
  });
  await db('idempotency_keys').whereNull('reply').delete();
};

export const down = async (db: Knex): Promise<void> => {
  await db.schema.alterTable('idempotency_keys', (t) => {
    t.dropColumn('headers');
  });
};
