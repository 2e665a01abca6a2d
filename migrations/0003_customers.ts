// Customers and what hangs on them directly: identities, consents, tags, membership, merges, attribute definitions.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  const sqlite = db.client.config.client !== 'pg';
  await db.schema.createTable('attribute_definitions', (t) => {
    t.text('key').primary();
    t.text('title').notNullable();
    t.text('title_zh');
    t.text('description');
    // text | number | integer | boolean | date | datetime | money | list
    t.text('type').notNullable();
    // JSON array of texts.
    t.text('options');
    t.boolean('personal').notNullable().defaultTo(false);
    t.boolean('unique').notNullable().defaultTo(false);
    t.bigInteger('created_at').notNullable();
    t.bigInteger('archived_at');
  });
  await db.schema.createTable('customers', (t) => {
    // SQLite only: the row number that the full-text index speaks of; stable under VACUUM, which a bare rowid is not.
    if (sqlite) t.specificType('row_no', 'integer primary key');
    if (sqlite) t.text('id').notNullable().unique();
    else t.text('id').primary();
    t.text('external_id').unique();
    t.text('type').notNullable().defaultTo('person');
    t.text('name');
    t.text('first_name');
    t.text('last_name');
    t.text('company');
    t.text('job_title');
    // Normalised: lower case, trimmed.
    t.text('email');
    // Normalised: E.164.
    t.text('phone');
    // YYYY-MM-DD; the month and day apart, so that "birthday soon" is an index range.
    t.text('birthday');
    t.integer('birthday_month_day');
    t.text('gender');
    t.text('address');
    t.text('city');
    t.text('region');
    t.text('postal_code');
    t.text('country');
    t.text('language');
    t.text('time_zone');
    t.text('source');
    t.text('stage');
    t.text('owner_id');
    t.text('level');
    t.text('extra');
    t.integer('version').notNullable().defaultTo(1);
    t.bigInteger('created_at').notNullable();
    t.bigInteger('updated_at').notNullable();
    t.bigInteger('last_seen_at');
    // A merged customer points at the one that lives on; an erased one is an empty tombstone.
    t.text('merged_into');
    t.bigInteger('erased_at');
    t.index(['email']);
    t.index(['phone']);
    t.index(['name', 'id']);
    t.index(['created_at', 'id']);
    t.index(['updated_at', 'id']);
    // What segments ask most, so that a count over everybody reads this instead of the rows.
    t.index(
      [
        'country',
        'city',
        'stage',
        'gender',
        'language',
        'source',
        'type',
        'birthday',
        'id',
        'merged_into',
        'erased_at',
      ],
      'customers_living',
    );
    t.index(['stage']);
    t.index(['birthday_month_day']);
  });
  await db.schema.createTable('identities', (t) => {
    // email | phone | external | anonymous | any kind a source brings
    t.text('kind').notNullable();
    t.text('value').notNullable();
    t.text('customer_id').notNullable().references('customers.id');
    t.bigInteger('created_at').notNullable();
    t.primary(['kind', 'value']);
    t.index(['customer_id']);
  });
  await db.schema.createTable('consents', (t) => {
    t.text('customer_id').notNullable().references('customers.id');
    // email | sms | voice | push | post | web ...
    t.text('channel').notNullable();
    // marketing | service | profiling ...
    t.text('purpose').notNullable();
    // granted | denied
    t.text('status').notNullable();
    t.text('source');
    t.text('proof');
    t.bigInteger('changed_at').notNullable();
    t.primary(['customer_id', 'channel', 'purpose']);
  });
  // Every consent ever given or withdrawn, with its proof; `consents` is the latest of each.
  await db.schema.createTable('consent_changes', (t) => {
    t.text('id').primary();
    t.text('customer_id').notNullable().references('customers.id');
    t.text('channel').notNullable();
    t.text('purpose').notNullable();
    t.text('status').notNullable();
    t.text('source');
    t.text('proof');
    t.bigInteger('at').notNullable();
    t.index(['customer_id', 'at']);
  });
  await db.schema.createTable('customer_tags', (t) => {
    t.text('customer_id').notNullable().references('customers.id');
    t.text('tag').notNullable();
    t.bigInteger('created_at').notNullable();
    t.primary(['customer_id', 'tag']);
    t.index(['tag', 'customer_id']);
  });
  await db.schema.createTable('levels', (t) => {
    t.text('key').primary();
    t.text('title').notNullable();
    t.text('title_zh');
    t.integer('rank').notNullable();
  });
  await db.schema.createTable('members', (t) => {
    t.text('customer_id').primary().references('customers.id');
    t.text('level').references('levels.key');
    t.bigInteger('points_available').notNullable().defaultTo(0);
    t.bigInteger('points_pending').notNullable().defaultTo(0);
    t.bigInteger('joined_at').notNullable();
  });
  await db.schema.createTable('level_changes', (t) => {
    t.text('id').primary();
    t.text('customer_id').notNullable().references('customers.id');
    t.text('from_level');
    t.text('to_level');
    t.text('reason').notNullable();
    t.bigInteger('at').notNullable();
    t.index(['customer_id', 'at']);
  });
  // Append-only: a member's balances are the sums of the two deltas.
  await db.schema.createTable('points_ledger', (t) => {
    t.text('id').primary();
    t.text('customer_id').notNullable().references('customers.id');
    // earn | release | spend | expire | reverse
    t.text('kind').notNullable();
    t.bigInteger('available_delta').notNullable();
    t.bigInteger('pending_delta').notNullable();
    t.bigInteger('available_at').notNullable();
    t.bigInteger('expires_at');
    // The earning that a release, expiry or reversal is about.
    t.text('earn_id');
    t.text('promotion');
    t.text('order_id');
    t.text('reason');
    t.bigInteger('at').notNullable();
    t.index(['customer_id', 'at']);
    t.index(['order_id']);
    t.index(['earn_id']);
  });
  // What is left of each earning: spent soonest-to-expire first. Working state beside the ledger.
  await db.schema.createTable('points_lots', (t) => {
    t.text('earn_id').primary().references('points_ledger.id');
    t.text('customer_id').notNullable().references('customers.id');
    t.bigInteger('remaining').notNullable();
    t.boolean('pending').notNullable();
    t.bigInteger('available_at').notNullable();
    t.bigInteger('expires_at');
    t.index(['customer_id', 'remaining']);
    t.index(['pending', 'available_at']);
    t.index(['expires_at']);
  });
  await db.schema.createTable('merges', (t) => {
    t.text('id').primary();
    t.text('from_id').notNullable().references('customers.id');
    t.text('into_id').notNullable().references('customers.id');
    // All rows of both as they were, so that a merge can be undone without loss.
    t.text('before').notNullable();
    t.text('actor').notNullable();
    t.bigInteger('at').notNullable();
    t.bigInteger('undone_at');
    t.index(['into_id']);
    t.index(['from_id']);
  });
  await (sqlite ? searchOnSqlite(db) : searchOnPostgres(db));
};

