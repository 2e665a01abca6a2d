// The points ledger: earn (at once or pending), release, spend, return, expire, reverse, settle. Every posting moves the member's balances by
// its deltas in the same transaction, under the member's lock, so balances always equal the ledger.
import { type Db, fromJson, InvalidValue, type Platform, toJson, transactRetrying } from '../../core/index.ts';
import { PointsShort } from './errors.ts';
import { createMemberStore, type LedgerRow, type LotRow } from './store.ts';

type About = { promotion?: string; orderId?: string; reason?: string };
/**
 * `points` above zero. Times in ms: pending until `availableAt` (at once when absent or past), gone at
 * `expiresAt` (never when absent).
 */
export type NewEarning = About & {
  customerId: string;
  points: number;
  availableAt?: number;
  expiresAt?: number | null;
};
/** Of the points that expire soonest first. */
export type NewSpending = About & { customerId: string; points: number };

/** Points taken of one earning. */
type Taken = [earnId: string, points: number];
/** `orderIds`: the ids an order goes by. `share`: the part of its money that went back. */
export type SpentOn = { customerId: string; orderIds: readonly string[]; share: { part: number; of: number } };

const sweepAtOnce = 200;

/**
 * Postings are made in the caller's transaction, under the member's lock. `earn` and `spend` are not
 * idempotent: whoever may repeat one keeps a key of its own.
 */
