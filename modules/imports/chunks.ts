// Writes chunks of an import: the rows, what they counted and the place in the file, in one transaction; and the end of it.
import { type Db, type Faults, type Platform, transactRetrying } from '../../core/index.ts';
import type { Correction } from './cleaning.ts';
import { ImportTakenOver } from './errors.ts';
import type { Layout, Written } from './layout.ts';
import type { Mapper } from './mapping.ts';
import type { RawRecord } from './reader.ts';
import type { Reject, RejectsFile } from './rejects-file.ts';
import { type Checkpoint, createImportStore, type ImportRow } from './store.ts';
import { addCorrections, addCounts, addReject, copyTally } from './tally.ts';

/** A stretch of the file, cleaned: rows to write, and rows refused already. */
export type Chunk = {
  items: { item: unknown; record: RawRecord; corrections: Correction[] }[];
  rejects: Reject[];
  read: number;
  /** Of the file, so far. */
  bytes: number;
};

/**
 * For one run of one import. A chunk is committed whole or not at all: its rows, its counts and the place
 * in the file are one transaction, so an import that goes on elsewhere neither skips a row nor counts one
 * twice. `token` is what makes this run the only writer; when another run took the import over, writing
 * throws IMPORT_TAKEN_OVER and changes nothing.
 */
export const createChunkWriter = (deps: {
  platform: Platform;
  faults: Faults;
  row: ImportRow;
  token: string;
  layout: Layout;
  mapper: Mapper;
  rejects: RejectsFile;
}) => {
  const { platform, faults, row, token, layout, mapper, rejects } = deps;
  const { writer } = platform.database;

  const writeRows = async (trx: Db, items: unknown[]): Promise<Written> =>
    items.length > 0 ? layout.write(trx, items) : { refused: new Map(), created: {}, updated: {} };

  /** What writing would do, undone before anybody sees it. */
  const rehearse = async (items: unknown[]): Promise<Written> => {
    let written: Written | undefined;
    const undo = new Error('rehearsal over');
    await transactRetrying(writer, async (trx) => {
      written = await writeRows(trx, items);
      throw undo;
    }).catch((error: unknown) => {
      if (error !== undo) throw error;
    });
    return written!;
  };

  return {
    /** Commits the chunk with the checkpoint after it. */
    write: async (
      chunk: Chunk,
      state: Checkpoint,
      rate: number,
    ): Promise<{ checkpoint: Checkpoint; cancelAsked: boolean }> => {
      const items = chunk.items.map(({ item }) => item);
      const rehearsed = row.dry_run ? await rehearse(items) : undefined;
      return transactRetrying(writer, async (trx) => {
        const written = rehearsed ?? (await writeRows(trx, items));
        const tally = copyTally(state.tally);
        addCounts(tally.created, written.created);
        addCounts(tally.updated, written.updated);
        const refused = [...chunk.rejects];
        chunk.items.forEach(({ record, corrections }, index) => {
          const problem = written.refused.get(index);
          if (problem) refused.push({ ...problem, row: record.row, original: record.text });
          else addCorrections(tally, record.row, corrections);
        });
        refused.sort((a, b) => a.row - b.row);
        for (const reject of refused) addReject(tally, reject.row, reject);
        const checkpoint: Checkpoint = {
          read: state.read + chunk.read,
          accepted: state.accepted + chunk.read - refused.length,
          rejected: state.rejected + refused.length,
          bytes: chunk.bytes,
          reject_bytes: await rejects.write(state.reject_bytes, refused),
          tally,
          rows_per_second: rate,
          columns: mapper.columns(),
        };
        await faults.hit('import.written');
        const saved = await createImportStore(trx).save(row.id, token, checkpoint, platform.clock.now());
        if (!saved) throw new ImportTakenOver(row.id);
        return { checkpoint, cancelAsked: saved.cancelAsked };
      });
    },

    /** Ends the import and tells it, once: segments are rebuilt by set, nothing is told row by row. */
    finish: (state: Checkpoint, status: 'done' | 'cancelled'): Promise<void> =>
      transactRetrying(writer, async (trx) => {
        const bytes = status === 'done' ? row.file_bytes : state.bytes;
        const held = await createImportStore(trx).finish(row.id, token, { status, bytes }, platform.clock.now());
        if (!held) throw new ImportTakenOver(row.id);
        if (row.dry_run) return;
        const { read, accepted, rejected, tally } = state;
        const counts = { read, accepted, rejected, created: tally.created, updated: tally.updated };
        const facts = layout.facts(mapper.columns().flatMap(({ field }) => (field === null ? [] : [field])));
        await platform.outbox.emit(trx, {
          topic: 'import.finished',
          payload: { importId: row.id, what: row.what, status, facts, ...counts },
        });
        await platform.audit.record(trx, {
          actor: { kind: row.actor_kind, id: row.actor_id },
          action: `import.${status === 'done' ? 'finished' : 'cancelled'}`,
          subject: { kind: 'import', id: row.id },
          details: { what: row.what, ...counts },
        });
      }),
  };
};
