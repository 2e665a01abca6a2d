// What the world must hear is a row first, in the transaction of the change. The dispatcher hands each row to its consumers
// as one job per consumer, keyed by customer: at least once, in order per customer, a poison row holds up only its own consumer.
import type { Clock, Ids } from '../clock.ts';
import type { Database, Db } from '../data/database.ts';
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
  /** Asked when a row is written: false for all consumers means the row is not written at all. */
  wants: (topic: string) => boolean;
  handle: (notice: Notice, context: JobContext) => Promise<unknown>;
  concurrency?: number;
};

const dispatchAtOnce = 200;

export const createOutbox = (deps: { database: Database; jobs: Jobs; clock: Clock; ids: Ids; log: Log }) => {
  const { database, jobs, clock, ids, log } = deps;
  const consumers: Consumer[] = [];
  let dispatching: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  const dispatchBatch = (): Promise<number> =>
    transact(database.writer, async (trx) => {
      const rows = await createOutboxStore(trx).take(dispatchAtOnce);
      const out = rows.flatMap((row) =>
        consumers.filter((c) => c.wants(row.topic)).map((consumer) => toJob(consumer, row)),
      );
      if (out.length > 0) await jobs.enqueue(trx, ...out);
      return rows.length;
    });

  const dispatch = async (): Promise<void> => {
    do {
      again = false;
      while (!stopped && (await dispatchBatch()) === dispatchAtOnce);
    } while (again && !stopped);
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
    /** True when somebody listens; callers may skip building a payload otherwise. */
    wants: (topic: string): boolean => consumers.some((consumer) => consumer.wants(topic)),
    emit: async (trx: Db, ...notices: { topic: string; customerId?: string; payload: unknown }[]): Promise<void> => {
      const now = clock.now();
      const rows = notices
        .filter((notice) => consumers.some((consumer) => consumer.wants(notice.topic)))
        .map((notice) => ({
          id: ids.next(),
          topic: notice.topic,
          customer_id: notice.customerId ?? null,
          payload: JSON.stringify(notice.payload),
          created_at: now,
        }));
      if (rows.length === 0) return;
      await createOutboxStore(trx).insert(rows);
      afterCommit(trx, kick);
    },
    consume: (consumer: Consumer): void => {
      consumers.push(consumer);
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

const toJob = (consumer: Consumer, row: OutboxRow): NewJob => ({
  queue: `outbox:${consumer.name}`,
  key: row.customer_id ?? undefined,
  uniqueKey: row.id,
  payload: {
    id: row.id,
    topic: row.topic,
    customerId: row.customer_id,
    payload: JSON.parse(row.payload) as unknown,
    at: Number(row.created_at),
  } satisfies Notice,
});
