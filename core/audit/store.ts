// Rows of the audit: append-only, each hash over the row before it, so that a changed or missing row shows.
import { createHash } from 'node:crypto';
import { type Db, dialectOf } from '../data/database.ts';

export type AuditRow = {
  seq: number;
  at: number;
  actor_kind: string;
  actor_id: string;
  action: string;
  subject_kind: string;
  subject_id: string;
  details: string;
  previous_hash: string;
  hash: string;
};

export const genesis = '0'.repeat(64);

export const hashOf = (row: Omit<AuditRow, 'hash'>): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        row.seq,
        row.at,
        row.actor_kind,
        row.actor_id,
        row.action,
        row.subject_kind,
        row.subject_id,
        row.details,
        row.previous_hash,
      ]),
    )
    .digest('hex');

export const createAuditStore = (db: Db) => ({
  /** Waits for the chain's end on PostgreSQL; on SQLite the writer is alone anyway. Held until the transaction ends. */
  lockEnd: async (): Promise<void> => {
    if (dialectOf(db) === 'postgres') await db.raw('select pg_advisory_xact_lock(7421001)');
  },
  findLast: (): Promise<Pick<AuditRow, 'seq' | 'hash'> | undefined> =>
    db('audit').select('seq', 'hash').orderBy('seq', 'desc').first(),
  insert: (rows: AuditRow[]) => db.batchInsert('audit', rows, 50),
  listFrom: (seq: number, limit: number): Promise<AuditRow[]> =>
    db('audit').where('seq', '>', seq).orderBy('seq').limit(limit),
});
