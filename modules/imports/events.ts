// Events as rows. Without an id of its own an event is known by what it says, so the same file again adds nothing.

import { hash } from 'node:crypto';
import { NewEvent } from '@rapport/sdk/schemas';
import type { Clock, Ids } from '../../core/index.ts';
import type { Cleaner, Problem } from './cleaning.ts';
import { type CustomerRef, refKey } from './customer-refs-store.ts';
import type { WriteCustomers } from './customers.ts';
import type { Layout } from './layout.ts';
import { customerNotFound, readCustomerRef, resolveCustomers } from './refs.ts';
import type { RowCheck } from './row-check.ts';
import { insertRows } from './row-store.ts';

export type EventItem = {
  customer: CustomerRef;
  type: string;
  occurredAt: number;
  dedupeKey: string;
  properties: Record<string, unknown>;
};

const source = 'import';
const prefix = 'properties.';

export const createEventsLayout = (deps: {
  clock: Clock;
  ids: Ids;
  check: RowCheck;
  createCustomers: boolean;
  writeCustomers: WriteCustomers;
}): Layout<EventItem> => {
  const checkEvent = deps.check(NewEvent);
  return {
    kind: 'events',
    facts: () => ['events', ...(deps.createCustomers ? ['customer.createdAt'] : [])],
    read: (cleaner) => {
      const type = cleaner.required('type', cleaner.text('type'));
      const customer = readCustomerRef(cleaner);
      const occurredAt = cleaner.required('occurredAt', cleaner.time('occurredAt'));
      const id = cleaner.text('id');
      const properties = readProperties(cleaner);
      if (cleaner.problem() || !customer) return undefined;
      checkEvent(cleaner, { type, customer: { id: 'checked-apart' }, properties, ...(id !== undefined && { id }) });
      const said = JSON.stringify([type, refKey(customer), occurredAt, properties]);
      return { customer, type, occurredAt, properties, dedupeKey: id ?? hash('sha256', said, 'hex') };
    },
    write: async (trx, items) => {
      const now = deps.clock.now();
      const newCustomer = deps.createCustomers ? { source } : undefined;
      const { found, created: customers } = await resolveCustomers(
        trx,
        items.map(({ customer }) => ({ customer, newCustomer })),
        deps.writeCustomers,
      );
      const refused = new Map<number, Problem>();
      const rows = items.flatMap((item, index) => {
        const customerId = found.get(refKey(item.customer));
        if (customerId === undefined) {
          refused.set(index, customerNotFound(item.customer));
          return [];
        }
        const { type, occurredAt, dedupeKey, properties } = item;
        return [[deps.ids.next(), customerId, type, occurredAt, now, source, dedupeKey, JSON.stringify(properties)]];
      });
      const made = await insertRows(trx, 'events', columns, rows, {
        jsonb: ['properties'],
        tail: 'on conflict (source, dedupe_key) do nothing returning id',
      });
      return { refused, created: { customers, events: made.length }, updated: {} };
    },
  };
};

const columns = [
  ['id', 'text'],
  ['customer_id', 'text'],
  ['type', 'text'],
  ['occurred_at', 'integer'],
  ['received_at', 'integer'],
  ['source', 'text'],
  ['dedupe_key', 'text'],
  ['properties', 'text'],
] as const;

// A property that is plainly a number is one, so that rules can compare it; "007" and "1e5" stay text.
const readProperties = (cleaner: Cleaner): Record<string, unknown> => {
  const properties: Record<string, unknown> = {};
  for (const key of cleaner.keys()) {
    if (!key.startsWith(prefix)) continue;
    const value = cleaner.text(key);
    if (value !== undefined) properties[key.slice(prefix.length)] = typed(value);
  }
  return properties;
};

const typed = (value: string): unknown => {
  if (/^-?(0|[1-9]\d{0,14})(\.\d{1,10})?$/.test(value)) return Number(value);
  return value === 'true' ? true : value === 'false' ? false : value;
};
