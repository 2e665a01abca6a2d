// What customers do and buy: events, products, orders with lines and refunds, records of plugins' types, scores.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.createTable('events', (t) => {
    t.text('id').primary();
    t.text('customer_id').notNullable().references('customers.id');
    t.text('type').notNullable();
    t.bigInteger('occurred_at').notNullable();
    t.bigInteger('received_at').notNullable();
    t.text('source').notNullable();
    // The sender's own id for the event: a second delivery is recognised by (source, dedupe_key).
    t.text('dedupe_key');
    t.jsonb('properties').notNullable();
    t.unique(['source', 'dedupe_key']);
    t.index(['customer_id', 'occurred_at']);
    t.index(['type', 'occurred_at', 'customer_id']);
  });
  await db.schema.createTable('products', (t) => {
    t.text('id').primary();
    t.text('sku').notNullable().unique();
    t.text('name').notNullable();
    t.text('category');
    t.text('description');
    t.text('image_url');
    t.bigInteger('price');
    t.text('currency');
    t.integer('stock');
    // active | archived
    t.text('status').notNullable().defaultTo('active');
    t.bigInteger('created_at').notNullable();
    t.bigInteger('updated_at').notNullable();
    t.index(['category']);
    t.index(['name', 'id']);
  });
  await db.schema.createTable('orders', (t) => {
    t.text('id').primary();
    t.text('customer_id').notNullable().references('customers.id');
    t.text('source').notNullable();
    t.text('external_id');
    // placed | paid | shipped | completed | cancelled | refunded
    t.text('status').notNullable();
    t.text('currency').notNullable();
    // Integer minor units throughout. total = goods after discount + shipping.
    t.bigInteger('subtotal').notNullable();
    t.bigInteger('discount').notNullable().defaultTo(0);
    t.bigInteger('shipping').notNullable().defaultTo(0);
    t.bigInteger('total').notNullable();
    t.bigInteger('refunded').notNullable().defaultTo(0);
    t.bigInteger('quantity').notNullable();
    t.bigInteger('ordered_at').notNullable();
    t.bigInteger('created_at').notNullable();
    t.bigInteger('updated_at').notNullable();
    t.unique(['source', 'external_id']);
    t.index(['customer_id', 'ordered_at', 'total', 'status']);
    t.index(['ordered_at', 'total', 'customer_id', 'status']);
  });
  await db.schema.createTable('order_lines', (t) => {
    t.text('order_id').notNullable().references('orders.id');
    t.integer('line_no').notNullable();
    t.text('customer_id').notNullable();
    t.bigInteger('ordered_at').notNullable();
    t.text('sku').notNullable();
    t.text('name');
    t.text('category');
    t.bigInteger('quantity').notNullable();
    t.bigInteger('unit_price').notNullable();
    t.bigInteger('discount').notNullable().defaultTo(0);
    t.bigInteger('total').notNullable();
    // The sender's own id of the line, where lines arrive one by one (imports).
    t.text('external_id');
    t.primary(['order_id', 'line_no']);
    t.unique(['order_id', 'external_id']);
    t.index(['customer_id', 'ordered_at']);
    t.index(['sku', 'ordered_at']);
  });
  await db.schema.createTable('refunds', (t) => {
    t.text('id').primary();
    t.text('order_id').notNullable().references('orders.id');
    t.text('customer_id').notNullable();
    t.bigInteger('amount').notNullable();
    t.text('reason');
    t.bigInteger('at').notNullable();
    t.index(['order_id']);
    t.index(['customer_id', 'at']);
  });
  await db.schema.createTable('record_types', (t) => {
    t.text('type').primary();
    t.text('plugin').notNullable();
    t.text('definition').notNullable();
    t.bigInteger('created_at').notNullable();
  });
  await db.schema.createTable('records', (t) => {
    t.text('id').primary();
    t.text('type').notNullable();
    t.text('plugin').notNullable();
    t.text('key');
    t.text('customer_id').references('customers.id');
    t.jsonb('data').notNullable();
    t.integer('version').notNullable().defaultTo(1);
    t.bigInteger('created_at').notNullable();
    t.bigInteger('updated_at').notNullable();
    t.unique(['type', 'key']);
    t.index(['customer_id', 'type', 'created_at']);
    t.index(['type', 'created_at', 'id']);
  });
  await db.schema.createTable('scores', (t) => {
    t.text('customer_id').notNullable().references('customers.id');
    // The scorer's name as declared by its plugin, e.g. `rfm`.
    t.text('scorer').notNullable();
    t.double('value').notNullable();
    // A short label beside the number, e.g. the RFM cell `555`.
    t.text('label');
    t.text('reasons').notNullable();
    t.text('version').notNullable();
    t.bigInteger('computed_at').notNullable();
    t.primary(['customer_id', 'scorer']);
    t.index(['scorer', 'value', 'customer_id']);
    t.index(['scorer', 'label', 'customer_id']);
  });
};

export const down = async (db: Knex): Promise<void> => {
  for (const table of ['scores', 'records', 'record_types', 'refunds', 'order_lines', 'orders', 'products', 'events'])
    await db.schema.dropTable(table);
};
