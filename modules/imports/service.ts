// Imports: take a file, look at it, run it as a job or here and now, follow it, cancel it, fetch what it refused.

import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync, type ReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { basename, join, resolve } from 'node:path';
import type { Import, ImportKind, ImportQuery, ImportStatus, Inspection, InspectQuery } from '@rapport/sdk/schemas';
import {
  type Actor,
  Conflict,
  defineJob,
  Failure,
  type Faults,
  GiveUp,
  InsufficientScope,
  type JobContext,
  mayReadPersonalData,
  type Page,
  type Platform,
  system,
  TryLater,
  transact,
} from '../../core/index.ts';
import { createImportErasure } from './erasure.ts';
import { ImportNotFound } from './errors.ts';
import { inspectHead } from './inspect.ts';
import type { Commerce } from './order-rows.ts';
import { showImport } from './present.ts';
import { retailSource } from './retail.ts';
import { createRun, type RunEnd } from './run.ts';
import { hashFile, readHead } from './source.ts';
import { type Checkpoint, createImportStore, type ImportRow, type ImportSettings } from './store.ts';
import { sweepFiles } from './sweep.ts';
import { emptyTally } from './tally.ts';
import type { ImportTools } from './tools.ts';
import { receiveFile, receiveHead } from './upload.ts';

const queue = 'imports';
/** A node that does not have the file leaves the job to the one that has. */
const waitForFileMs = 10 * 60_000;

/** A file on this machine's disk; `rejectsPath` in the data folder when absent. */
export type FileImport = {
  what: ImportKind;
  path: string;
  fileName: string;
  settings: ImportSettings;
  dryRun: boolean;
  rejectsPath?: string;
};