// Free-text search: words by their beginning. Contacts stand apart, for those who may not see personal data.
const names = ['name', 'first_name', 'last_name', 'company', 'external_id'];
const contacts = ['email', 'phone'];
const joined = (columns: string[], row = ''): string =>
  columns.map((column) => `coalesce(${row}${column}, '')`).join(" || ' ' || ");

const searchOnSqlite = async (db: Knex): Promise<void> => {
  const insert = `insert into customer_search(rowid, names, contacts) values (new.row_no, ${joined(names, 'new.')}, ${joined(contacts, 'new.')})`;
  const searched = [...names, ...contacts];
  const differs = searched.map((column) => `old.${column} is not new.${column}`).join(' or ');
  await db.raw(
    `create virtual table customer_search using fts5(names, contacts, content='', contentless_delete=1, detail=column, tokenize="unicode61 remove_diacritics 2", prefix='2 3')`,
  );
  await db.raw(`create trigger customer_search_insert after insert on customers begin ${insert}; end`);
  await db.raw(
    `create trigger customer_search_update after update of ${searched.join(', ')} on customers when ${differs} begin delete from customer_search where rowid = old.row_no; ${insert}; end`,
  );
};

const searchOnPostgres = async (db: Knex): Promise<void> => {
  const words = (columns: string[]): string =>
    `to_tsvector('simple', translate(${joined(columns)}, '@.+-_/&''', '        '))`;
  await db.raw(`create index customers_search on customers using gin ((${words([...names, ...contacts])}))`);
  await db.raw(`create index customers_search_names on customers using gin ((${words(names)}))`);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('drop table if exists customer_search');
  const tables = [
    'merges',
    'points_lots',
    'points_ledger',
    'level_changes',
    'members',
    'levels',
    'customer_tags',
    'consent_changes',
    'consents',
    'identities',
  ];
  for (const table of [...tables, 'customers', 'attribute_definitions']) await db.schema.dropTable(table);
};
