// Runs over everybody: builds the model where the scorer has one, then asks about all customers, a thousand at a time. Each batch
// commits with its memberships, alerts and notices, so that a run which ends half-way leaves nothing half told; the next attempt
// starts again and changes only what is not right yet. Runs of one scorer come one after another; those of one publisher
// have a few places, so that whoever loops or waits delays nobody else.

import { modelTrain } from '@rapport/sdk/hooks';
import type { ScorerRunKind } from '@rapport/sdk/schemas';
import {
  type Actor,
  type Db,
  defineJob,
  GiveUp,
  type Hooks,
  type JobContext,
  NotNow,
  type Platform,
  toIso,
  transact,
  transactRetrying,
} from '../../core/index.ts';
import { createRunStore, type RunRow } from './runs-store.ts';
import type { Chosen, Scorers } from './scorers.ts';
import { failureOf, type Scoring } from './scoring.ts';
import { createInsightStore } from './store.ts';

/** Jobs' key is the scorer. */
export const scorerQueue = 'scorers';
const atOnce = { customers: 1000, runs: 12, ofPublisher: 3 };
/** A run that meets all places of its publisher taken comes back after this long. */
const placeMs = 1000;
/** A plugin that is not available costs no attempt. */
const mostAttempts = 3;

type Run = { scorer: string; at: number | null };
/**
 * `at` (ms) is the moment customers are looked at as of; the moment of each batch when absent. `tell`
 * false writes scores without alerts and notices.
 */
export type NewRun = { scorer: string; kind: ScorerRunKind; tell: boolean; at?: number };

export type Runs = ReturnType<typeof createRuns>;

/**
 * A run answers nothing to its caller: it is queued, and its row says how far it has come. `start` throws
 * SCORER_NOT_FOUND. 12 runs at once in a process, 3 of one publisher.
 */
