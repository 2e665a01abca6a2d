// Two customers that are one person: everything of the one goes to the other, and can be parted again without loss.
// Consents stay the most restrictive of both. The merged customer stays as a pointer to the one who lives on.
import type { Merge } from '@rapport/sdk/schemas';
import { fromJson, toIso, toIsoOrNull, toJson } from '../data/column.ts';
import type { Db } from '../data/database.ts';
import { transactRetrying } from '../data/retry.ts';
import { CustomerNotFound } from '../errors.ts';
import type { Actor } from '../http/actor.ts';
import type { Platform } from '../platform.ts';
import type { ConsentRow } from './consents-store.ts';
import { CustomerGone, MergeRefused } from './errors.ts';
import { type CustomerRecord, factOf } from './fields.ts';
import { createMemberStore, type MemberRow } from './members-store.ts';
import { createMergeStore, type MergeRow, type Snapshot } from './merge-store.ts';
import { createPeopleStore, type PersonTable } from './people-store.ts';
import { createCustomerStore } from './store.ts';

// What stays with the row it was written for: messages on their way, and what the rules work out by themselves.
const staying = new Set(['outbox', 'deliveries', 'past_members', 'firings']);
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

export const createMerging = ({ database, clock, ids, changes, outbox, audit }: Platform) => {
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

  const movable = async (trx: Db): Promise<PersonTable[]> =>
    (await createPeopleStore(trx).listTables()).filter(
      ({ name, primaryKey }) => !staying.has(name) && primaryKey.length > 0 && !primaryKey.includes('customer_id'),
    );

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
    const store = createMergeStore(trx);
    const members = createMemberStore(trx);
    const { from, into } = await lockBoth(trx, fromId, intoId);
    const now = clock.now();

    const filled: Record<string, unknown> = {};
    for (const [column, value] of Object.entries(from))
      if (!own.has(column) && value !== null && (into[column] ?? null) === null) filled[column] = value;

    const tags = { from: await store.tagsOf(fromId), into: await store.tagsOf(intoId) };
    const added = tags.from.filter(({ tag }) => !tags.into.some((one) => one.tag === tag));
    const consents = { from: await store.consentsOf(fromId), into: await store.consentsOf(intoId) };
    const merged = mostRestrictive(consents.into, consents.from).map((row) => ({ ...row, customer_id: intoId }));
    const both = { from: await store.memberOf(fromId), into: await store.memberOf(intoId) };
    if (both.from) await members.lock(intoId, both.from.joined_at);

    const moved: Snapshot['moved'] = {};
    for (const table of await movable(trx)) {
      const keys = await people.move(table, fromId, intoId);
      if (keys.length > 0) moved[table.name] = keys;
    }
    await store.removeAllTags(fromId);
    await store.addTags(added.map((row) => ({ ...row, customer_id: intoId })));
    await store.replaceConsents(fromId, []);
    await store.replaceConsents(intoId, merged);
    const level = both.from ? await joinMembers(trx, both.from, both.into, intoId) : into.level;
    const repointed = await people.listMergedInto(fromId);
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
      level,
      last_seen_at: seen,
      version: into.version + 1,
      updated_at: now,
    });

    const snapshot: Snapshot = {
      from,
      into,
      filled,
      moved,
      tags: { from: tags.from, added: added.map(({ tag }) => tag) },
      consents: { ...consents, merged },
      members: both,
      level,
      repointed,
    };
    const row: MergeRow = {
      id: ids.next(),
      from_id: fromId,
      into_id: intoId,
      before: toJson(snapshot),
      actor: `${actor.kind}:${actor.id}`,
      at: now,
      undone_at: null,
    };
    await store.insert(row);
    await tell(
      trx,
      row,
      [...factsOf(Object.keys(filled)), 'tags', 'consent', 'orders', 'events', 'member.points', 'member.level'],
      'merged',
      actor,
    );
    return showMerge(row);
  };

  // Balances follow the ledger, which has moved by now; the higher level stays.
  const joinMembers = async (trx: Db, from: MemberRow, into: MemberRow | undefined, intoId: string) => {
    const store = createMergeStore(trx);
    const sums = await store.sumLedger(intoId);
    const higher =
      (await store.rankOf(from.level)) > (await store.rankOf(into?.level)) ? from.level : (into?.level ?? null);
    await store.removeMember(from.customer_id);
    await store.putMember({
      customer_id: intoId,
      level: higher,
      points_available: sums.available,
      points_pending: sums.pending,
      joined_at: Math.min(from.joined_at, into?.joined_at ?? from.joined_at),
    });
    return higher;
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
    const before = fromJson<Snapshot>(row.before);

    for (const [table, keys] of Object.entries(before.moved)) await people.moveBack(table, keys, intoId, fromId);
    await store.removeTags(intoId, before.tags.added);
    await store.addTags(before.tags.from);
    await store.replaceConsents(fromId, before.consents.from);
    await store.replaceConsents(intoId, partConsents(await store.consentsOf(intoId), before.consents));
    await partMembers(trx, before, fromId, intoId);
    const taken = Object.entries(before.filled).filter(([column, value]) => same(into[column], value));
    const level = (await store.memberOf(intoId))?.level ?? null;
    await people.updateCustomer(intoId, {
      ...Object.fromEntries(taken.map(([column]) => [column, null])),
      level,
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
    await store.markUndone(row.id, now);
    const undone = { ...row, undone_at: now };
    await tell(
      trx,
      undone,
      [
        ...factsOf(taken.map(([column]) => column)),
        'tags',
        'consent',
        'orders',
        'events',
        'member.points',
        'member.level',
      ],
      'unmerged',
      actor,
    );
    return showMerge(undone);
  };

  const partMembers = async (trx: Db, before: Snapshot, fromId: string, intoId: string): Promise<void> => {
    const store = createMergeStore(trx);
    const mine = await store.memberOf(intoId);
    if (!before.members.from || !mine) return;
    const [a, b] = [await store.sumLedger(fromId), await store.sumLedger(intoId)];
    if ([a, b].some(({ available, pending }) => available < 0 || pending < 0))
      throw new MergeRefused('Points of the one were spent by the other since; they cannot be parted.');
    const was = before.members.into;
    const level = mine.level === before.level ? (was?.level ?? null) : mine.level;
    if (!was && level === null && b.available + b.pending === 0) await store.removeMember(intoId);
    else
      await store.putMember({
        ...mine,
        level,
        points_available: b.available,
        points_pending: b.pending,
        joined_at: was?.joined_at ?? mine.joined_at,
      });
    await store.putMember({ ...before.members.from, points_available: a.available, points_pending: a.pending });
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

const factsOf = (columns: readonly string[]): string[] =>
  columns.filter((column) => column !== 'birthday_month_day').map(factOf);

const showMerge = (row: MergeRow): Merge => ({
  id: row.id,
  fromId: row.from_id,
  intoId: row.into_id,
  at: toIso(row.at),
  undoneAt: toIsoOrNull(row.undone_at),
});

const topicOf = (row: ConsentRow): string => `${row.channel}\n${row.purpose}`;

/** Denied by one is denied; granted needs the word of both who gave one. */
export const mostRestrictive = (a: readonly ConsentRow[], b: readonly ConsentRow[]): ConsentRow[] =>
  [...Map.groupBy([...a, ...b], topicOf).values()].map(
    (rows) =>
      rows.find(({ status }) => status === 'denied') ?? rows.toSorted((x, y) => y.changed_at - x.changed_at)[0]!,
  );

// What was said since the merge stays; the rest is as it was.
const partConsents = (now: readonly ConsentRow[], { into, merged }: Snapshot['consents']): ConsentRow[] => {
  const atMerge = new Map(merged.map((row) => [topicOf(row), row.changed_at]));
  const since = now.filter((row) => atMerge.get(topicOf(row)) !== row.changed_at);
  const said = new Set(since.map(topicOf));
  return [...since, ...into.filter((row) => !said.has(topicOf(row)))];
};

// Lists come from PostgreSQL as values; columns take them as JSON.
const columnValues = (columns: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, value]) => [name, Array.isArray(value) ? toJson(value) : value]),
  );

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
