// What people were called and reached by before it was changed, so that an erasure finds texts that name them by it. And the table
// whose place `generations` took (0010) goes.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.createTable('former_traits', (t) => {
    t.text('customer_id').notNullable().references('customers.id');
    // A name, an e-mail, a phone number or an address, as it was.
    t.text('value').notNullable();
    t.bigInteger('replaced_at').notNullable();
    t.primary(['customer_id', 'value']);
  });
  await db.schema.dropTable('rule_generations');
};

export const down = async (db: Knex): Promise<void> => {
  await db.schema.createTable('rule_generations', (t) => {
    t.text('name').primary();
    t.bigInteger('value').notNullable();
  });
  const rules = (await db('generations').where({ name: 'rules' }).first('value')) as { value: number } | undefined;
  await db('rule_generations').insert({ name: 'active', value: Number(rules?.value ?? 1) });
  await db.schema.dropTable('former_traits');
};
