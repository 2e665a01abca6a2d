// Rows of what administrators decided about scorers, and of when each is due.
import type { ScorerRunKind } from '@rapport/sdk/schemas';
import { type Db, query } from '../../core/index.ts';

/** In place of a cron pattern: not by the clock. */
export const never = 'never';

export type SettingsRow = {
  scorer: string;
  plugin: string | null;
  /** A cron pattern, `never`, or null for the manifest's. */
  train: string | null;
  score: string | null;
  tell: boolean;
  updated_at: number;
};
/** `due_at` in ms; null for a pattern that never comes. */
export type ClockRow = { scorer: string; kind: ScorerRunKind; cron: string; due_at: number | null };

/** Scorers that wrote a score, by skipping from one to the next in the index instead of reading the table. */
export const listScorers = async (db: Db): Promise<string[]> => {
  const rows = await query<{ found: string }>(
    db,
    `WITH RECURSIVE step(found) AS (
       SELECT MIN(scorer) FROM scores
       UNION ALL
       SELECT (SELECT MIN(scorer) FROM scores WHERE scorer > step.found) FROM step WHERE step.found IS NOT NULL)
     SELECT found FROM step WHERE found IS NOT NULL LIMIT 1000`,
  );
  return rows.map(({ found }) => found);
};

export const hasScores = async (db: Db, scorer: string): Promise<boolean> =>
  (await query(db, 'SELECT 1 AS found FROM scores WHERE scorer = ? LIMIT 1', [scorer])).length > 0;

export const createScorerStore = (db: Db) => ({
  listSettings: async (): Promise<SettingsRow[]> =>
    ((await db('scorer_settings')) as SettingsRow[]).map((row) => ({ ...row, tell: Boolean(row.tell) })),
  /** In place of what was decided before, as a whole. */
  putSettings: (row: SettingsRow) => db('scorer_settings').insert(row).onConflict('scorer').merge(),
  listClocks: async (): Promise<ClockRow[]> =>
    ((await db('scorer_clocks')) as ClockRow[]).map((row) => ({
      ...row,
      due_at: row.due_at === null ? null : Number(row.due_at),
    })),
  putClock: (row: ClockRow) => db('scorer_clocks').insert(row).onConflict(['scorer', 'kind']).merge(),
  removeClock: (scorer: string, kind: ScorerRunKind): Promise<number> =>
    db('scorer_clocks').where({ scorer, kind }).delete(),
  /** True for the one node that moves it on: that node queues the run. */
  moveClock: async ({ scorer, kind, due_at }: ClockRow, next: number | null): Promise<boolean> =>
    (await db('scorer_clocks').where({ scorer, kind, due_at }).update({ due_at: next })) > 0,
});
