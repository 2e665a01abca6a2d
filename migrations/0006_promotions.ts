// What promotions used up: counters against limits and budgets, redemptions by order, codes. The documents are in `rules`.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.createTable('promotions', (t) => {
    t.text('key').primary();
    t.bigInteger('used').notNullable().defaultTo(0);
    // Minor units of the promotion's currency.
    t.bigInteger('spent').notNullable().defaultTo(0);
  });
  await db.schema.createTable('promotion_customers', (t) => {
    t.text('customer_id').notNullable();
    t.text('promotion').notNullable();
    t.bigInteger('used').notNullable();
    t.primary(['customer_id', 'promotion']);
  });
  // One row an order, with the reply, so that the same order again gets the same answer.
  await db.schema.createTable('promotion_orders', (t) => {
    t.text('order_id').primary();
    t.text('customer_id');
    // redeemed | cancelled
    t.text('status').notNullable();
    t.text('request_hash').notNullable();
    t.text('reply').notNullable();
    t.bigInteger('redeemed_at').notNullable();
    t.bigInteger('cancelled_at');
    t.index(['customer_id']);
  });
  await db.schema.createTable('redemptions', (t) => {
    t.text('id').primary();
    t.text('promotion').notNullable();
    t.integer('version').notNullable();
    t.text('order_id').notNullable();
    t.text('customer_id');
    // redeemed | cancelled
    t.text('status').notNullable();
    t.bigInteger('amount').notNullable();
    t.text('currency').notNullable();
    t.bigInteger('points').notNullable();
    t.text('pool');
    t.text('code');
    // The code this redemption gave the customer, and the pool it is in.
    t.text('issued_pool');
    t.text('issued_code');
    t.bigInteger('redeemed_at').notNullable();
    t.bigInteger('cancelled_at');
    t.unique(['promotion', 'order_id']);
    t.index(['order_id']);
    t.index(['promotion', 'id']);
    t.index(['customer_id']);
  });
  await db.schema.createTable('promotion_codes', (t) => {
    t.text('pool').notNullable();
    // Trimmed, Unicode NFKC, upper case.
    t.text('code').notNullable();
    // Null has no limit.
    t.bigInteger('uses');
    t.bigInteger('used').notNullable().defaultTo(0);
    // Only this customer may use it.
    t.text('customer_id');
    t.bigInteger('created_at').notNullable();
    t.bigInteger('expires_at');
    t.primary(['pool', 'code']);
    t.index(['code']);
  });
};

export const down = async (db: Knex): Promise<void> => {
  for (const table of ['promotion_codes', 'redemptions', 'promotion_orders', 'promotion_customers', 'promotions'])
    await db.schema.dropTable(table);
};
