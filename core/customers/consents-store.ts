// Rows of consents (the latest word per channel and purpose) and consent_changes (every word, with its proof).
import type { ConsentChange } from '@rapport/sdk/schemas';
import { type Db, dialectOf } from '../data/database.ts';
import { rowSet } from '../data/row-set.ts';
import { query } from '../data/rows.ts';
import { readTime } from './normalise.ts';

export type ConsentRow = {
  customer_id: string;
  channel: string;
  purpose: string;
  status: string;
  source: string | null;
  proof: string | null;
  changed_at: number;
};

const columns = [
  ['id', 'text'],
  ['customer_id', 'text'],
  ['channel', 'text'],
  ['purpose', 'text'],
  ['status', 'text'],
  ['source', 'text'],
  ['proof', 'text'],
  ['at', 'integer'],
] as const;

export const createConsentStore = (db: Db) => {
  const set = rowSet(dialectOf(db), 'given', columns);
  return {
    list: (customerId: string): Promise<ConsentRow[]> =>
      db('consents').where({ customer_id: customerId }).orderBy(['channel', 'purpose']),
    /**
     * Writes every word into the history; the latest by time stands. Returns the customers whose standing consent changed.
     */
    record: async (
      given: readonly (readonly [customerId: string, change: ConsentChange])[],
      { now, newId }: { now: number; newId: () => string },
    ): Promise<Set<string>> => {
      if (given.length === 0) return new Set();
      const rows = given.map(([customerId, change]) => [
        newId(),
        customerId,
        change.channel,
        change.purpose,
        change.status,
        change.source ?? null,
        change.proof ?? null,
        change.changedAt === undefined ? now : Math.min(now, readTime(change.changedAt, '/changedAt')),
      ]);
      await db.raw(
        `insert into consent_changes (id, customer_id, channel, purpose, status, source, proof, at) select id, customer_id, channel, purpose, status, source, proof, at from ${set.sql}`,
        [set.bind(rows)],
      );
      const latest = new Map(
        rows.toSorted((a, b) => Number(a[7]) - Number(b[7])).map((row) => [`${row[1]}\n${row[2]}\n${row[3]}`, row]),
      );
      const changed = await query<{ customer_id: string }>(
        db,
        `insert into consents (customer_id, channel, purpose, status, source, proof, changed_at)
         select customer_id, channel, purpose, status, source, proof, at from ${set.sql} where true
         on conflict (customer_id, channel, purpose) do update set status = excluded.status, source = excluded.source, proof = excluded.proof, changed_at = excluded.changed_at
         where excluded.changed_at >= consents.changed_at
         returning customer_id`,
        [set.bind([...latest.values()])],
      );
      return new Set(changed.map((row) => row.customer_id));
    },
  };
};
