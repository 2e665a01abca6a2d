// Who did what, written in the transaction of the change itself; `verify` names the first row that does not fit the chain.
import type { Clock } from '../clock.ts';
import type { Db } from '../data/database.ts';
import { beforeCommit } from '../data/transact.ts';
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

type Noted = AuditEntry & { at: number };

/** Entries of one transaction are written together at its end: the chain's end is locked only until the commit. */
export const createAudit = (deps: { clock: Clock }): Audit => {
  const noted = new WeakMap<object, Noted[]>();
  return {
    record: async (trx, ...entries) => {
      if (entries.length === 0) return;
      const now = entries.map((entry): Noted => ({ ...entry, at: deps.clock.now() }));
      const earlier = noted.get(trx);
      if (earlier) return void earlier.push(...now);
      noted.set(trx, now);
      await beforeCommit(trx, async (last) => {
        noted.delete(trx);
        await append(last, now);
      });
    },
    verify,
  };
};

const append = async (trx: Db, entries: readonly Noted[]): Promise<void> => {
  const store = createAuditStore(trx);
  await store.lockEnd();
  const last = await store.findLast();
  let seq = Number(last?.seq ?? 0);
  let previous = last?.hash ?? genesis;
  const rows = entries.map((entry): AuditRow => {
    const row = {
      seq: ++seq,
      at: entry.at,
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
};

const verify = async (db: Db): Promise<{ rows: number; firstBad: number | null }> => {
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
};
