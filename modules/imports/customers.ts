// Customers as rows: cleaned here, then found or made by the one way customers are written (core/customers), which takes the
// cleaned values as they are.

import { type ConsentChange, CustomerRow } from '@rapport/sdk/schemas';
import {
  type AttributeValue,
  birthdayOf,
  type Clock,
  type Db,
  type FieldName,
  type NormalCustomer,
  normaliseExtra,
  refuseField,
} from '../../core/index.ts';
import type { Cleaner, Problem } from './cleaning.ts';
import type { Field } from './fields.ts';
import type { Counts, Layout } from './layout.ts';
import type { RowCheck } from './row-check.ts';

/** What writing did with one customer, at the index it was given. `id` is null only when it was refused. */
export type CustomerOutcome = {
  outcome: 'created' | 'updated' | 'unchanged' | 'refused';
  id: string | null;
  failure?: { code: string; message: string; pointer: string | undefined };
};
/**
 * In the caller's transaction; one outcome for each customer, in their order. A refused one does not undo
 * the others.
 */
export type WriteCustomers = (trx: Db, customers: readonly NormalCustomer[]) => Promise<CustomerOutcome[]>;

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

/**
 * Refuses a row without any identity (NO_IDENTITY) or any value (EMPTY_ROW). An empty cell leaves the
 * member as it is: an import clears nothing.
 */
export const createCustomersLayout = (deps: {
  clock: Clock;
  fields: readonly Field[];
  check: RowCheck;
  write: WriteCustomers;
}): Layout<NormalCustomer> => {
  const checkCustomer = deps.check(CustomerRow, { attributes: 'attribute' });
  const attributes = deps.fields.filter(({ name }) => name.startsWith('attribute.'));

  return {
    kind: 'customers',
    facts: (fields) => [...new Set(['customer.createdAt', ...fields.flatMap(factsOf)])],
    read: (cleaner) => {
      const country = cleaner.country('country');
      const extra = readExtra(cleaner);
      const consents = readConsents(cleaner);
      const customer: NormalCustomer = {
        ...Object.fromEntries(plainTexts.map((name) => [name, cleaner.text(name)])),
        // Which words there are, the schema says below.
        type: cleaner.text('type')?.toLowerCase() as NormalCustomer['type'],
        email: cleaner.email('email'),
        phone: cleaner.phone('phone', country),
        birthday: fitting(cleaner, 'birthday', cleaner.day('birthday'), (day) => birthdayOf(day, deps.clock.now())),
        country,
        language: cleaner.language('language'),
        timeZone: cleaner.timeZone('timeZone'),
        extra: fitting(cleaner, 'extra', extra, normaliseExtra),
        tags: cleaner.list('tags'),
        consents,
        createdAt: cleaner.time('createdAt'),
        attributes: readAttributes(cleaner, attributes),
      };
      if (cleaner.problem()) return undefined;
      if (Object.values(customer).every((value) => value === undefined))
        return cleaner.fail(null, 'EMPTY_ROW', 'The row has no value in any field.');
      if (customer.externalId === undefined && customer.email === undefined && customer.phone === undefined)
        return cleaner.fail(null, 'NO_IDENTITY', 'A customer needs an external id, an e-mail or a phone.');
      checkCustomer(cleaner, asSent(customer, extra));
      return customer;
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

/** The value as its field wants it, or a fault in the words of the API. */
const fitting = <From, To>(
  cleaner: Cleaner,
  field: FieldName,
  value: From | undefined,
  read: (value: From) => To | undefined,
): To | undefined => {
  const fitted = value === undefined ? undefined : read(value);
  if (value === undefined || fitted !== undefined) return fitted;
  const { code, message } = refuseField(field);
  return cleaner.fail(field, code, message);
};

// The schema describes requests: members that have no value are not there, and times are texts (a time that was read is one).
const asSent = (customer: NormalCustomer, extra: object | undefined): Record<string, unknown> => {
  const { createdAt: _, attributes, ...rest } = customer;
  const values = attributes && Object.entries(attributes).map(([key, value]) => [key, value?.value ?? null]);
  const sent = { ...rest, extra, attributes: values && Object.fromEntries(values) };
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
};

const readAttributes = (cleaner: Cleaner, attributes: readonly Field[]): NormalCustomer['attributes'] => {
  const values: Record<string, AttributeValue> = {};
  for (const { name, type } of attributes) {
    if (cleaner.raw(name) === undefined) continue;
    const value = (readers[type] ?? readText)(cleaner, name);
    if (value !== undefined) values[name.slice('attribute.'.length)] = value;
  }
  return Object.keys(values).length > 0 ? values : undefined;
};

const readText = (cleaner: Cleaner, field: string): AttributeValue | undefined => typed('text', cleaner.text(field));

const typed = <Type extends AttributeValue['type']>(
  type: Type,
  value: Extract<AttributeValue, { type: Type }>['value'] | undefined,
): AttributeValue | undefined => (value === undefined ? undefined : ({ type, value } as AttributeValue));

const readers: Partial<Record<Field['type'], (cleaner: Cleaner, field: string) => AttributeValue | undefined>> = {
  day: (cleaner, field) => typed('date', cleaner.day(field)),
  time: (cleaner, field) => typed('datetime', cleaner.time(field)),
  integer: (cleaner, field) => typed('integer', cleaner.integer(field)),
  number: (cleaner, field) => typed('number', cleaner.number(field)),
  money: (cleaner, field) => typed('money', cleaner.money(field, undefined)),
  boolean: (cleaner, field) => typed('boolean', cleaner.boolean(field)),
  list: (cleaner, field) => typed('list', cleaner.list(field)),
};

/** `extra.<name>` keeps a column as it is. */
const readExtra = (cleaner: Cleaner): Record<string, string> | undefined => {
  const extra: Record<string, string> = {};
  for (const key of cleaner.keys()) {
    if (!key.startsWith('extra.')) continue;
    const value = cleaner.text(key);
    if (value !== undefined) extra[key.slice('extra.'.length)] = value;
  }
  return Object.keys(extra).length > 0 ? extra : undefined;
};

/** `consent.<channel>.<purpose>` reads yes and no. */
const readConsents = (cleaner: Cleaner): NormalCustomer['consents'] => {
  const consents: ConsentChange[] = [];
  for (const key of cleaner.keys()) {
    if (!key.startsWith('consent.')) continue;
    const given = cleaner.boolean(key);
    const [, channel = '', purpose = ''] = key.split('.');
    if (given !== undefined)
      consents.push({ channel, purpose, status: given ? 'granted' : 'denied', source: 'import' });
  }
  return consents.length > 0 ? consents : undefined;
};

const factsOf = (field: string): string[] => {
  if (field.startsWith('attribute.')) return [field];
  if (field.startsWith('consent.')) return ['consent'];
  if (field.startsWith('extra.')) return ['customer.extra'];
  return field === 'tags' ? ['tags'] : [`customer.${field}`];
};
