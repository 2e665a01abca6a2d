// How many points of an earning were asked back, so that a refund in parts never asks twice. What was reversed was so as a whole.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.alterTable('points_lots', (t) => {
    t.bigInteger('reversed').notNullable().defaultTo(0);
  });
  await db.raw(
    `update points_lots set reversed = (select e.available_delta + e.pending_delta from points_ledger e where e.id = points_lots.earn_id)
     where exists (select 1 from points_ledger r where r.earn_id = points_lots.earn_id and r.kind = 'reverse')`,
  );
};

export const down = async (db: Knex): Promise<void> => {
  await db.schema.alterTable('points_lots', (t) => {
    t.dropColumn('reversed');
  });
};
