// Orders know whether their goods are still to leave the stock; redemptions know what of them was given back; who was imported with
// events and orders was last seen when the latest of them happened.
import type { Knex } from 'knex';

// An order may be placed for a day to come; nobody was seen then.
const done = `(select max(case when at > ${Date.now()} then ${Date.now()} else at end) from (
  select max(occurred_at) as at from events where customer_id = customers.id
  union all select max(ordered_at) from orders where customer_id = customers.id) as done)`;

export const up = async (db: Knex): Promise<void> => {
  await db.schema.alterTable('orders', (t) => {
    t.integer('holds_stock').notNullable().defaultTo(0);
  });
  // Imports never took anything from stock.
  await db.raw(
    `update orders set holds_stock = 1 where status in ('placed', 'paid') and source not like 'import%' and source <> 'online-retail'`,
  );
  await db.schema.alterTable('redemptions', (t) => {
    // Minor units of `amount`, and points of `points`.
    t.bigInteger('amount_returned').notNullable().defaultTo(0);
    t.bigInteger('points_returned').notNullable().defaultTo(0);
  });
  await db.raw(`update redemptions set amount_returned = amount, points_returned = points where status = 'cancelled'`);
  await db.raw(
    `update customers set last_seen_at = ${done} where merged_into is null and erased_at is null
     and (exists (select 1 from orders where customer_id = customers.id)
       or (last_seen_at is null and exists (select 1 from events where customer_id = customers.id)))`,
  );
};

export const down = async (db: Knex): Promise<void> => {
  await db.schema.alterTable('redemptions', (t) => {
    t.dropColumn('amount_returned');
    t.dropColumn('points_returned');
  });
  await db.schema.alterTable('orders', (t) => {
    t.dropColumn('holds_stock');
  });
};
