// The rights of a person over their data: everything kept about them handed out, and everything erased. Both go through every
// table that has a `customer_id`. What the books need (orders, refunds, points, redemptions) stays, speaking of nobody.
import type { Customer, PersonExport } from '@rapport/sdk/schemas';
import { toIso } from '../data/column.ts';
import type { Db } from '../data/database.ts';
import { transactRetrying } from '../data/retry.ts';
import { CustomerNotFound, InsufficientScope } from '../errors.ts';
import { type Actor, mayReadPersonalData, system } from '../http/actor.ts';
import type { Platform } from '../platform.ts';
import { createMergeStore } from './merge-store.ts';
import { createPeopleStore } from './people-store.ts';
import type { CustomerService } from './service.ts';
import { createCustomerStore } from './store.ts';

const books = new Set([
  'orders',
  'order_lines',
  'refunds',
  'members',
  'points_ledger',
  'points_lots',
  'redemptions',
  'promotion_orders',
  'promotion_customers',
]);
// Kept by the rules, who count what they keep; they hear of the erasure in the same transaction.
const ofTheRules = new Set(['segment_members', 'metrics']);

export const createPrivacy = ({ platform, customers }: { platform: Platform; customers: CustomerService }) => {
  const { database, clock, changes, outbox, audit } = platform;

  const eraseOne = async (trx: Db, id: string, now: number): Promise<void> => {
    const row = (await createCustomerStore(trx).lockMany([id]))[0];
    if (!row || row.erased_at !== null) return;
    const kept = new Set(['id', 'row_no', 'type', 'created_at', 'merged_into']);
    const blank = Object.keys(row).filter((column) => !kept.has(column));
    await createPeopleStore(trx).updateCustomer(id, {
      ...Object.fromEntries(blank.map((column) => [column, null])),
      version: row.version + 1,
      updated_at: now,
      erased_at: now,
    });
  };

  return {
    export: async (id: string, actor: Actor): Promise<PersonExport> => {
      if (!mayReadPersonalData(actor)) throw new InsufficientScope('pii');
      const customer = await customers.get(id, actor);
      const people = createPeopleStore(database.reader);
      const everyId = [id, ...(await people.listMergedInto(id))];
      const tables: Record<string, Record<string, unknown>[]> = {};
      for (const { name } of await people.listTables()) {
        const rows = await people.rowsOf(name, everyId);
        if (rows.length > 0) tables[name] = rows.map(readable);
      }
      const merges = await createMergeStore(database.reader).listOf(id);
      if (merges.length > 0) tables.merges = merges.map(({ before: _, ...row }) => readable(row));
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
        for (const { name } of await people.listTables())
          if (!books.has(name) && !ofTheRules.has(name)) await people.remove(name, everyId);
        await people.removeTraces(everyId);
        for (const one of everyId) await eraseOne(trx, one, now);
        await outbox.emit(trx, { topic: 'customer.erased', customerId: id, payload: { customerId: id } });
        await audit.record(trx, { actor, action: 'customer.erased', subject: { kind: 'customer', id } });
        return customers.get(id, system, trx);
      }),
  };
};

export type Privacy = ReturnType<typeof createPrivacy>;

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
