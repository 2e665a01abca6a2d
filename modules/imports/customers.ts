// Customers as rows: cleaned here, then found or made by the one way customers are written (core/customers).

import { CustomerRow } from '@rapport/sdk/schemas';
import type { Db } from '../../core/index.ts';
import type { Cleaner, Problem } from './cleaning.ts';
import type { Field } from './fields.ts';
import type { Counts, Layout } from './layout.ts';
import type { RowCheck } from './row-check.ts';

export type CustomerOutcome = {
  outcome: 'created' | 'updated' | 'unchanged' | 'refused';
  id: string | null;
  failure?: { code: string; message: string; pointer: string | undefined };
};
export type WriteCustomers = (trx: Db, rows: readonly CustomerRow[]) => Promise<CustomerOutcome[]>;

const plainTexts = [
  'externalId',
  'name',
  'firstName',
  'lastName',
  'company',
  'jobTitle',
  'gender',
  'address',
  'city',
  'region',
  'postalCode',
  'source',
  'stage',
  'ownerId',
] as const;

export const createCustomersLayout = (deps: {
  fields: readonly Field[];
  check: RowCheck;
  write: WriteCustomers;
}): Layout<CustomerRow> => {
  const checkCustomer = deps.check(CustomerRow, { attributes: 'attribute' });
  const attributes = deps.fields.filter(({ name }) => name.startsWith('attribute.'));

  return {
    kind: 'customers',
    facts: (fields) => [...new Set(['customer.createdAt', ...fields.flatMap(factsOf)])],
    read: (cleaner) => {
      const row: Record<string, unknown> = {};
      const set = (name: string, value: unknown): void => {
        if (value !== undefined) row[name] = value;
      };
      for (const name of plainTexts) set(name, cleaner.text(name));
      const country = cleaner.country('country');
      set('type', cleaner.text('type')?.toLowerCase());
      set('email', cleaner.email('email'));
      set('phone', cleaner.phone('phone', country));
      set('birthday', cleaner.day('birthday'));
      set('country', country);
      set('language', cleaner.language('language'));
      set('timeZone', cleaner.timeZone('timeZone'));
      set('tags', cleaner.list('tags'));
      const createdAt = cleaner.time('createdAt');
      if (createdAt !== undefined) set('createdAt', new Date(createdAt).toISOString());
      set('attributes', readAttributes(cleaner, attributes));
      readOpenFields(cleaner, set);
      if (cleaner.problem()) return undefined;
      if (Object.keys(row).length === 0) return cleaner.fail(null, 'EMPTY_ROW', 'The row has no value in any field.');
      if (row.externalId === undefined && row.email === undefined && row.phone === undefined)
        return cleaner.fail(null, 'NO_IDENTITY', 'A customer needs an external id, an e-mail or a phone.');
      checkCustomer(cleaner, row);
      return row as CustomerRow;
    },
    write: async (trx, items) => {
      const refused = new Map<number, Problem>();
      const created: Counts = { customers: 0 };
      const updated: Counts = { customers: 0 };
      const outcomes = await deps.write(trx, items);
      outcomes.forEach(({ outcome, failure }, index) => {
        if (outcome === 'created') created.customers!++;
        else if (outcome === 'updated') updated.customers!++;
        else if (outcome === 'refused') refused.set(index, refusal(failure));
      });
      return { refused, created, updated };
    },
  };
};

const refusal = (failure: CustomerOutcome['failure']): Problem => ({
  field: failure?.pointer?.slice(1).replace('attributes/', 'attribute.').replaceAll('/', '.') ?? null,
  code: failure?.code ?? 'REFUSED',
  reason: failure?.message ?? 'The customer was refused.',
});

const readAttributes = (cleaner: Cleaner, attributes: readonly Field[]): Record<string, unknown> | undefined => {
  let values: Record<string, unknown> | undefined;
  for (const field of attributes) {
    if (cleaner.raw(field.name) === undefined) continue;
    const value = readers[field.type](cleaner, field.name);
    if (value !== undefined) values = { ...values, [field.name.slice('attribute.'.length)]: value };
  }
  return values;
};

const readers: Record<Field['type'], (cleaner: Cleaner, field: string) => unknown> = {
  text: (cleaner, field) => cleaner.text(field),
  email: (cleaner, field) => cleaner.email(field),
  phone: (cleaner, field) => cleaner.phone(field),
  country: (cleaner, field) => cleaner.country(field),
  day: (cleaner, field) => cleaner.day(field),
  time: (cleaner, field) => {
    const ms = cleaner.time(field);
    return ms === undefined ? undefined : new Date(ms).toISOString();
  },
  integer: (cleaner, field) => cleaner.integer(field),
  number: (cleaner, field) => cleaner.number(field),
  money: (cleaner, field) => cleaner.money(field, undefined),
  boolean: (cleaner, field) => cleaner.boolean(field),
  list: (cleaner, field) => cleaner.list(field),
};

/** `extra.<name>` keeps a column as it is; `consent.<channel>.<purpose>` reads yes and no. */
const readOpenFields = (cleaner: Cleaner, set: (name: string, value: unknown) => void): void => {
  const extra: Record<string, string> = {};
  const consents: Record<string, string>[] = [];
  for (const key of cleaner.keys()) {
    if (key.startsWith('extra.')) {
      const value = cleaner.text(key);
      if (value !== undefined) extra[key.slice('extra.'.length)] = value;
    } else if (key.startsWith('consent.')) {
      const given = cleaner.boolean(key);
      const [, channel = '', purpose = ''] = key.split('.');
      if (given !== undefined)
        consents.push({ channel, purpose, status: given ? 'granted' : 'denied', source: 'import' });
    }
  }
  if (Object.keys(extra).length > 0) set('extra', extra);
  if (consents.length > 0) set('consents', consents);
};

const factsOf = (field: string): string[] => {
  if (field.startsWith('attribute.')) return [field];
  if (field.startsWith('consent.')) return ['consent'];
  if (field.startsWith('extra.')) return ['customer.extra'];
  return field === 'tags' ? ['tags'] : [`customer.${field}`];
};
