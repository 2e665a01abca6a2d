// Two customers that are one person: everything of the one goes to the other, and can be parted again without loss.
// Consents stay the most restrictive of both. The merged customer stays as a pointer to the one who lives on.
import type { Merge } from '@rapport/sdk/schemas';
import { fromJson, toIso, toIsoOrNull, toJson } from '../data/column.ts';
import type { Db } from '../data/database.ts';
import { transactRetrying } from '../data/retry.ts';
import { CustomerNotFound } from '../errors.ts';
import type { Actor } from '../http/actor.ts';
import type { Platform } from '../platform.ts';
import { CustomerGone, MergeRefused } from './errors.ts';
import { type CustomerRecord, factOf } from './fields.ts';
import { createMergeStore, type MergeRow } from './merge-store.ts';
import { type Kept, mergeTables, unmergeTables } from './merge-tables.ts';
import { createPeopleStore, type KeyRow, type Row } from './people-store.ts';
import { createCustomerStore } from './store.ts';

const own = new Set([
  'id',
  'row_no',
  'type',
  'version',
  'created_at',
  'updated_at',
  'last_seen_at',
  'merged_into',
  'erased_at',
  'level',
]);

export type Merging = ReturnType<typeof createMerging>;

/** All that it takes to part the two again. */
type Snapshot = {
  from: Record<string, unknown>;
  into: Record<string, unknown>;
  /** Columns of `into` that were empty and got the value of `from`. */
  filled: Record<string, unknown>;
  /** Customers merged into `from` earlier. */
  repointed: string[];
  tables: Record<string, Kept>;
};

export const createMerging = ({ database, clock, ids, changes, outbox, audit, declared }: Platform) => {
  const lockBoth = async (trx: Db, fromId: string, intoId: string) => {
    const rows = await createCustomerStore(trx).lockMany([fromId, intoId]);
    const living = (id: string, pointer: string): CustomerRecord => {
      const row = rows.find((one) => one.id === id);
      if (!row) throw new CustomerNotFound(id, { pointer });
      if (row.erased_at !== null) throw new CustomerGone('The customer was erased.', { pointer });
      if (row.merged_into !== null)
        throw new CustomerGone(`The customer was merged into ${row.merged_into}.`, { pointer });
      return row;
    };
    return { from: living(fromId, '/params/id'), into: living(intoId, '/into') };
  };

  const tell = async (trx: Db, merge: MergeRow, facts: string[], action: 'merged' | 'unmerged', actor: Actor) => {
    const { from_id: from, into_id: into } = merge;
    const heard = action === 'merged' ? [into] : [into, from];
    await changes.publish(
      trx,
      heard.map((customerId) => ({ customerId, kind: 'merged' as const, facts, at: clock.now() })),
    );
    await outbox.emit(trx, {
      topic: action === 'merged' ? 'customer.merged' : 'customer.updated',
      customerId: into,
      payload: { customerId: into, from, merge: showMerge(merge), action },
    });
    await audit.record(trx, {
      actor,
      action: `customer.${action}`,
      subject: { kind: 'customer', id: into },
      details: { from, merge: merge.id },
    });
  };

  const mergeIn = async (trx: Db, fromId: string, intoId: string, actor: Actor): Promise<Merge> => {
    if (fromId === intoId) throw new MergeRefused('A customer cannot be merged into itself.', { pointer: '/into' });
    const people = createPeopleStore(trx);
    const { from, into } = await lockBoth(trx, fromId, intoId);
    const now = clock.now();

    const filled: Record<string, unknown> = {};
    for (const [column, value] of Object.entries(from))
      if (!own.has(column) && value !== null && (into[column] ?? null) === null) filled[column] = value;

    const repointed = await people.listMergedInto(fromId);
    const tables = await mergeTables(trx, declared, { from: fromId, into: intoId, at: now });
    await people.repoint(repointed, intoId);
    // The identities moved; the columns that mirror them go with them, so that no value is found twice.
    await people.updateCustomer(fromId, {
      external_id: null,
      email: null,
      phone: null,
      merged_into: intoId,
      version: from.version + 1,
      updated_at: now,
    });
    const seen = Math.max(from.last_seen_at ?? 0, into.last_seen_at ?? 0) || null;
    await people.updateCustomer(intoId, {
      ...columnValues(filled),
      last_seen_at: seen,
      version: into.version + 1,
      updated_at: now,
    });

    const snapshot: Snapshot = { from, into, filled, repointed, tables };
    const row: MergeRow = {
      id: ids.next(),
      from_id: fromId,
      into_id: intoId,
      before: toJson(snapshot),
      actor: `${actor.kind}:${actor.id}`,
      at: now,
      undone_at: null,
    };
    await createMergeStore(trx).insert(row);
    await tell(trx, row, factsOf(Object.keys(filled)), 'merged', actor);
    return showMerge(row);
  };

  const unmergeIn = async (trx: Db, row: MergeRow, actor: Actor): Promise<Merge> => {
    const people = createPeopleStore(trx);
    const store = createMergeStore(trx);
    const { from_id: fromId, into_id: intoId } = row;
    const rows = await createCustomerStore(trx).lockMany([fromId, intoId]);
    const into = rows.find(({ id }) => id === intoId)!;
    if (rows.some(({ erased_at }) => erased_at !== null)) throw new MergeRefused('One of them was erased since.');
    if (into.merged_into !== null) throw new MergeRefused(`${intoId} was itself merged since; undo that first.`);
    const now = clock.now();
    const before = readSnapshot(row.before);

    await unmergeTables(trx, declared, { from: fromId, into: intoId, at: now }, before.tables);
    const taken = Object.entries(before.filled).filter(([column, value]) => same(into[column], value));
    await people.updateCustomer(intoId, {
      ...Object.fromEntries(taken.map(([column]) => [column, null])),
      version: into.version + 1,
      updated_at: now,
    });
    const { external_id, email, phone } = before.from;
    await people.updateCustomer(fromId, {
      external_id,
      email,
      phone,
      merged_into: null,
      version: (before.from.version as number) + 2,
      updated_at: now,
    });
    await people.repoint(before.repointed, fromId);
    await createCustomerStore(trx).recountLastSeen([fromId, intoId], now);
    await store.markUndone(row.id, now);
    const undone = { ...row, undone_at: now };
    await tell(trx, undone, factsOf(taken.map(([column]) => column)), 'unmerged', actor);
    return showMerge(undone);
  };

  return {
    mergeIn,
    merge: (fromId: string, intoId: string, actor: Actor): Promise<Merge> =>
      transactRetrying(database.writer, (trx) => mergeIn(trx, fromId, intoId, actor)),
    unmerge: (customerId: string, mergeId: string | undefined, actor: Actor): Promise<Merge> =>
      transactRetrying(database.writer, async (trx) => {
        const all = await createMergeStore(trx).listOf(customerId);
        const row = all.find(({ id, undone_at }) => (mergeId === undefined ? undone_at === null : id === mergeId));
        if (!row) throw new MergeRefused('There is no such merge of this customer.', { pointer: '/mergeId' });
        if (row.undone_at !== null) throw new MergeRefused('This merge was undone before.', { pointer: '/mergeId' });
        return unmergeIn(trx, row, actor);
      }),
    list: async (customerId: string): Promise<Merge[]> =>
      (await createMergeStore(database.reader).listOf(customerId)).map(showMerge),
  };
};

