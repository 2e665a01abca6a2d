// Returns by line; the terms by which a redemption's discount is worked out again for the goods that were kept; points that are owed
// because they were spent before they were asked back, and of which earnings a spending was made.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.createTable('refund_lines', (t) => {
    t.text('refund_id').notNullable().references('refunds.id');
    t.text('order_id').notNullable();
    t.text('customer_id').notNullable();
    t.integer('line_no').notNullable();
    t.integer('quantity').notNullable();
    // Minor units of the line's net, before anything was withheld.
    t.bigInteger('amount').notNullable();
    t.integer('restocked').notNullable().defaultTo(0);
    t.primary(['refund_id', 'line_no']);
    t.index(['order_id']);
    t.index(['customer_id']);
  });
  await db.schema.alterTable('refunds', (t) => {
    t.bigInteger('withheld').notNullable().defaultTo(0);
  });
  await db.schema.alterTable('promotion_orders', (t) => {
    // JSON, of orders with a promotion that is worked out again; null else, and of what was redeemed before this was kept.
    t.text('cart');
  });
  await db.schema.alterTable('redemptions', (t) => {
    // JSON: the version's grant, and what of its conditions is about the cart. Null: the discount is kept whatever is returned.
    t.text('terms');
    // What the grant comes to for the goods that were kept; null until some are returned.
    t.bigInteger('amount_kept');
    t.bigInteger('points_kept');
    t.bigInteger('amount_withheld').notNullable().defaultTo(0);
  });
  // A redemption names its order by the shop's number alone.
  await db.schema.alterTable('orders', (t) => {
    t.index(['external_id']);
  });
  await db.schema.alterTable('members', (t) => {
    t.bigInteger('points_owed').notNullable().defaultTo(0);
  });
  await db.schema.alterTable('points_ledger', (t) => {
    t.bigInteger('owed_delta').notNullable().defaultTo(0);
    // JSON of a spending: [earn_id, points] in the order in which they were taken.
    t.text('taken');
  });
};

export const down = async (db: Knex): Promise<void> => {
  await db.schema.alterTable('points_ledger', (t) => {
    t.dropColumn('owed_delta');
    t.dropColumn('taken');
  });
  await db.schema.alterTable('members', (t) => {
    t.dropColumn('points_owed');
  });
  await db.schema.alterTable('orders', (t) => {
    t.dropIndex(['external_id']);
  });
  await db.schema.alterTable('redemptions', (t) => {
    t.dropColumn('terms');
    t.dropColumn('amount_kept');
    t.dropColumn('points_kept');
    t.dropColumn('amount_withheld');
  });
  await db.schema.alterTable('promotion_orders', (t) => {
    t.dropColumn('cart');
  });
  await db.schema.alterTable('refunds', (t) => {
    t.dropColumn('withheld');
  });
  await db.schema.dropTable('refund_lines');
};
