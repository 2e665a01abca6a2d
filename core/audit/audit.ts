// Who did what, written in the transaction of the change itself; `verify` names the first row that does not fit the chain.
import type { Clock } from '../clock.ts';
import type { Db } from '../data/database.ts';
import type { Actor } from '../http/actor.ts';
import { type AuditRow, createAuditStore, genesis, hashOf } from './store.ts';

export type AuditEntry = {
  actor: Pick<Actor, 'kind' | 'id'>;
  /** `noun.past`, like `customer.merged`. */
  action: string;
  subject: { kind: string; id: string };
  /** What changed; never secrets, and of personal data only the names of members. */
  details?: Record<string, unknown>;
};

export type Audit = {
  record: (trx: Db, ...entries: AuditEntry[]) => Promise<void>;
  verify: (db: Db) => Promise<{ rows: number; firstBad: number | null }>;
};

export const createAudit = (deps: { clock: Clock }): Audit => ({
  record: async (trx, ...entries) => {
    if (entries.length === 0) return;
    const store = createAuditStore(trx);
    await store.lockEnd();
    const last = await store.findLast();
    let seq = Number(last?.seq ?? 0);
    let previous = last?.hash ?? genesis;
    const rows = entries.map((entry): AuditRow => {
      const row = {
        seq: ++seq,
        at: deps.clock.now(),
        actor_kind: entry.actor.kind,
        actor_id: entry.actor.id,
        action: entry.action,
        subject_kind: entry.subject.kind,
        subject_id: entry.subject.id,
        details: JSON.stringify(entry.details ?? {}),
        previous_hash: previous,
      };
      previous = hashOf(row);
      return { ...row, hash: previous };
    });
    await store.insert(rows);
  },
  verify: async (db) => {
    const store = createAuditStore(db);
    let previous = genesis;
    let seq = 0;
    for (;;) {
      const rows = await store.listFrom(seq, 1000);
      for (const row of rows) {
        const fits =
          Number(row.seq) === seq + 1 &&
          row.previous_hash === previous &&
          hashOf({ ...row, seq: Number(row.seq), at: Number(row.at) }) === row.hash;
        if (!fits) return { rows: seq, firstBad: Number(row.seq) };
        seq = Number(row.seq);
        previous = row.hash;
      }
      if (rows.length === 0) return { rows: seq, firstBad: null };
    }
  },
});
