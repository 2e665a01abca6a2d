// An import as the API shows it. Cells of people's rows are shown only to those who may see personal data.

import type { Import } from '@rapport/sdk/schemas';
import { toIso, toIsoOrNull } from '../../core/index.ts';
import type { ImportRow } from './store.ts';

/** Times in ISO-8601. `percent` is of bytes and below 100 until the import is done. */
export const showImport = (row: ImportRow, personal: boolean): Import => ({
  id: row.id,
  what: row.what,
  status: row.status,
  dryRun: row.dry_run,
  fileName: row.file_name,
  columns: row.columns,
  progress: {
    bytes: row.bytes,
    bytesTotal: row.file_bytes,
    percent: row.status === 'done' ? 100 : percentOf(row),
    rowsPerSecond: row.rows_per_second,
    etaSeconds: row.status === 'running' ? etaSeconds(row) : null,
  },
  read: row.read,
  accepted: row.accepted,
  rejected: row.rejected,
  created: row.tally.created,
  updated: row.tally.updated,
  rejectedBy: row.tally.rejectedBy,
  corrected: row.tally.corrected,
  corrections: row.tally.corrections.map((c) => (personal ? c : { ...c, from: null, to: null })),
  // A reason quotes the cell it is about.
  rejects: row.tally.rejects.map((r) => (personal ? r : { ...r, reason: '***' })),
  error: row.error,
  jobId: row.job_id,
  createdBy: row.actor_id,
  createdAt: toIso(row.created_at),
  startedAt: toIsoOrNull(row.started_at),
  finishedAt: toIsoOrNull(row.finished_at),
});

const percentOf = ({ bytes, file_bytes: total }: ImportRow): number =>
  total === 0 ? 0 : Math.min(99.9, Math.round((bytes * 1000) / total) / 10);

/** What is left, in rows as long as those read, at the rate they went. */
export const etaSeconds = (
  row: Pick<ImportRow, 'bytes' | 'read' | 'rows_per_second'> & { file_bytes: number },
): number | null => {
  if (row.bytes === 0 || row.rows_per_second === 0) return null;
  const rowsLeft = (row.read * (row.file_bytes - row.bytes)) / row.bytes;
  return Math.max(0, Math.ceil(rowsLeft / row.rows_per_second));
};
