// Membership: levels, and points as an append-only ledger whose sums are the balances. Spending cannot overdraw, however many
// spend at once. What earns points is a promotion's business, not this file's.

import type { Level, Member, PointsEntry, PointsPosting } from '@rapport/sdk/schemas';
import {
  type Actor,
  type Change,
  type Customers,
  type Db,
  InvalidValue,
  mirrorLevel,
  type Page,
  type Platform,
  page,
  readTime,
  system,
  toIso,
  toIsoOrNull,
  transactRetrying,
} from '../../core/index.ts';
import { LevelNotFound } from './errors.ts';
import { levelsGeneration } from './facts.ts';
import { createPoints, type NewEarning, type NewSpending } from './points.ts';
import { createMemberStore, type LedgerRow, type LevelRow, type MemberRow } from './store.ts';

/**
 * Somebody becomes a member with their first level or points; before, they are shown with nothing. Every
 * write holds the member's row until its transaction ends, so that spendings at the same time come one
 * after another.
 */
export const createMembers = ({ platform, customers }: { platform: Platform; customers: Customers }) => {
  const { database, clock, ids, outbox, changes, audit, generations } = platform;
  const points = createPoints(platform);

  const show = (row: MemberRow | undefined, customerId: string): Member => ({
    customerId,
    level: row?.level ?? null,
    pointsAvailable: row?.points_available ?? 0,
    pointsPending: row?.points_pending ?? 0,
    pointsOwed: row?.points_owed ?? 0,
    joinedAt: toIso(row?.joined_at ?? clock.now()),
  });

  /**
   * To the same level changes nothing. Throws LEVEL_NOT_FOUND. In the caller's transaction, with the
   * notice, the audit row and what rules must evaluate.
   */
  const setLevel = async (
    trx: Db,
    {
      customerId,
      level,
      reason,
      actor = system,
    }: { customerId: string; level: string | null; reason: string; actor?: Actor },
  ): Promise<void> => {
    const store = createMemberStore(trx);
    if (level !== null && !(await store.findLevel(level))) throw new LevelNotFound(level, { pointer: '/level' });
    const now = clock.now();
    const member = await store.lock(customerId, now);
    if (member.level === level) return;
    await store.setLevel(customerId, level);
    await mirrorLevel(trx, customerId, level);
    const change = {
      id: ids.next(),
      customer_id: customerId,
      from_level: member.level,
      to_level: level,
      reason,
      at: now,
    };
    await store.insertLevelChange(change);
    await changes.publish(trx, [{ customerId, kind: 'member', facts: ['member.level', 'customer.level'], at: now }]);
    await outbox.emit(trx, {
      topic: 'member.level-changed',
      customerId,
      payload: { customerId, from: member.level, to: level, reason, at: toIso(now) },
    });
    await audit.record(trx, {
      actor,
      action: 'member.level-changed',
      subject: { kind: 'customer', id: customerId },
      details: { from: member.level, to: level },
    });
  };

  return {
    setLevel,
    earn: async (trx: Db, earning: NewEarning): Promise<void> => void (await points.earn(trx, earning)),
    spend: async (trx: Db, spending: NewSpending): Promise<void> => void (await points.spend(trx, spending)),
    /** Takes back what an order earned: see createPoints. */
    reverse: points.reverse,
    /** For `changes`: an order that is cancelled or refunded gives back the points that were spent on it, by the money that went back. */
    onOrders: async (trx: Db, told: readonly Change[]): Promise<void> => {
      for (const { customerId, order } of told) {
        if (!order) continue;
        const { id, externalId, status, refunded, total } = order;
        const isOver = status === 'cancelled' || status === 'refunded';
        const share = isOver || total === 0 ? { part: isOver ? 1 : 0, of: 1 } : { part: refunded, of: total };
        if (share.part === 0) continue;
        await points.giveBack(trx, { customerId, share, orderIds: externalId === null ? [id] : [id, externalId] });
      }
    },
    /** Releases and expires what is due, everybody's; run by the scheduler. */
    sweep: points.sweep,
    listLevels: async (): Promise<Level[]> => (await createMemberStore(database.reader).listLevels()).map(showLevel),
    /** Makes or replaces it; members keep their level, whatever its rank becomes. */
    putLevel: (key: string, given: { title: string; titleZh?: string; rank: number }, actor: Actor): Promise<Level> =>
      transactRetrying(database.writer, async (trx) => {
        const row: LevelRow = { key, title: given.title, title_zh: given.titleZh ?? null, rank: given.rank };
        await createMemberStore(trx).putLevel(row);
        await generations.raise(trx, levelsGeneration);
        await audit.record(trx, {
          actor,
          action: 'level.put',
          subject: { kind: 'level', id: key },
          details: { ...given },
        });
        return showLevel(row);
      }),
    get: async (customerId: string, actor: Actor): Promise<Member> => {
      await customers.get(customerId, actor);
      return show(await createMemberStore(database.reader).find(customerId), customerId);
    },
    changeLevel: (
      customerId: string,
      change: { level: string | null; reason: string },
      actor: Actor,
    ): Promise<Member> =>
      transactRetrying(database.writer, async (trx) => {
        await customers.getLiving(trx, customerId);
        await setLevel(trx, { ...change, customerId, actor });
        return show(await createMemberStore(trx).find(customerId), customerId);
      }),
    /**
     * Throws POINTS_SHORT when more is spent than is available, and INVALID_VALUE for times that do not
     * fit. The same request again posts again: repeats are caught by the idempotency key of the request.
     */
    post: (customerId: string, given: PointsPosting, actor: Actor): Promise<{ entry: PointsEntry; member: Member }> =>
      transactRetrying(database.writer, async (trx) => {
        await customers.getLiving(trx, customerId);
        const { kind, availableAt, expiresAt, ...rest } = given;
        if (kind === 'spend' && (availableAt !== undefined || expiresAt !== undefined))
          throw new InvalidValue('Only earned points have times.', {
            pointer: availableAt ? '/availableAt' : '/expiresAt',
          });
        const posting = { ...rest, customerId };
        const entry =
          kind === 'spend'
            ? await points.spend(trx, posting)
            : await points.earn(trx, {
                ...posting,
                ...(availableAt !== undefined && { availableAt: readTime(availableAt, '/availableAt') }),
                ...(expiresAt !== undefined && { expiresAt: readTime(expiresAt, '/expiresAt') }),
              });
        await audit.record(trx, {
          actor,
          action: kind === 'spend' ? 'points.spent' : 'points.earned',
          subject: { kind: 'customer', id: customerId },
          details: { points: given.points },
        });
        return {
          entry: showEntry(entry),
          member: show(await createMemberStore(trx).find(customerId), customerId),
        };
      }),
    /** Newest first; the sum of all entries is the balance. */
    listPoints: async (
      customerId: string,
      query: { limit?: number; cursor?: string },
      actor: Actor,
    ): Promise<Page<PointsEntry>> => {
      await customers.get(customerId, actor);
      const { data, next } = await page<LedgerRow>(createMemberStore(database.reader).ledger(customerId), {
        sort: { column: 'at', direction: 'desc' },
        limit: query.limit ?? 50,
        cursor: query.cursor,
      });
      return { data: data.map(showEntry), next };
    },
  };
};

export type Members = ReturnType<typeof createMembers>;

const showLevel = ({ key, title, title_zh, rank }: LevelRow): Level => ({ key, title, titleZh: title_zh, rank });

export const showEntry = (row: LedgerRow): PointsEntry => ({
  id: row.id,
  kind: row.kind,
  points: row.available_delta + row.pending_delta,
  owed: row.owed_delta,
  availableAt: toIso(row.available_at),
  expiresAt: toIsoOrNull(row.expires_at),
  promotion: row.promotion,
  orderId: row.order_id,
  reason: row.reason,
  at: toIso(row.at),
});
