// Rules as documents with immutable versions, who is in which segment, what moves with time, and what alerts did.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.createTable('rules', (t) => {
    // segment | promotion | alert | journey | condition
    t.text('kind').notNullable();
    t.text('key').notNullable();
    // What the kind tells apart: dynamic | static | snapshot for segments.
    t.text('variant');
    t.text('name').notNullable();
    t.text('description');
    t.integer('priority').notNullable();
    // draft | active | paused | archived
    t.text('status').notNullable();
    t.integer('version').notNullable();
    t.integer('active_version');
    // Grows with every change of the row: If-Match compares it.
    t.integer('revision').notNullable();
    // The job that is bringing membership up to date.
    t.text('build_job');
    t.bigInteger('created_at').notNullable();
    t.bigInteger('updated_at').notNullable();
    t.primary(['kind', 'key']);
    t.index(['status', 'kind']);
  });
  await db.schema.createTable('rule_versions', (t) => {
    t.text('kind').notNullable();
    t.text('key').notNullable();
    t.integer('version').notNullable();
    t.text('name').notNullable();
    t.text('description');
    t.integer('priority').notNullable();
    t.text('conditions');
    t.text('params').notNullable();
    t.text('tests').notNullable();
    // Ids of the facts the version reads, with those of the named conditions it uses.
    t.text('dependencies').notNullable();
    t.text('author').notNullable();
    t.bigInteger('created_at').notNullable();
    t.primary(['kind', 'key', 'version']);
  });
  await db.schema.createTable('rule_activations', (t) => {
    t.text('id').primary();
    t.text('kind').notNullable();
    t.text('key').notNullable();
    t.integer('version').notNullable();
    t.integer('from_version');
    t.text('diff').notNullable();
    t.text('author').notNullable();
    t.bigInteger('at').notNullable();
    t.index(['kind', 'key', 'id']);
  });
  // Of active versions only: fact → rules.
  await db.schema.createTable('rule_dependencies', (t) => {
    t.text('fact').notNullable();
    t.text('kind').notNullable();
    t.text('key').notNullable();
    t.primary(['fact', 'kind', 'key']);
    t.index(['kind', 'key']);
  });
  // Grows when an active rule changes: a process that holds an older index loads it again.
  await db.schema.createTable('rule_generations', (t) => {
    t.text('name').primary();
    t.bigInteger('value').notNullable();
  });
  await db('rule_generations').insert({ name: 'active', value: 1 });

  // `segment` is a segment's key, or `alert:<key>` for those whom an alert's condition holds for.
  await db.schema.createTable('segment_members', (t) => {
    t.text('segment').notNullable();
    t.text('customer_id').notNullable().references('customers.id');
    t.integer('version').notNullable();
    t.text('reason').notNullable();
    t.bigInteger('entered_at').notNullable();
    t.primary(['segment', 'customer_id']);
    t.index(['customer_id', 'segment']);
  });
  await db.schema.createTable('past_members', (t) => {
    t.text('customer_id').notNullable();
    t.text('segment').notNullable();
    t.integer('version').notNullable();
    t.text('reason').notNullable();
    t.bigInteger('entered_at').notNullable();
    t.bigInteger('left_at').notNullable();
    t.index(['customer_id', 'left_at']);
    t.index(['segment', 'left_at']);
  });
  // When a rule's answer for a customer can next change by time alone. `rule` is named as in segment_members.
  await db.schema.createTable('metrics', (t) => {
    t.text('customer_id').notNullable();
    t.text('rule').notNullable();
    t.bigInteger('next_change_at').notNullable();
    t.primary(['customer_id', 'rule']);
    t.index(['next_change_at', 'customer_id']);
    t.index(['rule', 'customer_id']);
  });

  await db.schema.createTable('alert_cooldowns', (t) => {
    t.text('customer_id').notNullable();
    t.text('alert').notNullable();
    t.bigInteger('fired_at').notNullable();
    t.primary(['customer_id', 'alert']);
  });
  await db.schema.createTable('firings', (t) => {
    t.text('id').primary();
    t.text('alert').notNullable();
    t.integer('version').notNullable();
    t.text('customer_id').notNullable();
    t.bigInteger('at').notNullable();
    t.text('cause').notNullable();
    t.text('facts').notNullable();
    t.text('actions').notNullable();
    t.index(['alert', 'id']);
    t.index(['customer_id', 'id']);
  });
};

export const down = async (db: Knex): Promise<void> => {
  const tables = ['firings', 'alert_cooldowns', 'metrics', 'past_members', 'segment_members', 'rule_generations'];
  for (const table of [...tables, 'rule_dependencies', 'rule_activations', 'rule_versions', 'rules'])
    await db.schema.dropTable(table);
};
