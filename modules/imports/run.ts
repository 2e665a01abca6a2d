// Runs one import from its last checkpoint to its end: reads on, cleans, has it written chunk by chunk (chunks.ts). While one
// chunk is written the next is read. A kill at any point loses nothing and repeats nothing. The file is read once from its
// beginning to its end; before that only its first megabyte (its shape) and, of a gzip file, all of it, so that one that breaks
// off writes nothing. The command line reads it once more, to know an import of the same file again (service.ts).

import { setImmediate as breathe } from 'node:timers/promises';
import type { Faults, Platform } from '../../core/index.ts';
import { type Chunk, createChunkWriter } from './chunks.ts';
import type { Cleaner } from './cleaning.ts';
import { createDecoder } from './encoding.ts';
import { ImportFileUnreadable, ImportMappingInvalid } from './errors.ts';
import type { Layout } from './layout.ts';
import type { Mapper } from './mapping.ts';
import { createPace } from './pace.ts';
import { createRecordReader, type RawRecord, readRecords, shapeOf } from './reader.ts';
import { openRejects } from './rejects-file.ts';
import { checkGzip, openSource, readHead } from './source.ts';
import type { Checkpoint, ImportRow } from './store.ts';

/** Of one import; the cleaner and the layout keep state over its rows. */
export type Tools = { mapper: Mapper; layout: Layout; cleaner: Cleaner };
export type RunOptions = {
  token: string;
  signal?: AbortSignal;
  /** After every chunk that is committed. */
  onProgress?: (checkpoint: Checkpoint) => Promise<void> | void;
};
/** `stopped`: the signal came; the checkpoint stands and another run goes on from it. */
export type RunEnd = 'done' | 'cancelled' | 'stopped';

/** Rows cleaned between two breaths of the event loop, so that a server goes on answering. */
const rowsPerBreath = 100;

/**
 * Answers how the run ended. Throws what is wrong with the whole file (ImportFileUnreadable,
 * ImportMappingInvalid), IMPORT_TAKEN_OVER, and what the database throws: the last checkpoint stands then.
 */
export const createRun =
  (deps: { platform: Platform; faults: Faults; toolsFor: (row: ImportRow) => Promise<Tools> }) =>
  async (row: ImportRow, { token, signal, onProgress }: RunOptions): Promise<RunEnd> => {
    const shape = shapeOf(await readHead(row.file_path), row.settings);
    if (shape.gzip && row.read === 0) await checkGzip(row.file_path);
    const { mapper, layout, cleaner } = await deps.toolsFor(row);
    const source = openSource(row.file_path, shape.gzip);
    const reader = createRecordReader(shape);
    const rejects = await openRejects(row.rejects_path, row.reject_bytes);
    const chunks = createChunkWriter({ ...deps, row, token, layout, mapper, rejects });
    const pace = createPace(deps.platform.database.dialect);
    const cleanRow = createRowCleaner({ cleaner, layout, mapper, header: reader.header });

    let state: Checkpoint = row;
    let cancelled = false;
    const stopped = (): boolean => signal?.aborted ?? false;
    const commit = async (chunk: Chunk): Promise<void> => {
      const started = performance.now();
      const { checkpoint, cancelAsked } = await chunks.write(chunk, state, pace.rate(chunk.read));
      pace.chunkTook(chunk.read, performance.now() - started);
      state = checkpoint;
      cancelled = cancelAsked;
      await deps.faults.hit('import.committed');
      await onProgress?.(state);
    };

    let inFlight = Promise.resolve();
    const flush = async (records: RawRecord[]): Promise<void> => {
      const chunk: Chunk = { items: [], rejects: [], read: records.length, bytes: source.bytesRead() };
      for (const [i, record] of records.entries()) {
        if (i % rowsPerBreath === rowsPerBreath - 1) await breathe();
        cleanRow(record, chunk);
      }
      await inFlight;
      if (cancelled || stopped()) return;
      inFlight = commit(chunk);
      // Whoever awaits it next gets the failure; until then it is not unhandled.
      inFlight.catch(() => {});
    };

    try {
      let skip = row.read;
      let waiting: RawRecord[] = [];
      const over = (): boolean => cancelled || stopped();
      for await (const records of readRecords(source, createDecoder(row.settings.encoding), reader)) {
        for (const record of records) {
          if (skip-- > 0) {
            // Written by a former process; read all the same, for what is counted over rows.
            cleanRow(record, { items: [], rejects: [] });
            continue;
          }
          waiting.push(record);
          if (waiting.length < pace.size()) continue;
          await flush(waiting);
          waiting = [];
          if (over()) break;
        }
        if (over()) break;
        if (skip > 0) await breathe();
      }
      if (shape.format === 'csv' && reader.header().length === 0) throw new ImportFileUnreadable('The file is empty.');
      // An empty flush, too: it writes the columns and the head of the file of refused rows.
      if (!over() && (waiting.length > 0 || state.read === 0)) await flush(waiting);
      await inFlight;
    } finally {
      await inFlight.catch(() => {});
      source.close();
      await rejects.close();
    }
    if (!cancelled && stopped()) return 'stopped';
    await chunks.finish(state, cancelled ? 'cancelled' : 'done');
    return cancelled ? 'cancelled' : 'done';
  };

export type Run = ReturnType<typeof createRun>;

/** Cleans one record into a chunk: an item to write, or a refused row. */
const createRowCleaner = ({
  cleaner,
  layout,
  mapper,
  header,
}: Tools & { header: () => string[] }): ((record: RawRecord, into: Pick<Chunk, 'items' | 'rejects'>) => void) => {
  let fields: (string | null)[] | undefined;
  const columns = (): (string | null)[] => {
    fields ??= header().map((name) => mapper.fieldOf(name));
    if (mapper.missing().length > 0)
      throw new ImportMappingInvalid(`No column is mapped to ${mapper.missing().join(', ')}.`, {
        pointer: '/query/mapping',
      });
    return fields;
  };
  return (record, into) => {
    const { row, text: original, problem } = record;
    if (problem) return void into.rejects.push({ ...problem, row, original, field: null });
    cleaner.begin(
      record.members ? membersToFields(record.members, mapper) : cellsToFields(record.cells ?? [], fields ?? columns()),
    );
    const item = layout.read(cleaner);
    const fault = cleaner.problem();
    if (fault) into.rejects.push({ ...fault, row, original });
    else into.items.push({ item, record, corrections: cleaner.corrections() });
  };
};

const cellsToFields = (cells: string[], fields: (string | null)[]): Record<string, string> => {
  const values: Record<string, string> = {};
  for (const [i, field] of fields.entries()) {
    const cell = cells[i];
    if (field !== null && cell !== undefined && cell !== '') values[field] = cell;
  }
  return values;
};

const membersToFields = (members: Record<string, string>, mapper: Mapper): Record<string, string> => {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(members)) {
    const field = mapper.fieldOf(name);
    if (field !== null && value !== '') values[field] = value;
  }
  return values;
};
