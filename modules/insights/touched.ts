// New orders and events score those they touch again, for scorers whose manifest says that they can score one customer
// (`incremental`). Noted in the transaction of the change, scored in batches within a minute, each scorer by itself. What cannot
// be scored after a few attempts is left to the next run over everybody.
import {
  type Change,
  type Consumer,
  type Db,
  defineJob,
  type JobContext,
  NotNow,
  type Platform,
  transact,
  transactRetrying,
} from '../../core/index.ts';
import { createRequestStore, type RequestRow } from './requests-store.ts';
import type { Runs } from './runs.ts';
import { createRunStore } from './runs-store.ts';
import type { Scorers } from './scorers.ts';
import type { Scoring } from './scoring.ts';
import { createInsightStore } from './store.ts';

const queueName = 'scores-touched';
const lookMs = 10_000;
const customersAtOnce = 500;
const mostAttempts = 3;

type Touched = { scorer: string };
type Touch = 'orders' | 'events' | 'any';

const touchOf = ({ kind }: Change): Touch | undefined => {
  if (kind === 'order' || kind === 'refund') return 'orders';
  if (kind === 'event') return 'events';
  // What two customers bought is one history now, or two again.
  return kind === 'merged' ? 'any' : undefined;
};

/**
 * A score is new within seconds to a minute of the order, not with it. Requests stay until their scores
 * are committed, so that a process that stops loses none; a customer may be scored twice.
 */
export const createTouched = (
  platform: Platform,
  deps: { scorers: Scorers; scoring: Scoring; runs: Pick<Runs, 'request'> },
) => {
  const { database, clock, ids, jobs, log } = platform;
  let timer: NodeJS.Timeout | undefined;

  const note = async (trx: Db, changes: readonly Change[]): Promise<void> => {
    // A batch of a thousand events touches in one way: its scorers are looked up once.
    const scorersOf = new Map<Touch, string[]>();
    const pairs = new Set<string>();
    for (const change of changes) {
      const touch = touchOf(change);
      if (!touch) continue;
      const scorers = scorersOf.get(touch) ?? deps.scorers.touchedBy(touch);
      scorersOf.set(touch, scorers);
      for (const scorer of scorers) pairs.add(`${scorer} ${change.customerId}`);
    }
    if (pairs.size === 0) return;
    const created_at = clock.now();
    await createRequestStore(trx).insert(
      [...pairs].map((pair): RequestRow => {
        const [scorer, customer_id] = pair.split(' ') as [string, string];
        return { id: ids.next(), scorer, customer_id, created_at };
      }),
    );
  };

  /** Answers how many requests it worked. */
  const workBatch = async (scorer: string): Promise<number> => {
    const requests = await createRequestStore(database.reader).list(scorer, customersAtOnce);
    if (requests.length === 0) return 0;
    const done = requests.map(({ id }) => id);
    const chosen = await deps.scorers.find(scorer);
    if (!chosen?.declared.incremental) {
      await createRequestStore(database.writer).remove(done);
      return requests.length;
    }
    const { plugin } = chosen;
    const at = clock.now();
    const asked = await createInsightStore(database.reader).listCustomersOf([
      ...new Set(requests.map(({ customer_id }) => customer_id)),
    ]);
    const scores = asked.length > 0 ? await deps.scoring.ask({ scorer, plugin, customers: asked, at }) : [];
    const model = await createRunStore(database.reader).findModel(scorer, plugin);
    const version = model ? `${plugin} ${model}` : plugin;
    await transactRetrying(database.writer, async (trx) => {
      await deps.scoring.write(trx, { scorer, version, asked, scores, readAt: at, tell: true });
      await createRequestStore(trx).remove(done);
    });
    return requests.length;
  };

  const handle = async ({ scorer }: Touched, { signal, job }: JobContext): Promise<void> => {
    try {
      while ((await workBatch(scorer)) === customersAtOnce) signal.throwIfAborted();
    } catch (error) {
      if (signal.aborted || !job.lastAttempt || error instanceof NotNow) throw error;
      const left = await createRequestStore(database.writer).list(scorer, customersAtOnce);
      await createRequestStore(database.writer).remove(left.map(({ id }) => id));
      throw error;
    }
  };

  /** Queues a job for each scorer that has requests; at most one waits at a time. */
  const look = async (): Promise<void> => {
    const scorers = await createRequestStore(database.reader).listScorers();
    if (scorers.length === 0) return;
    await jobs.enqueue(
      database.writer,
      ...scorers.map((scorer) => ({
        queue: queueName,
        key: scorer,
        uniqueKey: scorer,
        maxAttempts: mostAttempts,
        payload: { scorer } satisfies Touched,
      })),
    );
  };

  /** An import writes its orders and events without a change for each: everybody is scored once, quietly, after it. */
  const afterImport: Consumer = {
    name: 'insights',
    topics: ['import.finished'],
    concurrency: 1,
    handle: async ({ payload }) => {
      const { facts } = payload as { facts: string[] };
      const touched = (['orders', 'events'] as const)
        .filter((touch) => facts.includes(touch))
        .flatMap((touch) => deps.scorers.touchedBy(touch));
      for (const scorer of new Set(touched))
        await transact(database.writer, async (trx) => {
          if (await createRunStore(trx).findWaiting(scorer)) return;
          const chosen = await deps.scorers.find(scorer);
          if (chosen) await deps.runs.request(trx, { scorer, kind: chosen.trains ? 'train' : 'score', tell: false });
        });
    },
  };

  return {
    note,
    look,
    afterImport,
    /** Scorers with requests that are not worked yet. */
    waiting: (): Promise<string[]> => createRequestStore(database.writer).listScorers(),
    job: defineJob<Touched>({ queue: queueName, concurrency: 8, handle }),
    start: (): void => {
      timer = setInterval(() => {
        look().catch((error: unknown) => log.warn({ err: error }, 'touched customers could not be queued'));
      }, lookMs);
      timer.unref();
    },
    stop: (): void => clearInterval(timer),
  };
};
