// Orders by the category of a line, for rules such as "bought shoes twice". Lines without a category take no room in it.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(
    'create index order_lines_category_order_id on order_lines (category, order_id) where category is not null',
  );
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('drop index order_lines_category_order_id');
};
