// The list of customers: filters over typed columns and attributes, full-text search, sort, keyset paging.
import type { CustomerQuery } from '@rapport/sdk/schemas';
import { type Db, type Dialect, dialectOf } from '../data/database.ts';
import { type Page, page, type SortKey } from '../data/page.ts';
import { Failure, InvalidRequest } from '../errors.ts';
import { encodeAttribute, normaliseAttribute, readAttributeText } from './attribute-values.ts';
import type { FieldContext } from './attributes.ts';
import { normaliseCountry, normaliseEmail, normalisePhone, readTime } from './normalise.ts';
import { type CustomerWithTags, createCustomerStore } from './store.ts';

const plainFilters = {
  externalId: 'external_id',
  type: 'type',
  city: 'city',
  region: 'region',
  language: 'language',
  gender: 'gender',
  source: 'source',
  stage: 'stage',
  ownerId: 'owner_id',
  level: 'level',
} as const;
const timeFilters = {
  createdFrom: ['created_at', '>='],
  createdTo: ['created_at', '<'],
  updatedFrom: ['updated_at', '>='],
  updatedTo: ['updated_at', '<'],
} as const;
const sorts: Record<string, SortKey> = {
  createdAt: { column: 'c.created_at', direction: 'asc' },
  '-createdAt': { column: 'c.created_at', direction: 'desc' },
  updatedAt: { column: 'c.updated_at', direction: 'asc' },
  '-updatedAt': { column: 'c.updated_at', direction: 'desc' },
  name: { column: 'c.name', direction: 'asc', nullable: true },
  '-name': { column: 'c.name', direction: 'desc', nullable: true },
  lastSeenAt: { column: 'c.last_seen_at', direction: 'asc', nullable: true },
  '-lastSeenAt': { column: 'c.last_seen_at', direction: 'desc', nullable: true },
};

export const listCustomers = async (
  db: Db,
  given: CustomerQuery & Record<string, unknown>,
  context: FieldContext,
  personal: boolean,
): Promise<Page<CustomerWithTags>> => {
  const dialect = dialectOf(db);
  const rows = db('customers as c')
    .select('c.*', db.raw(createCustomerStore(db).tagColumn))
    .whereNull('c.merged_into')
    .whereNull('c.erased_at');
  for (const [name, column] of Object.entries(plainFilters)) {
    const value = given[name];
    if (value !== undefined) rows.where(`c.${column}`, value as string);
  }
  for (const [name, [column, operator]] of Object.entries(timeFilters)) {
    const value = given[name];
    if (value !== undefined) rows.where(`c.${column}`, operator, readTime(value as string, `/query/${name}`));
  }
  if (given.email !== undefined) rows.where('c.email', normaliseEmail(given.email) ?? given.email);
  if (given.phone !== undefined)
    rows.where('c.phone', normalisePhone(given.phone, context.defaultCountry) ?? given.phone);
  if (given.country !== undefined) rows.where('c.country', normaliseCountry(given.country) ?? given.country);
  if (given.tag !== undefined)
    rows.whereRaw('exists (select 1 from customer_tags t where t.customer_id = c.id and t.tag = ?)', [given.tag]);
  for (const [name, value] of Object.entries(given))
    if (name.startsWith('attribute.'))
      filterByAttribute(rows, name, value as string, { ...context, dialect, personal });

  let sort = sorts[given.sort ?? '-createdAt']!;
  if (given.q !== undefined) {
    const words = wordsOf(given.q);
    if (words.length === 0) return { data: [], next: null };
    if (dialect === 'sqlite') {
      const match = `${personal ? '' : '{names} : '}(${words.map((word) => `"${word}"*`).join(' AND ')})`;
      rows.whereRaw('c.row_no in (select rowid from customer_search where customer_search match ?)', [match]);
      // Newest first by row number: the index gives matches in that order, so the first page stops early.
      if (given.sort === undefined) sort = { column: 'c.row_no', direction: 'desc' };
    } else {
      const query = words.map((word) => `${word}:*`).join(' & ');
      rows.whereRaw(`${personal ? allWords : nameWords} @@ to_tsquery('simple', ?)`, [query]);
    }
  }
  return page<CustomerWithTags>(rows, { sort, id: 'c.id', limit: given.limit ?? 50, cursor: given.cursor });
};

// As the indexes of the migration have them, letter for letter: otherwise PostgreSQL reads every row.
const joined = (columns: string[]): string =>
  `to_tsvector('simple', translate(${columns.map((column) => `coalesce(c.${column}, '')`).join(" || ' ' || ")}, '@.+-_/&''', '        '))`;
const names = ['name', 'first_name', 'last_name', 'company', 'external_id'];
const nameWords = joined(names);
const allWords = joined([...names, 'email', 'phone']);

/** Words of letters and digits only, so that nothing of the search languages gets through. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word.length > 0)
    .slice(0, 8);

const filterByAttribute = (
  rows: ReturnType<Db>,
  name: string,
  text: string,
  { definitions, dialect, personal }: FieldContext & { dialect: Dialect; personal: boolean },
): void => {
  const pointer = `/query/${name}`;
  const [, key = '', operator] = name.split('.');
  const definition = definitions.get(key);
  if (definition?.personal && !personal)
    throw new InvalidRequest('This attribute is personal data: filtering by it needs the scope pii.', { pointer });
  if (operator === 'present') {
    const encoded = encodeAttribute(definitions, key, null, pointer);
    if ('failure' in encoded) throw encoded.failure;
    if (text === 'true') rows.whereNotNull(`c.${encoded.column}`);
    else if (text === 'false') rows.whereNull(`c.${encoded.column}`);
    else throw new InvalidRequest('It must be true or false.', { pointer });
    return;
  }
  if (definition?.type === 'list') {
    const exists =
      dialect === 'sqlite'
        ? `exists (select 1 from json_each(c.a_${key}) where value = ?)`
        : `jsonb_exists(c.a_${key}, ?)`;
    rows.whereRaw(exists, [text]);
    return;
  }
  const value = definition ? readAttributeText(definition.type, text) : text;
  const normal = normaliseAttribute(definitions, key, value, pointer);
  if (normal instanceof Failure) throw normal;
  const encoded = encodeAttribute(definitions, key, normal, pointer);
  if ('failure' in encoded) throw encoded.failure;
  const comparison = operator === 'from' ? '>=' : operator === 'to' ? '<' : '=';
  rows.where(`c.${encoded.column}`, comparison, encoded.value as string);
};
