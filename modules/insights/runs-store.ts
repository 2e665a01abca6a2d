// Rows of runs over everybody: what was asked for, how far it has come, what came of it.
import type { ScorerRun, ScorerRunKind, ScorerRunStatus } from '@rapport/sdk/schemas';
import { type Db, toIso, toIsoOrNull } from '../../core/index.ts';

/**
 * `id` is the job's. Times in ms; `total` is the number of customers at the start, the other counts are of
 * this attempt so far.
 */
export type RunRow = {
  id: string;
  scorer: string;
  plugin: string | null;
  kind: ScorerRunKind;
  told: boolean;
  status: ScorerRunStatus;
  queued_at: number;
  started_at: number | null;
  finished_at: number | null;
  total: number;
  asked: number;
  scored: number;
  changed: number;
  removed: number;
  model: string | null;
  reason: string | null;
};

export const createRunStore = (db: Db) => ({
  insert: (row: Pick<RunRow, 'id' | 'scorer' | 'kind' | 'told' | 'queued_at'>) =>
    db('scorer_runs').insert({ ...row, status: 'waiting' }),
  change: (id: string, change: Partial<RunRow>): Promise<number> => db('scorer_runs').where({ id }).update(change),
  find: async (id: string): Promise<RunRow | undefined> => {
    const row = (await db('scorer_runs').where({ id }).first()) as RunRow | undefined;
    return row && numbers(row);
  },
  /** The newest first. */
  list: async (scorer: string, limit: number): Promise<RunRow[]> =>
    ((await db('scorer_runs').where({ scorer }).orderBy('id', 'desc').limit(limit)) as RunRow[]).map(numbers),
  /** A run that is queued and has not begun, if there is one. */
  findWaiting: (scorer: string): Promise<{ id: string } | undefined> =>
    db('scorer_runs').where({ scorer, status: 'waiting' }).first('id'),
  /** The model of the last run that built one. */
  findModel: async (scorer: string, plugin: string): Promise<string | null> => {
    const row = (await db('scorer_runs')
      .where({ scorer, plugin })
      .whereNotNull('model')
      .orderBy('id', 'desc')
      .first('model')) as { model: string } | undefined;
    return row?.model ?? null;
  },
});

const numbers = (row: RunRow): RunRow => ({
  ...row,
  told: Boolean(row.told),
  queued_at: Number(row.queued_at),
  started_at: row.started_at === null ? null : Number(row.started_at),
  finished_at: row.finished_at === null ? null : Number(row.finished_at),
});

/** `now` (ms) is the end of the duration of a run that is not over. */
export const toRun = (row: RunRow, now: number): ScorerRun => ({
  id: row.id,
  kind: row.kind,
  status: row.status,
  told: row.told,
  plugin: row.plugin,
  queuedAt: toIso(row.queued_at),
  startedAt: toIsoOrNull(row.started_at),
  finishedAt: toIsoOrNull(row.finished_at),
  durationMs: row.started_at === null ? null : Math.max(0, (row.finished_at ?? now) - row.started_at),
  total: row.total,
  asked: row.asked,
  scored: row.scored,
  changed: row.changed,
  removed: row.removed,
  reason: row.reason,
});
