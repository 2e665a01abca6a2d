// Templates, messages with a unique send key, webhooks and their deliveries.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.createTable('templates', (t) => {
    t.text('key').primary();
    t.text('channel').notNullable();
    t.text('title').notNullable();
    // JSON: { <language>: { subject, text, html } }
    t.text('contents').notNullable();
    t.text('default_language').notNullable();
    t.integer('version').notNullable().defaultTo(1);
    t.bigInteger('created_at').notNullable();
    t.bigInteger('updated_at').notNullable();
  });
  await db.schema.createTable('messages', (t) => {
    t.text('id').primary();
    // Without a customer it goes to a fixed address: staff.
    t.text('customer_id').references('customers.id');
    t.text('channel').notNullable();
    t.text('purpose').notNullable();
    t.text('address');
    t.text('template');
    t.text('content');
    t.text('variables').notNullable();
    t.text('subject');
    // queued | sent | failed | dropped
    t.text('status').notNullable();
    t.text('reason');
    // Whoever asks twice with one key gets one message.
    t.text('send_key').notNullable().unique();
    t.text('source');
    t.text('plugin');
    t.text('provider_id');
    t.bigInteger('created_at').notNullable();
    t.bigInteger('sent_at');
    t.index(['customer_id', 'created_at']);
    t.index(['created_at', 'id']);
  });
  await db.schema.createTable('webhooks', (t) => {
    t.text('id').primary();
    t.text('url').notNullable();
    t.text('description');
    t.text('topics').notNullable();
    t.text('sealed_secret').notNullable();
    // active | paused | gone
    t.text('status').notNullable();
    t.bigInteger('created_at').notNullable();
    t.bigInteger('updated_at').notNullable();
  });
  await db.schema.createTable('deliveries', (t) => {
    t.text('id').primary();
    t.text('webhook_id').notNullable().references('webhooks.id').onDelete('CASCADE');
    t.text('notice_id').notNullable();
    t.text('topic').notNullable();
    t.text('customer_id');
    t.text('body').notNullable();
    // waiting | delivered | failed
    t.text('status').notNullable();
    t.integer('attempts').notNullable().defaultTo(0);
    t.integer('response_status');
    t.text('reason');
    t.bigInteger('created_at').notNullable();
    t.bigInteger('delivered_at');
    t.unique(['webhook_id', 'notice_id']);
    t.index(['webhook_id', 'created_at', 'id']);
    t.index(['customer_id']);
  });
};

export const down = async (db: Knex): Promise<void> => {
  for (const table of ['deliveries', 'webhooks', 'messages', 'templates']) await db.schema.dropTable(table);
};