export const createRuns = (platform: Platform, deps: { hooks: Hooks; scorers: Scorers; scoring: Scoring }) => {
  const { database, clock, jobs, outbox, audit } = platform;
  const { hooks, scorers, scoring } = deps;
  const store = createRunStore(database.writer);
  const taken = new Map<string, number>();

  const train = async ({ scorer, plugin }: Chosen, at: number): Promise<string> => {
    const [trained] = await hooks.collect(modelTrain, { at: toIso(at) }, { plugin, provider: scorer });
    if (trained?.kind === 'ok') return trained.value.version;
    throw failureOf(trained);
  };

  const scoreAll = async (run: RunRow, chosen: Chosen, at: number | null, context: JobContext): Promise<RunRow> => {
    const { scorer, plugin } = chosen;
    const version = run.model ? `${plugin} ${run.model}` : plugin;
    const reads = createInsightStore(database.reader);
    let now = { ...run, total: await reads.countLiving(), asked: 0, scored: 0, changed: 0, removed: 0 };
    let after = '';
    for (;;) {
      context.signal.throwIfAborted();
      const readAt = clock.now();
      const customers = await reads.listCustomersAfter(after, atOnce.customers);
      if (customers.length === 0) return now;
      const scores = await scoring.ask({ scorer, plugin, customers, at: at ?? readAt });
      const counted = now;
      now = await transactRetrying(database.writer, async (trx) => {
        const done = await scoring.write(trx, { scorer, version, asked: customers, scores, readAt, tell: run.told });
        const next = {
          ...counted,
          asked: counted.asked + customers.length,
          scored: counted.scored + done.scored,
          changed: counted.changed + done.changed,
          removed: counted.removed + done.removed,
        };
        const { total, asked, scored, changed, removed } = next;
        await createRunStore(trx).change(run.id, { total, asked, scored, changed, removed });
        return next;
      });
      after = customers.at(-1)!.id;
    }
  };

  const attempt = async (run: RunRow, chosen: Chosen, at: number | null, context: JobContext): Promise<RunRow> => {
    const started = { plugin: chosen.plugin, status: 'running' as const, started_at: clock.now(), reason: null };
    await store.change(run.id, started);
    const trained = run.kind === 'train' && chosen.trains;
    const model = trained
      ? await train(chosen, at ?? started.started_at)
      : await createRunStore(database.reader).findModel(run.scorer, chosen.plugin);
    if (trained) await store.change(run.id, { model });
    const done = await scoreAll({ ...run, ...started, model }, chosen, at, context);
    const finished_at = clock.now();
    await transact(database.writer, async (trx) => {
      await createRunStore(trx).change(run.id, { status: 'done', finished_at });
      await outbox.emit(trx, { topic: 'scorer.finished', payload: payloadOf({ ...done, finished_at }) });
    });
    return done;
  };

  const handle = async ({ scorer, at }: Run, context: JobContext): Promise<unknown> => {
    const run = await store.find(context.job.id);
    if (!run) throw new GiveUp('The run is gone.');
    const chosen = await scorers.find(scorer);
    if (!chosen) {
      await store.change(run.id, {
        status: 'failed',
        finished_at: clock.now(),
        reason: 'No plugin that is on offers it.',
      });
      throw new GiveUp(`No enabled plugin provides the scorer ${scorer}.`);
    }
    const publisher = chosen.plugin.split('/')[0]!;
    const busy = taken.get(publisher) ?? 0;
    if (busy >= atOnce.ofPublisher) throw new NotNow(`${publisher} has ${busy} runs under way.`, clock.now() + placeMs);
    taken.set(publisher, busy + 1);
    try {
      const { asked, scored, changed, removed } = await attempt(run, chosen, at, context);
      return { asked, scored, changed, removed };
    } catch (error) {
      throw await failed(run, error as Error, context);
    } finally {
      taken.set(publisher, taken.get(publisher)! - 1);
    }
  };

  /** Puts the run back or ends it; answers what the job is to throw: it counts the attempts. */
  const failed = async (run: RunRow, error: Error, context: JobContext): Promise<Error> => {
    if (context.signal.aborted) return error;
    const reason = (error.message || String(error)).slice(0, 2000);
    const over = context.job.lastAttempt && !(error instanceof NotNow);
    await store.change(run.id, {
      status: over ? 'failed' : 'waiting',
      reason,
      ...(over && { finished_at: clock.now() }),
    });
    return error;
  };

  /** In the caller's transaction; answers the id of the run, which is the job's. */
  const request = async (trx: Db, { scorer, kind, tell, at }: NewRun): Promise<string> => {
    const [id] = await jobs.enqueue(trx, {
      queue: scorerQueue,
      key: scorer,
      maxAttempts: mostAttempts,
      payload: { scorer, at: at ?? null } satisfies Run,
    });
    await createRunStore(trx).insert({ id: id!, scorer, kind, told: tell, queued_at: clock.now() });
    return id!;
  };

  return {
    job: defineJob<Run>({ queue: scorerQueue, keep: true, concurrency: atOnce.runs, handle }),
    request,
    /** A run that somebody asks for. */
    start: async (wanted: { scorer: string; train: boolean; tell: boolean; at?: number }, actor: Actor) => {
      const { scorer, tell, at } = wanted;
      const { trains } = await scorers.get(scorer);
      const kind = wanted.train && trains ? 'train' : 'score';
      return transact(database.writer, async (trx) => {
        const job = await request(trx, { scorer, kind, tell, at });
        await audit.record(trx, {
          actor,
          action: 'scorer.started',
          subject: { kind: 'scorer', id: scorer },
          details: { job, kind, tell },
        });
        return job;
      });
    },
  };
};

const payloadOf = (run: RunRow) => ({
  run: run.id,
  scorer: run.scorer,
  plugin: run.plugin,
  kind: run.kind,
  told: run.told,
  asked: run.asked,
  scored: run.scored,
  changed: run.changed,
  removed: run.removed,
  /** Facts of rules that may differ now. */
  facts: [`score.${run.scorer}`],
  at: toIso(run.finished_at!),
});
