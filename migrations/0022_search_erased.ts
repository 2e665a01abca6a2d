// SQLite's full-text index is made anew so that what is erased leaves it at once: an entry is taken out with its words
// (`secure-delete`), where the former index only marked it and kept the words until segments were merged.
import type { Knex } from 'knex';

const names = ['name', 'first_name', 'last_name', 'company', 'external_id'];
const contacts = ['email', 'phone'];
const searched = [...names, ...contacts];
const joined = (columns: string[], row = ''): string =>
  columns.map((column) => `coalesce(${row}${column}, '')`).join(" || ' ' || ");
const differs = searched.map((column) => `old.${column} is not new.${column}`).join(' or ');
const triggers = ['customer_search_insert', 'customer_search_update'];

export const up = async (db: Knex): Promise<void> => {
  if (db.client.config.client === 'pg') return;
  for (const trigger of triggers) await db.raw(`drop trigger ${trigger}`);
  await db.raw('drop table customer_search');
  await db.raw(
    `create virtual table customer_search using fts5(names, contacts, content='', detail=column, tokenize="unicode61 remove_diacritics 2", prefix='2 3')`,
  );
  await db.raw(`insert into customer_search(customer_search, rank) values ('secure-delete', 1)`);
  const add = (row: string): string =>
    `insert into customer_search(rowid, names, contacts) values (${row}row_no, ${joined(names, row)}, ${joined(contacts, row)})`;
  const take = `insert into customer_search(customer_search, rowid, names, contacts) values ('delete', old.row_no, ${joined(names, 'old.')}, ${joined(contacts, 'old.')})`;
  await db.raw(
    `insert into customer_search(rowid, names, contacts) select row_no, ${joined(names)}, ${joined(contacts)} from customers`,
  );
  await db.raw(`create trigger customer_search_insert after insert on customers begin ${add('new.')}; end`);
  await db.raw(
    `create trigger customer_search_update after update of ${searched.join(', ')} on customers when ${differs} begin ${take}; ${add('new.')}; end`,
  );
};

export const down = async (db: Knex): Promise<void> => {
  if (db.client.config.client === 'pg') return;
  const insert = `insert into customer_search(rowid, names, contacts) values (new.row_no, ${joined(names, 'new.')}, ${joined(contacts, 'new.')})`;
  for (const trigger of triggers) await db.raw(`drop trigger ${trigger}`);
  await db.raw('drop table customer_search');
  await db.raw(
    `create virtual table customer_search using fts5(names, contacts, content='', contentless_delete=1, detail=column, tokenize="unicode61 remove_diacritics 2", prefix='2 3')`,
  );
  await db.raw(
    `insert into customer_search(rowid, names, contacts) select row_no, ${joined(names)}, ${joined(contacts)} from customers`,
  );
  await db.raw(`create trigger customer_search_insert after insert on customers begin ${insert}; end`);
  await db.raw(
    `create trigger customer_search_update after update of ${searched.join(', ')} on customers when ${differs} begin delete from customer_search where rowid = old.row_no; ${insert}; end`,
  );
};