// Of the columns that changed hands, and of what hangs on the customers and goes with them.
const factsOf = (columns: readonly string[]): string[] => [
  ...columns.filter((column) => column !== 'birthday_month_day').map(factOf),
  ...['tags', 'consent', 'orders', 'events', 'member.points', 'member.level'],
];

const showMerge = (row: MergeRow): Merge => ({
  id: row.id,
  fromId: row.from_id,
  intoId: row.into_id,
  at: toIso(row.at),
  undoneAt: toIsoOrNull(row.undone_at),
});

// Lists come from PostgreSQL as values; columns take them as JSON.
const columnValues = (columns: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, value]) => [name, Array.isArray(value) ? toJson(value) : value]),
  );

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

// A merge of an earlier release kept tags, consents and membership apart.
const readSnapshot = (text: string): Snapshot => {
  const kept = fromJson<Snapshot & Partial<EarlierSnapshot>>(text);
  if (!kept.moved) return kept;
  const tables: Record<string, Kept> = Object.fromEntries(
    Object.entries(kept.moved).map(([table, keys]) => [table, { rekeyed: { customer_id: keys } }]),
  );
  tables.customer_tags = { rows: kept.tags?.from ?? [], added: (kept.tags?.added ?? []).map((tag) => ({ tag })) };
  tables.consents = { own: kept.consents };
  tables.members = { own: { ...kept.members, level: kept.level ?? null } };
  return { ...kept, tables };
};

type EarlierSnapshot = {
  moved: Record<string, KeyRow[]>;
  tags: { from: Row[]; added: string[] };
  consents: unknown;
  members: object;
  level: string | null;
};
