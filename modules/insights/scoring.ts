// One batch: asks a scorer about customers and writes what it says, in one transaction with what follows from it. Whoever was
// merged away or erased since they were read gets no score; a score that was read later is not replaced.

import type { Outcome } from '@rapport/sdk';
import { customersScore, type Score } from '@rapport/sdk/hooks';
import {
  type Change,
  type CustomerRead,
  type Db,
  type Hooks,
  NotNow,
  type Platform,
  presentCustomers,
  toIso,
} from '../../core/index.ts';
import { scorersGeneration } from './facts.ts';
import { hasScores } from './scorers-store.ts';
import { createInsightStore, type KnownScore, type ScoreRow } from './store.ts';

/** `at` (ms) is the moment the customers are shown as of. */
export type Asked = { scorer: string; plugin: string; customers: readonly CustomerRead[]; at: number };
/** A customer who was asked about and has no score in the answer loses the one they had. */
export type Answered = {
  scorer: string;
  /** Plugin and model, as it is shown beside the score. */
  version: string;
  asked: readonly CustomerRead[];
  scores: readonly Score[];
  /** When the customers were read (ms). */
  readAt: number;
  /** Whether alerts and subscribers are told of each change. */
  tell: boolean;
};
/** Customers: given a score, of them with a new value or label, and those whose score went. */
export type Written = { scored: number; changed: number; removed: number };

export type Scoring = ReturnType<typeof createScoring>;

export const createScoring = (platform: Platform, hooks: Hooks) => {
  const { database, changes, outbox, generations } = platform;

  return {
    /** Throws `NotNow` while the plugin is not available, an error for every other outcome. */
    ask: async ({ scorer, plugin, customers, at }: Asked): Promise<readonly Score[]> => {
      const [answer] = await hooks.collect(
        customersScore,
        { at: toIso(at), customers: await presentCustomers(database.reader, customers, at) },
        { plugin, provider: scorer },
      );
      if (answer?.kind === 'ok') return answer.value;
      throw failureOf(answer);
    },

    /** In the caller's transaction. */
    write: async (trx: Db, { scorer, version, asked, scores, readAt, tell }: Answered): Promise<Written> => {
      const store = createInsightStore(trx);
      const living = await store.lockLiving(asked.map(({ id }) => id));
      const known = new Map((await store.listKnown(scorer, [...living])).map((row) => [row.customer_id, row]));
      const mayReplace = (id: string): boolean => {
        const before = known.get(id);
        return living.has(id) && (before === undefined || Number(before.computed_at) <= readAt);
      };
      const rows = new Map<string, ScoreRow>();
      for (const score of scores)
        if (mayReplace(score.customer)) rows.set(score.customer, toRow(score, scorer, version, readAt));
      const removed = [...known.keys()].filter((id) => !rows.has(id) && mayReplace(id));
      const changed = [...rows.values()].filter((row) => differs(row, known.get(row.customer_id)));
      const wasThere = await hasScores(trx, scorer);
      await store.upsertScores([...rows.values()]);
      await store.deleteScores(scorer, removed);
      if (wasThere !== (await hasScores(trx, scorer))) await generations.raise(trx, scorersGeneration);
      if (tell) await announce(trx, scorer, changed, removed, known, readAt);
      return { scored: rows.size, changed: changed.length, removed: removed.length };
    },
  };

  async function announce(
    trx: Db,
    scorer: string,
    changed: readonly ScoreRow[],
    removed: readonly string[],
    known: ReadonlyMap<string, KnownScore>,
    at: number,
  ): Promise<void> {
    const moved = [
      ...changed.map(({ customer_id: id, value, label }) => ({ id, value, label })),
      ...removed.map((id) => ({ id, value: null, label: null })),
    ];
    await outbox.emit(
      trx,
      ...moved.map(({ id, value, label }) => ({
        topic: 'score.changed',
        customerId: id,
        payload: {
          customerId: id,
          scorer,
          value,
          label,
          before: { value: known.get(id)?.value ?? null, label: known.get(id)?.label ?? null },
          at: toIso(at),
        },
      })),
    );
    await changes.publish(
      trx,
      moved.map(({ id }): Change => ({ customerId: id, kind: 'score', facts: [`score.${scorer}`], at })),
    );
  }
};

/** An outcome that is no answer, as the error a job understands: `NotNow` for a plugin that is not available. */
export const failureOf = (outcome: Exclude<Outcome, { kind: 'ok' }> | undefined): Error => {
  if (!outcome) return new NotNow('No plugin that is on offers it.', 0);
  const said = `${outcome.kind}: ${outcome.reason}`;
  return outcome.kind === 'unavailable' ? new NotNow(said, outcome.until) : new Error(said);
};

const differs = (row: ScoreRow, before: KnownScore | undefined): boolean =>
  before === undefined || before.value !== row.value || before.label !== row.label;

const toRow = (score: Score, scorer: string, version: string, at: number): ScoreRow => ({
  customer_id: score.customer,
  scorer,
  value: score.value,
  label: score.label ?? null,
  reasons: JSON.stringify(score.reasons ?? []),
  version,
  computed_at: at,
});
