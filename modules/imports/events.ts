// Events as rows. Without an id of its own an event is known by what it says, so the same file again adds nothing.

import { hash } from 'node:crypto';
import { NewEvent } from '@rapport/sdk/schemas';
import { type Clock, dayMs, type Events, normaliseText } from '../../core/index.ts';
import type { Cleaner, Problem } from './cleaning.ts';
import { type CustomerRef, refKey } from './customer-refs-store.ts';
import type { WriteCustomers } from './customers.ts';
import type { Layout } from './layout.ts';
import { customerNotFound, readCustomerRef, resolveCustomers } from './refs.ts';
import type { RowCheck } from './row-check.ts';

/**
 * `occurredAt` in ms. `dedupeKey` is the row's own id, else a hash of what it says: two events of one
 * customer alike to the millisecond are one.
 */
export type EventItem = {
  customer: CustomerRef;
  type: string;
  occurredAt: number;
  dedupeKey: string;
  properties: Record<string, unknown>;
};

const source = 'import';
const prefix = 'properties.';

/** Refuses events more than a day in the future. Events only add: a row whose key is known changes nothing. */
export const createEventsLayout = (deps: {
  clock: Clock;
  events: Events;
  check: RowCheck;
  createCustomers: boolean;
  writeCustomers: WriteCustomers;
}): Layout<EventItem> => {
  const checkEvent = deps.check(NewEvent);
  return {
    kind: 'events',
    facts: () => ['events', 'customer.lastSeenAt', ...(deps.createCustomers ? ['customer.createdAt'] : [])],
    read: (cleaner) => {
      const type = cleaner.required('type', cleaner.text('type'));
      const customer = readCustomerRef(cleaner);
      const occurredAt = cleaner.required('occurredAt', cleaner.time('occurredAt'));
      if (occurredAt > deps.clock.now() + dayMs)
        return cleaner.fail('occurredAt', 'VALUE_INVALID', 'It lies more than a day in the future.');
      const id = cleaner.text('id');
      const properties = readProperties(cleaner);
      if (cleaner.problem() || !customer) return undefined;
      checkEvent(cleaner, { type, customer: { id: 'checked-apart' }, properties, ...(id !== undefined && { id }) });
      const said = JSON.stringify([type, refKey(customer), occurredAt, properties]);
      return { customer, type, occurredAt, properties, dedupeKey: id ?? hash('sha256', said, 'hex') };
    },
    write: async (trx, items) => {
      const newCustomer = deps.createCustomers ? { source: normaliseText(source) } : undefined;
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
        return [
          {
            customer_id: customerId,
            type,
            occurred_at: occurredAt,
            source,
            dedupe_key: dedupeKey,
            properties: JSON.stringify(properties),
          },
        ];
      });
      const stored = await deps.events.insertKnown(trx, rows);
      return { refused, created: { customers, events: stored }, updated: {} };
    },
  };
};

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
