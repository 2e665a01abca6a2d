// Asks scorers and recommenders, and keeps what scorers answer. What a plugin fails to answer is left out, with the outcome in
// the plugin's runs: a customer's page never waits for a broken plugin.

import { customersRecommend, customersScore, modelTrain } from '@rapport/sdk/hooks';
import type { Recommendation, Score, ScorerReport } from '@rapport/sdk/schemas';
import {
  type Actor,
  CustomerNotFound,
  defineError,
  defineJob,
  fromJson,
  GiveUp,
  type Hooks,
  type JobContext,
  type Platform,
  presentCustomers,
  toIso,
  toIsoOrNull,
  transact,
} from '../../core/index.ts';
import { createInsightStore, type ScoreRow } from './store.ts';

export const ScorerNotFound = defineError(
  'SCORER_NOT_FOUND',
  404,
  'No enabled plugin provides this scorer.',
  (key: string) => `No scorer ${key} is running here.`,
);

const scorerQueue = 'scorers';
const customersAtOnce = 1000;

type Run = { scorer: string; at: number };
type RunResult = { scored: number; asked: number; removed: number; model: string | null };

export const createInsights = (platform: Platform, hooks: Hooks) => {
  const { database, clock, jobs, audit, outbox } = platform;

  const providerOf = (scorer: string) => hooks.providersOf(customersScore.name, { provider: scorer })[0];

  /** Builds the model where the scorer has one, then asks for everybody, a thousand at a time. */
  const run = async ({ scorer, at }: Run, context: JobContext): Promise<RunResult> => {
    const provider = providerOf(scorer);
    if (!provider) throw new GiveUp(`No enabled plugin provides the scorer ${scorer}.`);
    const startedAt = clock.now();
    const model = await train(scorer, at);
    const result: RunResult = { scored: 0, asked: 0, removed: 0, model };
    let after = '';
    for (;;) {
      const found = await createInsightStore(database.reader).listCustomersAfter(after, customersAtOnce);
      const customers = await presentCustomers(database.reader, found, at);
      if (customers.length === 0) break;
      context.signal.throwIfAborted();
      const [answer] = await hooks.collect(
        customersScore,
        { at: toIso(at), customers },
        { plugin: provider.plugin, provider: scorer },
      );
      if (answer?.kind !== 'ok')
        throw new Error(`The scorer answered ${answer?.kind ?? 'nothing'}: ${answer?.reason ?? ''}`);
      const asked = new Set(customers.map(({ id }) => id));
      const version = `${provider.plugin}${model ? ` ${model}` : ''}`;
      const rows = answer.value
        .filter(({ customer }) => asked.has(customer))
        .map((score) => toRow(score, scorer, version, startedAt));
      await transact(database.writer, (trx) => createInsightStore(trx).upsertScores(rows));
      result.asked += customers.length;
      result.scored += rows.length;
      after = customers.at(-1)!.id;
      await context.progress({ asked: result.asked, scored: result.scored });
    }
    await transact(database.writer, async (trx) => {
      result.removed = await createInsightStore(trx).deleteStale(scorer, startedAt);
      // Segments over this score are brought up to date by set, as after an import.
      await outbox.emit(trx, { topic: 'import.finished', payload: { what: 'scores', facts: [`score.${scorer}`] } });
    });
    return result;
  };

  const train = async (scorer: string, at: number): Promise<string | null> => {
    if (hooks.providersOf(modelTrain.name, { provider: scorer }).length === 0) return null;
    const [trained] = await hooks.collect(modelTrain, { at: toIso(at) }, { provider: scorer });
    if (trained?.kind !== 'ok')
      throw new Error(`Building the model came to ${trained?.kind ?? 'nothing'}: ${trained?.reason ?? ''}`);
    return trained.value.version;
  };

  return {
    jobs: [defineJob<Run>({ queue: scorerQueue, keep: true, handle: run })],
    scorers: () => hooks.providersOf(customersScore.name).map(({ plugin, provider }) => ({ scorer: provider, plugin })),
    scoresOf: (customerId: string): Promise<Score[]> => createInsightStore(database.reader).listScores(customerId),
    /** Queues a run over everybody; answers the job's id. */
    startRun: async (scorer: string, at: number | undefined, actor: Actor): Promise<string> => {
      if (!providerOf(scorer)) throw new ScorerNotFound(scorer);
      return transact(database.writer, async (trx) => {
        const [job] = await jobs.enqueue(trx, {
          queue: scorerQueue,
          key: scorer,
          maxAttempts: 3,
          payload: { scorer, at: at ?? clock.now() } satisfies Run,
        });
        await audit.record(trx, {
          actor,
          action: 'scorer.started',
          subject: { kind: 'scorer', id: scorer },
          details: { job },
        });
        return job!;
      });
    },
    report: async (scorer: string): Promise<ScorerReport> => {
      const store = createInsightStore(database.reader);
      const figures = await store.describe(scorer);
      const provider = providerOf(scorer);
      if (!provider && Number(figures.customers) === 0) throw new ScorerNotFound(scorer);
      const recent = await jobs.listKept(scorerQueue, scorer, 20);
      return {
        scorer,
        plugin: provider?.plugin ?? null,
        customers: Number(figures.customers),
        lastRunAt: toIsoOrNull(figures.last === null ? null : Number(figures.last)),
        minimum: figures.minimum,
        average: figures.average === null ? null : Number(figures.average),
        maximum: figures.maximum,
        labels: (await store.countLabels(scorer)).map(({ label, customers }) => ({
          label,
          customers: Number(customers),
        })),
        runs: recent.map((job) => ({
          id: job.id,
          status: job.status,
          startedAt: toIso(Number(job.created_at)),
          finishedAt: toIsoOrNull(job.finished_at === null ? null : Number(job.finished_at)),
          scored: fromJson<{ scored?: number } | null>(job.result ?? job.progress ?? 'null')?.scored ?? 0,
          reason: job.last_error,
        })),
      };
    },
    recommendationsFor: async (
      customerId: string,
      options: { shelf?: string; limit: number },
    ): Promise<Recommendation[]> => {
      const store = createInsightStore(database.reader);
      const found = await store.findCustomer(customerId);
      if (!found) throw new CustomerNotFound(customerId);
      const customers = await presentCustomers(database.reader, [found], clock.now());
      const providers = hooks.providersOf(customersRecommend.name, options.shelf ? { provider: options.shelf } : {});
      const answers = await Promise.all(
        [...new Set(providers.map(({ provider }) => provider))].map((shelf) =>
          hooks.collect(
            customersRecommend,
            { shelf, limit: options.limit, at: toIso(clock.now()), customers },
            { provider: shelf },
          ),
        ),
      );
      const items = answers
        .flat()
        .flatMap((answer) =>
          answer.kind === 'ok'
            ? answer.value
                .filter((one) => one.customer === customerId)
                .flatMap((one) => one.items.map((item) => ({ ...item, shelf: answer.provider, plugin: answer.plugin })))
            : [],
        );
      const products = await store.findProducts([...new Set(items.map(({ sku }) => sku))]);
      return items.map((item) => {
        const product = products.get(item.sku);
        return {
          ...item,
          name: product?.name ?? null,
          category: product?.category ?? null,
          price: product?.price ?? null,
          currency: product?.currency ?? null,
        };
      });
    },
  };

  function toRow(
    score: { customer: string; value: number; label?: string; reasons?: string[] },
    scorer: string,
    version: string,
    at: number,
  ): ScoreRow {
    return {
      customer_id: score.customer,
      scorer,
      value: score.value,
      label: score.label ?? null,
      reasons: JSON.stringify(score.reasons ?? []),
      version,
      computed_at: at,
    };
  }
};

export type Insights = ReturnType<typeof createInsights>;
