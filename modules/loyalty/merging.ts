// Membership of two people who are one: balances follow the ledger, which is re-keyed by then; the higher level stays. Parting is
// refused when the points of the one were spent by the other.
import { type Db, MergeRefused, type MergeRule, mirrorLevel } from '../../core/index.ts';
import { createMemberStore, type MemberRow } from './store.ts';

type Kept = { from?: MemberRow; into?: MemberRow; level: string | null };

export const memberMerging: MergeRule = {
  lock: async (trx, { from, into }) => {
    const mine = await createMemberStore(trx).find(from);
    const other = await createMemberStore(trx).find(into);
    if (mine && other) await createMemberStore(trx).lock(into, mine.joined_at);
  },
  merge: async (trx, { from: fromId, into: intoId }): Promise<Kept> => {
    const store = createMemberStore(trx);
    const [from, into] = [await store.find(fromId), await store.find(intoId)];
    if (!from) return { into, level: into?.level ?? null };
    const level = await higherLevel(trx, from.level, into?.level ?? null);
    const sums = await store.sumLedger(intoId);
    await store.remove(fromId);
    await store.put({
      customer_id: intoId,
      level,
      points_available: sums.available,
      points_pending: sums.pending,
      points_owed: sums.owed,
      joined_at: Math.min(from.joined_at, into?.joined_at ?? from.joined_at),
    });
    await mirrorLevel(trx, intoId, level);
    return { from, into, level };
  },
  unmerge: async (trx, { from: fromId, into: intoId }, kept) => {
    const store = createMemberStore(trx);
    const before = kept as Kept;
    const mine = await store.find(intoId);
    if (!before.from || !mine) return;
    const [a, b] = [await store.sumLedger(fromId), await store.sumLedger(intoId)];
    if ([a, b].some(({ available, pending, owed }) => available < 0 || pending < 0 || owed < 0))
      throw new MergeRefused('Points of the one were spent by the other since; they cannot be parted.');
    const was = before.into;
    const level = mine.level === before.level ? (was?.level ?? null) : mine.level;
    if (!was && level === null && b.available + b.pending + b.owed === 0) await store.remove(intoId);
    else
      await store.put({
        ...mine,
        level,
        points_available: b.available,
        points_pending: b.pending,
        points_owed: b.owed,
        joined_at: was?.joined_at ?? mine.joined_at,
      });
    await store.put({ ...before.from, points_available: a.available, points_pending: a.pending, points_owed: a.owed });
    await mirrorLevel(trx, intoId, level);
  },
};

const higherLevel = async (trx: Db, a: string | null, b: string | null): Promise<string | null> => {
  const store = createMemberStore(trx);
  const rankOf = async (level: string | null): Promise<number> =>
    level === null ? -1 : ((await store.findLevel(level))?.rank ?? -1);
  return (await rankOf(a)) > (await rankOf(b)) ? a : b;
};
