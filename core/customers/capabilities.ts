// What plugins may read of customers, with what they bought: by id, personal members masked unless granted.
import { Type } from 'typebox';
import { type Capability, capability, given } from '../capability.ts';
import type { Platform } from '../platform.ts';
import { createCustomerReads } from './capabilities-store.ts';
import { presentCustomers } from './plugin-customers.ts';

export const customerCapabilities = ({ database, clock }: Pick<Platform, 'database' | 'clock'>): Capability[] => {
  const reads = createCustomerReads(database.reader);
  return [
    capability({
      name: 'customers.get',
      scope: 'customers:read',
      read: ([id, more]) => ({ id, ...(more as object) }),
      input: Type.Object(
        { id: given.id, purchases: Type.Optional(Type.Boolean()), at: Type.Optional(given.time) },
        given.closed,
      ),
      run: async ({ id, purchases, at }, { mask, spend }) => {
        await spend('rows', 1);
        const rows = await reads.of([id]);
        const until = at === undefined ? clock.now() : Date.parse(at);
        const [found] = await presentCustomers(database.reader, rows, purchases ? until : undefined);
        return found ? mask(found) : null;
      },
    }),
    capability({
      name: 'customers.list',
      scope: 'customers:read',
      read: given.options,
      input: Type.Object(
        { ...given.paging, purchases: Type.Optional(Type.Boolean()), at: Type.Optional(given.time) },
        given.closed,
      ),
      run: async ({ limit = 100, cursor, purchases, at }, { mask, spend }) => {
        const found = await reads.list(limit, cursor);
        await spend('rows', found.data.length);
        const until = at === undefined ? clock.now() : Date.parse(at);
        const data = await presentCustomers(database.reader, found.data, purchases ? until : undefined);
        return { data: data.map((customer) => mask(customer)), next: found.next };
      },
    }),
  ];
};
