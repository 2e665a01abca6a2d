// Plugins, their versions, what they keep, what their calls came to, what they logged, what they used of their day.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.createTable('plugins', (t) => {
    // publisher/name
    t.text('id').primary();
    t.text('version').notNullable();
    // bundled | folder | upload
    t.text('origin').notNullable();
    // waiting-for-consent | disabled | enabled
    t.text('status').notNullable();
    t.text('disabled_reason');
    // JSON list of scopes, as the manifest writes them.
    t.text('granted').notNullable();
    // JSON object; secret members are sealed.
    t.text('settings').notNullable();
    // JSON list of hooks that refuse when this plugin fails.
    t.text('fail_closed').notNullable();
    t.bigInteger('installed_at').notNullable();
    t.bigInteger('updated_at').notNullable();
    // Grows with every change, so that other nodes notice.
    t.bigInteger('revision').notNullable();
  });
  await db.schema.createTable('plugin_versions', (t) => {
    t.text('plugin').notNullable();
    t.text('version').notNullable();
    t.text('manifest').notNullable();
    // One script, bundled at install.
    t.text('code').notNullable();
    t.text('readme');
    t.text('icon');
    // Over the files as they came.
    t.text('sha256').notNullable();
    t.integer('size').notNullable();
    t.bigInteger('installed_at').notNullable();
    t.primary(['plugin', 'version']);
  });
  await db.schema.createTable('plugin_data', (t) => {
    t.text('plugin').notNullable();
    t.text('key').notNullable();
    // The person a value is about, so that export and erasure reach it.
    t.text('customer_id');
    t.text('value').notNullable();
    t.integer('size').notNullable();
    t.bigInteger('updated_at').notNullable();
    t.primary(['plugin', 'key']);
    t.index(['customer_id']);
  });
  await db.schema.createTable('plugin_runs', (t) => {
    t.text('id').primary();
    t.text('plugin').notNullable();
    t.text('version').notNullable();
    t.text('hook').notNullable();
    t.text('provider').notNullable();
    t.text('outcome').notNullable();
    t.text('reason');
    // Good runs are counted together minute by minute; any other run is a row.
    t.integer('count').notNullable();
    t.double('wall_ms').notNullable();
    t.double('slowest_ms').notNullable();
    t.double('cpu_ms').notNullable();
    t.bigInteger('at').notNullable();
    t.index(['plugin', 'id']);
    t.index(['at']);
  });
  await db.schema.createTable('plugin_logs', (t) => {
    t.text('id').primary();
    t.text('plugin').notNullable();
    t.text('level').notNullable();
    t.text('message').notNullable();
    t.text('fields');
    t.bigInteger('at').notNullable();
    t.index(['plugin', 'id']);
    t.index(['at']);
  });
  await db.schema.createTable('plugin_usage', (t) => {
    t.text('plugin').notNullable();
    // YYYY-MM-DD, UTC
    t.text('day').notNullable();
    t.text('meter').notNullable();
    t.bigInteger('amount').notNullable();
    t.primary(['plugin', 'day', 'meter']);
  });
};

export const down = async (db: Knex): Promise<void> => {
  for (const table of ['plugin_usage', 'plugin_logs', 'plugin_runs', 'plugin_data', 'plugin_versions', 'plugins'])
    await db.schema.dropTable(table);
};