export const createPoints = ({ database, clock, ids, changes }: Platform) => {
  const entryOf = (
    kind: LedgerRow['kind'],
    customerId: string,
    deltas: { available?: number; pending?: number; owed?: number },
    about: About & { earnId?: string; availableAt?: number; expiresAt?: number | null } = {},
  ): LedgerRow => ({
    id: ids.next(),
    customer_id: customerId,
    kind,
    available_delta: deltas.available ?? 0,
    pending_delta: deltas.pending ?? 0,
    owed_delta: deltas.owed ?? 0,
    available_at: about.availableAt ?? clock.now(),
    expires_at: about.expiresAt ?? null,
    earn_id: about.earnId ?? null,
    taken: null,
    promotion: about.promotion ?? null,
    order_id: about.orderId ?? null,
    reason: about.reason ?? null,
    at: clock.now(),
  });

  const post = async (trx: Db, row: LedgerRow, takeLots?: () => Promise<Taken[]>): Promise<LedgerRow> => {
    const store = createMemberStore(trx);
    if (!(await store.addPoints(row))) throw new PointsShort(-row.available_delta, { pointer: '/points' });
    if (takeLots) row.taken = toJson(await takeLots());
    await store.insertLedger(row);
    return row;
  };

  const tell = (trx: Db, customerId: string): Promise<void> =>
    changes.publish(trx, [{ customerId, kind: 'member', facts: ['member.points'], at: clock.now() }]);

  // Takes from the lots that expire soonest; the caller has made sure that there is enough, or takes what there is.
  const takeFromLots = async (trx: Db, customerId: string, points: number): Promise<Taken[]> => {
    const store = createMemberStore(trx);
    const taken: Taken[] = [];
    let left = points;
    for (const lot of await store.listSpendable(customerId)) {
      if (left === 0) break;
      const part = Math.min(left, lot.remaining);
      await store.updateLot(lot.earn_id, { remaining: lot.remaining - part });
      taken.push([lot.earn_id, part]);
      left -= part;
    }
    return taken;
  };

  /** Pays what is owed with what is available. Under the member's lock, after points came. */
  const payOwed = async (trx: Db, customerId: string): Promise<void> => {
    const { points_owed: owed, points_available: available } = (await createMemberStore(trx).find(customerId))!;
    const paid = Math.min(owed, available);
    if (paid <= 0) return;
    await post(trx, entryOf('settle', customerId, { available: -paid, owed: -paid }));
    await takeFromLots(trx, customerId, paid);
  };

  /** What time has done to a member's lots; under the member's lock. */
  const settleDue = async (trx: Db, customerId: string): Promise<boolean> => {
    const store = createMemberStore(trx);
    const now = clock.now();
    const due = await store.listDueOf(customerId, now);
    for (const lot of due) await settleLot(trx, lot, now);
    await payOwed(trx, customerId);
    return due.length > 0;
  };

  const settleLot = async (trx: Db, lot: LotRow, now: number): Promise<void> => {
    const store = createMemberStore(trx);
    const { customer_id: customerId, earn_id: earnId, remaining } = lot;
    if (lot.pending && lot.available_at <= now) {
      await post(trx, entryOf('release', customerId, { available: remaining, pending: -remaining }, { earnId }));
      await store.updateLot(earnId, { pending: false });
    }
    if (lot.expires_at !== null && lot.expires_at <= now) {
      await post(trx, entryOf('expire', customerId, { available: -remaining }, { earnId }));
      await store.updateLot(earnId, { remaining: 0 });
    }
  };

  /** Into the earnings they were taken of, those that last longest first; into one of its own where that is not known. */
  const putIntoLots = async (trx: Db, entry: LedgerRow, taken: readonly Taken[] | null): Promise<void> => {
    const store = createMemberStore(trx);
    let left = entry.available_delta;
    for (const [earnId, points] of taken?.toReversed() ?? []) {
      const lot = await store.findLot(earnId);
      if (!lot || left === 0) continue;
      const part = Math.min(left, points);
      await store.updateLot(earnId, { remaining: lot.remaining + part });
      left -= part;
    }
    if (left > 0)
      await store.insertLot({
        earn_id: entry.id,
        customer_id: entry.customer_id,
        remaining: left,
        reversed: 0,
        pending: false,
        available_at: clock.now(),
        expires_at: null,
      });
  };

  return {
    earn: async (trx: Db, { customerId, points, availableAt, expiresAt, ...about }: NewEarning): Promise<LedgerRow> => {
      const now = clock.now();
      const from = Math.max(now, availableAt ?? now);
      const until = expiresAt ?? null;
      if (until !== null && until <= from)
        throw new InvalidValue('Points expire after they become available.', { pointer: '/expiresAt' });
      const store = createMemberStore(trx);
      await store.lock(customerId, now);
      const pending = from > now;
      const deltas = pending ? { pending: points } : { available: points };
      const entry = await post(
        trx,
        entryOf('earn', customerId, deltas, { ...about, availableAt: from, expiresAt: until }),
      );
      await store.insertLot({
        earn_id: entry.id,
        customer_id: customerId,
        remaining: points,
        reversed: 0,
        pending,
        available_at: from,
        expires_at: until,
      });
      await payOwed(trx, customerId);
      await tell(trx, customerId);
      return entry;
    },
    /** Throws POINTS_SHORT, after what is due was released and expired; nothing is taken then. */
    spend: async (trx: Db, { customerId, points, ...about }: NewSpending): Promise<LedgerRow> => {
      await createMemberStore(trx).lock(customerId, clock.now());
      await settleDue(trx, customerId);
      const entry = await post(trx, entryOf('spend', customerId, { available: -points }, about), () =>
        takeFromLots(trx, customerId, points),
      );
      await tell(trx, customerId);
      return entry;
    },
    /**
     * Gives back what was spent on an order: `share` of it, rounded down, less what was given back before; so all of it with a share of
     * 1. They come back to the earnings they were taken of and expire with them, which may be at once; of a spending from before that
     * was kept, without an end. What is owed is paid of them. Answers the points given.
     */
    giveBack: async (trx: Db, { customerId, orderIds, share }: SpentOn): Promise<number> => {
      const store = createMemberStore(trx);
      if ((await store.listSpent(customerId, orderIds)).length === 0) return 0;
      await store.lock(customerId, clock.now());
      await settleDue(trx, customerId);
      let given = 0;
      for (const spent of await store.listSpent(customerId, orderIds)) {
        const before = await store.sumReturned(spent.id);
        const due = Number((BigInt(-spent.available_delta) * BigInt(share.part)) / BigInt(share.of)) - before;
        if (due <= 0) continue;
        const about = { earnId: spent.id, orderId: spent.order_id ?? undefined };
        const entry = await post(trx, entryOf('return', customerId, { available: due }, about));
        await putIntoLots(trx, entry, spent.taken === null ? null : restOf(fromJson<Taken[]>(spent.taken), before));
        given += due;
      }
      if (given === 0) return 0;
      await settleDue(trx, customerId);
      await tell(trx, customerId);
      return given;
    },
    /**
     * Takes back what an order earned: the rest of it, or at most `points`. What was spent meanwhile is taken from other points; `short`
     * is what could not be taken, and is owed: the next points that become available pay it.
     */
    reverse: async (
      trx: Db,
      {
        customerId,
        orderId,
        promotion,
        points,
      }: { customerId: string; orderId: string; promotion?: string; points?: number },
    ): Promise<{ taken: number; short: number }> => {
      const store = createMemberStore(trx);
      const member = await store.lock(customerId, clock.now());
      await settleDue(trx, customerId);
      let taken = 0;
      let short = 0;
      for (const earned of await store.listEarned(customerId, orderId, promotion)) {
        const lot = (await store.findLot(earned.id))!;
        const left = earned.available_delta + earned.pending_delta - (await store.sumExpired(earned.id)) - lot.reversed;
        const worth = points === undefined ? left : Math.min(left, points - taken - short);
        if (worth <= 0) continue;
        const own = Math.min(lot.remaining, worth);
        await store.updateLot(lot.earn_id, { remaining: lot.remaining - own, reversed: lot.reversed + worth });
        const available = (await store.find(member.customer_id))!.points_available - (lot.pending ? 0 : own);
        const others = Math.min(worth - own, available);
        if (others > 0) await takeFromLots(trx, customerId, others);
        const owed = worth - own - others;
        const deltas = lot.pending
          ? { available: 0 - others, pending: 0 - own, owed }
          : { available: 0 - own - others, owed };
        await post(
          trx,
          entryOf('reverse', customerId, deltas, {
            earnId: earned.id,
            orderId,
            promotion: earned.promotion ?? undefined,
          }),
        );
        taken += own + others;
        short += owed;
      }
      if (taken + short > 0) await tell(trx, customerId);
      return { taken, short };
    },
    /** 200 members a call, each in a transaction of its own. Answers how many had something due. */
    sweep: async (): Promise<number> => {
      const due = await createMemberStore(database.reader).listDueCustomers(clock.now(), sweepAtOnce);
      for (const customerId of due)
        await transactRetrying(database.writer, async (trx) => {
          await createMemberStore(trx).lock(customerId, clock.now());
          if (await settleDue(trx, customerId)) await tell(trx, customerId);
        });
      return due.length;
    },
  };
};

/** What of a spending is not given back: it is given back from its end. */
const restOf = (taken: readonly Taken[], given: number): Taken[] => {
  const rest: Taken[] = [];
  let skipped = given;
  for (const [earnId, points] of taken.toReversed()) {
    const gone = Math.min(skipped, points);
    skipped -= gone;
    if (points > gone) rest.unshift([earnId, points - gone]);
  }
  return rest;
};
