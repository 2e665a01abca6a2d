// Rows of imports, with their checkpoints. Whoever holds the run token may write them; a former holder changes nothing.

import type { ImportColumn, ImportKind, ImportQuery, ImportStatus } from '@rapport/sdk/schemas';
import { type Actor, type Db, type Page, page } from '../../core/index.ts';
import type { Tally } from './tally.ts';

/** What the caller said of the file, as it was said. */
export type ImportSettings = Omit<ImportQuery, 'dryRun' | 'fileName'>;
/**
 * Times in ms, sizes in bytes. `read` counts records without the header and is the sum of `accepted` and
 * `rejected`; `bytes` is how far the file was read, `reject_bytes` how long the file of refused rows is at
 * the checkpoint.
 */
export type ImportRow = {
  id: string;
  what: ImportKind;
  status: ImportStatus;
  dry_run: boolean;
  origin: 'api' | 'command';
  file_name: string | null;
  file_path: string;
  file_bytes: number;
  file_hash: string | null;
  rejects_path: string;
  settings: ImportSettings;
  columns: ImportColumn[];
  read: number;
  accepted: number;
  rejected: number;
  bytes: number;
  reject_bytes: number;
  tally: Tally;
  rows_per_second: number;
  run_token: string | null;
  cancel_asked: boolean;
  error: { code: string; detail: string } | null;
  job_id: string | null;
  actor_kind: Actor['kind'];
  actor_id: string;
  created_at: number;
  started_at: number | null;
  updated_at: number;
  finished_at: number | null;
};
/** What a chunk writes beside its rows: all that a run needs to go on. */
export type Checkpoint = Pick<
  ImportRow,
  'read' | 'accepted' | 'rejected' | 'bytes' | 'reject_bytes' | 'tally' | 'rows_per_second' | 'columns'
>;

type Stored = Record<string, unknown>;
const jsonColumns = ['settings', 'columns', 'tally', 'error'] as const;

const toStored = (row: Partial<ImportRow>): Stored => {
  const stored: Stored = { ...row };
  for (const name of jsonColumns)
    if (row[name] !== undefined && row[name] !== null) stored[name] = JSON.stringify(row[name]);
  return stored;
};

const fromStored = (stored: Stored): ImportRow => {
  const row = { ...stored, dry_run: Boolean(stored.dry_run), cancel_asked: Boolean(stored.cancel_asked) } as Stored;
  for (const name of jsonColumns) row[name] = stored[name] === null ? null : JSON.parse(stored[name] as string);
  return row as ImportRow;
};

export const createImportStore = (db: Db) => ({
  insert: (row: ImportRow) => db('imports').insert(toStored(row)),

  find: async (id: string): Promise<ImportRow | undefined> => {
    const stored = (await db('imports').where({ id }).first()) as Stored | undefined;
    return stored && fromStored(stored);
  },

  list: async (options: { limit: number; cursor?: string; status?: ImportStatus }): Promise<Page<ImportRow>> => {
    const rows = db('imports');
    if (options.status) rows.where({ status: options.status });
    const { data, next } = await page<Stored>(rows, {
      sort: { column: 'created_at', direction: 'desc' },
      limit: options.limit,
      cursor: options.cursor,
    });
    return { data: data.map(fromStored), next };
  },

  /** The newest import of this file by command that never came to its end. */
  findUnfinished: async (key: Pick<ImportRow, 'what' | 'file_hash' | 'dry_run'>): Promise<ImportRow | undefined> => {
    const stored = (await db('imports')
      .where({ ...key, origin: 'command' })
      .whereIn('status', ['waiting', 'running'])
      .orderBy('created_at', 'desc')
      .first()) as Stored | undefined;
    return stored && fromStored(stored);
  },

  /** The same file may lie elsewhere when an import goes on. */
  relocate: (id: string, path: string) => db('imports').where({ id }).update({ file_path: path }),

  /** Takes the import over, whoever ran it before; undefined when it has come to an end. */
  take: async (id: string, token: string, now: number): Promise<ImportRow | undefined> => {
    const [stored] = (await db('imports')
      .where({ id })
      .whereIn('status', ['waiting', 'running'])
      .update({
        status: 'running',
        run_token: token,
        started_at: db.raw('coalesce(started_at, ?)', [now]),
        updated_at: now,
      })
      .returning('*')) as Stored[];
    return stored && fromStored(stored);
  },

  /** Only for the holder of the token; says whether to stop. Undefined: somebody else goes on with it. */
  save: async (
    id: string,
    token: string,
    change: Partial<Checkpoint & Pick<ImportRow, 'file_hash'>>,
    now: number,
  ): Promise<{ cancelAsked: boolean } | undefined> => {
    const [stored] = (await db('imports')
      .where({ id, run_token: token, status: 'running' })
      .update({ ...toStored(change), updated_at: now })
      .returning('cancel_asked')) as { cancel_asked: unknown }[];
    return stored && { cancelAsked: Boolean(stored.cancel_asked) };
  },

  /** Only for the holder of the token, and once: 0 rows means that somebody else goes on with it or ended it. */
  finish: (
    id: string,
    token: string,
    change: Pick<ImportRow, 'status'> & Partial<Pick<ImportRow, 'error' | 'bytes'>>,
    now: number,
  ): Promise<number> =>
    db('imports')
      .where({ id, run_token: token, status: 'running' })
      .update({ ...toStored(change), run_token: null, updated_at: now, finished_at: now }),

  askCancel: (id: string, now: number): Promise<number> =>
    db('imports')
      .where({ id })
      .whereIn('status', ['waiting', 'running'])
      .update({ cancel_asked: true, updated_at: now }),

  /** A waiting one is cancelled at once: nobody runs it. */
  cancelWaiting: (id: string, now: number): Promise<number> =>
    db('imports').where({ id, status: 'waiting' }).update({ status: 'cancelled', updated_at: now, finished_at: now }),

  /** What is shown of examples beside each import. */
  listTallies: async (): Promise<Pick<ImportRow, 'id' | 'tally'>[]> =>
    ((await db('imports').select('id', 'tally')) as Stored[]).map(({ id, tally }) => ({
      id: String(id),
      tally: JSON.parse(String(tally)) as Tally,
    })),
  changeTally: (id: string, tally: Tally, now: number) =>
    db('imports')
      .where({ id })
      .update({ ...toStored({ tally }), updated_at: now }),
  changeRejectBytes: (id: string, bytes: number, now: number) =>
    db('imports').where({ id }).update({ reject_bytes: bytes, updated_at: now }),

  /** The latest first, so that a limit leaves out those whose files were swept long ago. */
  listFinishedBefore: async (
    at: number,
    limit: number,
  ): Promise<Pick<ImportRow, 'id' | 'origin' | 'file_path' | 'rejects_path'>[]> =>
    db('imports')
      .select('id', 'origin', 'file_path', 'rejects_path')
      .where('finished_at', '<', at)
      .orderBy('finished_at', 'desc')
      .limit(limit),
});

export type ImportStore = ReturnType<typeof createImportStore>;
