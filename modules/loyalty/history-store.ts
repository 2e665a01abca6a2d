// A member's level and points as they were at a past instant, from the histories of both. null: not a member then.
import { type Db, query } from '../../core/index.ts';

const findMember = async (db: Db, customerId: string, at: number): Promise<{ level: string | null } | undefined> => {
  const [member] = await query<{ level: string | null }>(
    db,
    'SELECT level FROM members WHERE customer_id = ? AND joined_at <= ?',
    [customerId, at],
  );
  return member;
};

/** `at` in ms, inclusive. Before the first change that is known it is what that change came from. */
export const findLevelAt = async (db: Db, customerId: string, at: number): Promise<string | null> => {
  const member = await findMember(db, customerId, at);
  if (!member) return null;
  const changes = await query<{ from_level: string | null; to_level: string | null; at: number }>(
    db,
    'SELECT from_level, to_level, at FROM level_changes WHERE customer_id = ? ORDER BY at, id',
    [customerId],
  );
  const before = changes.findLast((change) => Number(change.at) <= at);
  if (before) return before.to_level;
  const after = changes.find((change) => Number(change.at) > at);
  return after ? after.from_level : member.level;
};

/** What the ledger had come to at `at` (ms, inclusive). */
export const sumPointsAt = async (
  db: Db,
  customerId: string,
  at: number,
): Promise<{ available: number; pending: number } | null> => {
  if (!(await findMember(db, customerId, at))) return null;
  const [points] = await query<{ available: number | null; pending: number | null }>(
    db,
    'SELECT SUM(available_delta) AS available, SUM(pending_delta) AS pending FROM points_ledger WHERE customer_id = ? AND at <= ?',
    [customerId, at],
  );
  return { available: Number(points?.available ?? 0), pending: Number(points?.pending ?? 0) };
};
