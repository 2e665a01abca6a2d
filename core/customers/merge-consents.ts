// Consents of two people who are one: the most restrictive of both. Parted again, what was said since the merge stays.
import type { MergeRule } from '../declared.ts';
import type { ConsentRow } from './consents-store.ts';
import { createMergeStore } from './merge-store.ts';

type Kept = { from: ConsentRow[]; into: ConsentRow[]; merged: ConsentRow[] };

export const consentMerging: MergeRule = {
  merge: async (trx, { from, into }): Promise<Kept> => {
    const store = createMergeStore(trx);
    const both = { from: await store.consentsOf(from), into: await store.consentsOf(into) };
    const merged = mostRestrictive(both.into, both.from).map((row) => ({ ...row, customer_id: into }));
    await store.replaceConsents(from, []);
    await store.replaceConsents(into, merged);
    return { ...both, merged };
  },
  unmerge: async (trx, { from, into }, kept) => {
    const store = createMergeStore(trx);
    const before = kept as Kept;
    await store.replaceConsents(from, before.from);
    await store.replaceConsents(into, partConsents(await store.consentsOf(into), before));
  },
};

const topicOf = (row: ConsentRow): string => `${row.channel}\n${row.purpose}`;

/** Denied by one is denied; granted needs the word of both who gave one. */
export const mostRestrictive = (a: readonly ConsentRow[], b: readonly ConsentRow[]): ConsentRow[] =>
  [...Map.groupBy([...a, ...b], topicOf).values()].map(
    (rows) =>
      rows.find(({ status }) => status === 'denied') ?? rows.toSorted((x, y) => y.changed_at - x.changed_at)[0]!,
  );

const partConsents = (now: readonly ConsentRow[], { into, merged }: Kept): ConsentRow[] => {
  const atMerge = new Map(merged.map((row) => [topicOf(row), row.changed_at]));
  const since = now.filter((row) => atMerge.get(topicOf(row)) !== row.changed_at);
  const said = new Set(since.map(topicOf));
  return [...since, ...into.filter((row) => !said.has(topicOf(row)))];
};
