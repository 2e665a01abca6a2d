// The rights of a person over their data: everything kept about them handed out, and everything erased. Both go through every
// table that a module declares (core/declared.ts). What the books need (orders, refunds, points, redemptions) stays, speaking of nobody.
import type { Customer, PersonExport } from '@rapport/sdk/schemas';
import { toIso } from '../data/column.ts';
import type { Db } from '../data/database.ts';
import { transactRetrying } from '../data/retry.ts';
import type { Erased, TablePolicy } from '../declared.ts';
import { CustomerNotFound, InsufficientScope } from '../errors.ts';
import { type Actor, mayReadPersonalData, system } from '../http/actor.ts';
import type { Platform } from '../platform.ts';
import { createPeopleStore } from './people-store.ts';
import type { CustomerService } from './service.ts';
import { createCustomerStore } from './store.ts';
import { createTraitsStore } from './traits-store.ts';

export const createPrivacy = ({ platform, customers }: { platform: Platform; customers: CustomerService }) => {
  const { database, clock, changes, outbox, audit, declared } = platform;

  const eraseFrom = async (trx: Db, policy: TablePolicy, person: Erased): Promise<void> => {
    const people = createPeopleStore(trx);
    const { table, customerColumns = [], personal = [], onErase } = policy;
    if (typeof onErase === 'function') await onErase(trx, person);
    else if (onErase === 'delete') await people.remove(table, customerColumns, person.ids);
    else if (onErase === 'clear') await people.clear(table, customerColumns, person.ids, personal);
    else if (onErase === 'search') await people.removeNaming(table, personal, person.values);
  };

  return {
    export: async (id: string, actor: Actor): Promise<PersonExport> => {
      if (!mayReadPersonalData(actor)) throw new InsufficientScope('pii');
      const customer = await customers.get(id, actor);
      const people = createPeopleStore(database.reader);
      const everyId = [id, ...(await people.listMergedInto(id))];
      const tables: Record<string, Record<string, unknown>[]> = {};
      for (const { table, customerColumns, inExport, hidden = [] } of declared.ofCustomers()) {
        if (!inExport) continue;
        const rows = await people.rowsOf(table, customerColumns, everyId);
        if (rows.length > 0) tables[table] = rows.map((row) => readable(without(row, hidden)));
      }
      await transactRetrying(database.writer, (trx) =>
        audit.record(trx, { actor, action: 'customer.exported', subject: { kind: 'customer', id } }),
      );
      return { exportedAt: toIso(clock.now()), customer, tables };
    },
    /** Again on an erased person changes nothing. Those merged into them are erased with them. */
    erase: (id: string, actor: Actor): Promise<Customer> =>
      transactRetrying(database.writer, async (trx) => {
        const found = await createCustomerStore(trx).find(id);
        if (!found) throw new CustomerNotFound(id);
        if (found.erased_at !== null) return customers.get(id, actor, trx);
        const people = createPeopleStore(trx);
        const everyId = [id, ...(await people.listMergedInto(id))];
        const now = clock.now();
        await changes.publish(
          trx,
          everyId.map((customerId) => ({ customerId, kind: 'erased' as const, facts: [], at: now })),
        );
        const rows = await createCustomerStore(trx).lockMany(everyId);
        const person = { ids: everyId, values: await createTraitsStore(trx).listEver(everyId, rows), at: now };
        for (const policy of declared.tables().filter(({ table }) => table !== 'customers'))
          await eraseFrom(trx, policy, person);
        for (const forget of declared.forgetting()) await forget(trx, person);
        // Last: the tombstone is what the others were found by.
        for (const policy of declared.tables().filter(({ table }) => table === 'customers'))
          await eraseFrom(trx, policy, person);
        await outbox.emit(trx, { topic: 'customer.erased', customerId: id, payload: { customerId: id } });
        await audit.record(trx, { actor, action: 'customer.erased', subject: { kind: 'customer', id } });
        return customers.get(id, system, trx);
      }),
  };
};

export type Privacy = ReturnType<typeof createPrivacy>;

const without = (row: Record<string, unknown>, hidden: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).filter(([column]) => !hidden.includes(column)));

// A row for reading by a person: times as ISO, JSON as values.
const readable = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      if (typeof value === 'number' && /(^at$|_at$)/.test(column)) return [column, toIso(value)];
      if (typeof value === 'string' && /^[[{]/.test(value)) return [column, parsed(value)];
      return [column, value];
    }),
  );

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};