export const createImportService = ({
  platform,
  commerce,
  tools,
  faults,
}: {
  platform: Platform;
  commerce: Commerce;
  tools: ImportTools;
  faults: Faults;
}) => {
  const { clock, ids, database, jobs, audit, log } = platform;
  const folder = join(platform.config.dataDir, 'imports');
  const erasure = createImportErasure(platform, folder);
  const store = createImportStore(database.writer);
  const run = createRun({ platform, faults, toolsFor: tools.toolsFor });

  const newRow = (
    given: Pick<ImportRow, 'what' | 'origin' | 'file_name' | 'file_path' | 'file_bytes' | 'settings' | 'dry_run'> &
      Partial<ImportRow>,
    actor: Pick<Actor, 'kind' | 'id'>,
  ): ImportRow => {
    const id = given.id ?? ids.next();
    return {
      status: 'waiting',
      file_hash: null,
      rejects_path: join(folder, `${id}.rejects.csv`),
      columns: [],
      read: 0,
      accepted: 0,
      rejected: 0,
      bytes: 0,
      reject_bytes: 0,
      tally: emptyTally(),
      rows_per_second: 0,
      run_token: null,
      cancel_asked: false,
      error: null,
      job_id: null,
      actor_kind: actor.kind,
      actor_id: actor.id,
      created_at: clock.now(),
      started_at: null,
      updated_at: clock.now(),
      finished_at: null,
      ...given,
      id,
    };
  };

  const getRow = async (id: string): Promise<ImportRow> => {
    const row = await store.find(id);
    if (!row) throw new ImportNotFound(id);
    return row;
  };

  /** The columns of a file and where they go; throws what is wrong with the file or the mapping. */
  const lookAt = async (what: ImportKind, settings: ImportSettings, head: Buffer): Promise<Inspection> =>
    inspectHead(head, settings, await tools.mapperFor(what, settings));

  const enqueue = (row: ImportRow, actor: Actor): Promise<ImportRow> =>
    transact(database.writer, async (trx) => {
      const [jobId] = await jobs.enqueue(trx, { queue, uniqueKey: row.id, payload: { importId: row.id } });
      const queued = { ...row, job_id: jobId ?? null };
      await createImportStore(trx).insert(queued);
      await audit.record(trx, {
        actor,
        action: 'import.started',
        subject: { kind: 'import', id: row.id },
        details: { what: row.what, dryRun: row.dry_run, file: row.file_name },
      });
      return queued;
    });

  /** Runs an import here, to its end or until the signal comes. A file that cannot be imported ends it as failed. */
  const runHere = async (
    id: string,
    options: { signal?: AbortSignal; onProgress?: (checkpoint: Checkpoint) => Promise<void> | void },
  ): Promise<RunEnd | 'failed' | 'gone'> => {
    const token = randomUUID();
    const row = await store.take(id, token, clock.now());
    if (!row) return 'gone';
    try {
      return await run(row, { token, ...options });
    } catch (error) {
      if (!(error instanceof Failure) || error.status >= 500 || error.status === 409) throw error;
      await store.finish(
        id,
        token,
        { status: 'failed', error: { code: error.code, detail: error.message } },
        clock.now(),
      );
      return 'failed';
    }
  };

  const work = async ({ importId }: { importId: string }, context: JobContext): Promise<unknown> => {
    const row = await store.find(importId);
    if (!row) throw new GiveUp('The import is gone.');
    if (!existsSync(row.file_path)) {
      if (clock.now() - row.created_at < waitForFileMs)
        throw new TryLater('The file is not on this machine.', clock.now() + 2000);
      await fail(importId, 'IMPORT_FILE_GONE', 'The file is not on this machine.');
      throw new GiveUp('The file is not on this machine.');
    }
    try {
      const end = await runHere(importId, {
        signal: context.signal,
        onProgress: ({ read, accepted, rejected }) => context.progress({ importId, read, accepted, rejected }),
      });
      if (end === 'stopped') throw new Error('The import was interrupted; it goes on from its checkpoint.');
    } catch (error) {
      log.warn({ err: error, import: importId }, 'import interrupted');
      if (context.job.lastAttempt && !context.signal.aborted)
        await fail(importId, 'INTERNAL', 'It failed again and again on our side.');
      throw error;
    }
    const ended = await getRow(importId);
    if (!ended.dry_run) await rm(ended.file_path, { force: true });
    const { status, read, accepted, rejected } = ended;
    return { importId, status, read, accepted, rejected };
  };

  const fail = async (id: string, code: string, detail: string): Promise<void> => {
    const token = randomUUID();
    if (await store.take(id, token, clock.now()))
      await store.finish(id, token, { status: 'failed', error: { code, detail } }, clock.now());
  };

  const upload = async (
    what: ImportKind,
    query: ImportQuery,
    request: IncomingMessage,
    limit: number,
    actor: Actor,
  ) => {
    const { dryRun = false, fileName, ...settings } = query;
    const id = ids.next();
    const path = join(folder, `${id}.upload`);
    const bytes = await receiveFile(request, path, limit);
    try {
      const { columns, missing } = await lookAt(what, settings, await readHead(path));
      tools.refuseMissing(missing);
      const row = newRow(
        {
          id,
          what,
          origin: 'api',
          file_name: fileName ? basename(fileName) : null,
          file_path: path,
          file_bytes: bytes,
          settings,
          dry_run: dryRun,
          columns,
        },
        actor,
      );
      return showImport(await enqueue(row, actor), mayReadPersonalData(actor));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  };

  return {
    // A short lease: after a kill another process goes on within seconds.
    jobs: [defineJob({ queue, handle: work, keep: true, leaseMs: 10_000 }), erasure.job],
    forget: erasure.forget,
    /** Removes files whose import is over. */
    sweep: () => sweepFiles({ store, folder, now: clock.now() }),
    upload,
    /** Stores nothing; `limit` is in bytes. */
    inspect: async (what: ImportKind, query: InspectQuery, request: IncomingMessage, limit: number) =>
      lookAt(what, query, await receiveHead(request, limit)),
    /** The same file and mapping again, for real. */
    commit: async (id: string, actor: Actor): Promise<Import> => {
      const rehearsal = await getRow(id);
      if (!rehearsal.dry_run || rehearsal.status !== 'done')
        throw new Conflict('Only a dry run that is done can be run for real.');
      if (!existsSync(rehearsal.file_path)) throw new Conflict('The file of this dry run is gone; send it again.');
      const { what, origin, file_name, file_path, file_bytes, settings, columns } = rehearsal;
      const row = newRow({ what, origin, file_name, file_path, file_bytes, settings, columns, dry_run: false }, actor);
      return showImport(await enqueue(row, actor), mayReadPersonalData(actor));
    },
    list: async (
      query: { limit?: number; cursor?: string; status?: ImportStatus },
      actor: Actor,
    ): Promise<Page<Import>> => {
      const { data, next } = await store.list({ ...query, limit: query.limit ?? 50 });
      return { data: data.map((row) => showImport(row, mayReadPersonalData(actor))), next };
    },
    get: async (id: string, actor: Actor): Promise<Import> => showImport(await getRow(id), mayReadPersonalData(actor)),
    getRejects: async (id: string, actor: Actor): Promise<ReadStream> => {
      if (!mayReadPersonalData(actor)) throw new InsufficientScope('pii');
      const row = await getRow(id);
      if (row.reject_bytes === 0 || !existsSync(row.rejects_path)) throw new ImportNotFound(`${id} with refused rows`);
      // Up to the checkpoint: what a running import has beyond it may still be taken back.
      return createReadStream(row.rejects_path, { end: row.reject_bytes - 1 });
    },
    cancel: async (id: string, actor: Actor): Promise<Import> => {
      await getRow(id);
      const changed = (await store.cancelWaiting(id, clock.now())) + (await store.askCancel(id, clock.now()));
      if (changed === 0) throw new Conflict('The import has come to its end already.');
      return showImport(await getRow(id), mayReadPersonalData(actor));
    },
    /** What the Online Retail layout has brought in, by all its imports. */
    retailTotals: () => commerce.orders.sumOfSource(retailSource),
    /**
     * For the command line: imports a file in this process. The same file and kind again, after a kill, goes on where the
     * killed one was.
     */
    runFile: async (
      given: FileImport,
      options: { signal?: AbortSignal; onProgress?: (checkpoint: Checkpoint, row: ImportRow) => void },
    ): Promise<{ import: ImportRow; resumedAt: number }> => {
      const path = resolve(given.path);
      const { columns, missing } = await lookAt(given.what, given.settings, await readHead(path));
      tools.refuseMissing(missing);
      const key = { what: given.what, file_hash: await hashFile(path), dry_run: given.dryRun };
      const found = await store.findUnfinished(key);
      const same = found && JSON.stringify(found.settings) === JSON.stringify(given.settings) ? found : undefined;
      const row =
        same ??
        newRow(
          {
            ...key,
            origin: 'command',
            file_name: given.fileName,
            file_path: path,
            file_bytes: (await stat(path)).size,
            settings: given.settings,
            columns,
            ...(given.rejectsPath && { rejects_path: resolve(given.rejectsPath) }),
          },
          system,
        );
      if (same) await store.relocate(row.id, path);
      else await store.insert(row);
      await runHere(row.id, {
        signal: options.signal,
        onProgress: (checkpoint) => options.onProgress?.(checkpoint, row),
      });
      return { import: await getRow(row.id), resumedAt: row.read };
    },
  };
};

export type ImportService = ReturnType<typeof createImportService>;
