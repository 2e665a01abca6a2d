// A notice is a row first, in the transaction of the change. The dispatcher hands each row to its consumers as one job per consumer,
// keyed by customer: at least once, in order per customer, a poison row holds up only its own consumer. Who is subscribed is in the
// database, so that a second node, a command and a test write the same rows.

import { causedDepth } from '../causes.ts';
import type { Clock, Ids } from '../clock.ts';
import type { Database, Db } from '../data/database.ts';
import type { Generations } from '../data/generations.ts';
import { afterCommit, transact } from '../data/transact.ts';
import type { Log } from '../log.ts';
import type { JobContext, Jobs, NewJob } from './jobs.ts';
import { createOutboxStore, type OutboxRow } from './outbox-store.ts';

export type Notice = {
  id: string;
  /** `noun.past`, like `segment.entered`. */
  topic: string;
  customerId: string | null;
  payload: unknown;
  at: number;
};

export type Consumer = {
  name: string;
  /**
   * Fixed, or read from the database again when the generation of its module was raised. A notice that nobody is subscribed to when
   * it is emitted is not written at all.
   */
  topics: readonly string[] | { generation: string; read: (db: Db) => Promise<Iterable<string>> };
  handle: (notice: Notice, context: JobContext) => Promise<unknown>;
  concurrency?: number;
};

const dispatchAtOnce = 200;

type Subscriber = { consumer: Consumer; topicsIn: (db: Db) => Promise<ReadonlySet<string>> };

export const createOutbox = (deps: {
  database: Database;
  jobs: Jobs;
  generations: Generations;
  clock: Clock;
  ids: Ids;
  log: Log;
}) => {
  const { database, jobs, generations, clock, ids, log } = deps;
  const subscribers: Subscriber[] = [];
  let dispatching: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  const dispatchBatch = (): Promise<number> =>
    transact(database.writer, async (trx) => {
      const rows = await createOutboxStore(trx).take(dispatchAtOnce);
      const out: NewJob[] = [];
      for (const { consumer, topicsIn } of rows.length > 0 ? subscribers : []) {
        const topics = await topicsIn(trx);
        for (const row of rows) if (topics.has(row.topic)) out.push(toJob(consumer, row));
      }
      if (out.length > 0) await jobs.enqueue(trx, ...out);
      return rows.length;
    });

  const dispatch = async (): Promise<void> => {
    do {
      again = false;
      while (!stopped && (await dispatchBatch()) === dispatchAtOnce);
    } while (again && !stopped);
  };

  /** Whether a notice of this topic would be written: callers skip building a payload otherwise. */
  const isSubscribed = async (db: Db, topic: string): Promise<boolean> => {
    for (const { topicsIn } of subscribers) if ((await topicsIn(db)).has(topic)) return true;
    return false;
  };

  const kick = (): void => {
    again = true;
    if (dispatching || stopped) return;
    dispatching = dispatch()
      .catch((error: unknown) => log.warn({ err: error }, 'outbox could not be dispatched'))
      .finally(() => {
        dispatching = undefined;
      });
  };

  let timer: NodeJS.Timeout | undefined;
  return {
    isSubscribed,
    /** In the transaction of the change. */
    emit: async (trx: Db, ...notices: { topic: string; customerId?: string; payload: unknown }[]): Promise<void> => {
      if (notices.length === 0) return;
      const topics = new Set<string>();
      for (const topic of new Set(notices.map((notice) => notice.topic)))
        if (await isSubscribed(trx, topic)) topics.add(topic);
      const now = clock.now();
      const rows = notices
        .filter(({ topic }) => topics.has(topic))
        .map((notice) => ({
          id: ids.next(),
          topic: notice.topic,
          customer_id: notice.customerId ?? null,
          payload: JSON.stringify(notice.payload),
          depth: causedDepth(),
          created_at: now,
        }));
      if (rows.length === 0) return;
      await createOutboxStore(trx).insert(rows);
      afterCommit(trx, kick);
    },
    consume: (consumer: Consumer): void => {
      subscribers.push({ consumer, topicsIn: createTopics(consumer, generations) });
      jobs.work<Notice>({
        queue: `outbox:${consumer.name}`,
        handle: consumer.handle,
        concurrency: consumer.concurrency ?? 16,
        subject: ({ customerId }) => (customerId === null ? [] : [customerId]),
      });
    },
    start: (): void => {
      kick();
      timer = setInterval(kick, 2000);
      timer.unref();
    },
    stop: async (): Promise<void> => {
      stopped = true;
      clearInterval(timer);
      await dispatching;
    },
  };
};

export type Outbox = ReturnType<typeof createOutbox>;

const createTopics = ({ topics }: Consumer, generations: Generations): ((db: Db) => Promise<ReadonlySet<string>>) => {
  if (!('read' in topics)) {
    const fixed = new Set(topics);
    return async () => fixed;
  }
  let kept: { generation: number; topics: ReadonlySet<string> } | undefined;
  return async (db) => {
    const generation = await generations.valueIn(db, topics.generation);
    if (kept && kept.generation === generation) return kept.topics;
    const read = new Set(await topics.read(db));
    if (generation !== undefined) kept = { generation, topics: read };
    return read;
  };
};

const toJob = (consumer: Consumer, row: OutboxRow): NewJob => ({
  queue: `outbox:${consumer.name}`,
  key: row.customer_id ?? undefined,
  uniqueKey: row.id,
  depth: row.depth,
  payload: {
    id: row.id,
    topic: row.topic,
    customerId: row.customer_id,
    payload: JSON.parse(row.payload) as unknown,
    at: Number(row.created_at),
  } satisfies Notice,
});
