// Generations on PostgreSQL. A node keeps one connection of its own: it listens, reads the generations once a second, and holds a
// shared advisory lock with the sum of the generations it works with. What it holds in memory counts as current for `leaseMs` after
// the last reading began, so a call costs no query. Whoever commits a change waits until nobody holds an older lock, or for
// `leaseMs`: then a node that hangs, or whose connection is lost, has let its memory expire and reads before it goes on.
// A node without such a connection (a command, a lost server) reads each time. It needs sessions: a pooler in transaction mode
// between Rapport and PostgreSQL leaves the one query a second. Limit: a connection ended from the server's side frees its lock at
// once, and the node notices a moment later.
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { createGenerationStore, generationChannel, generationLocks } from './generations-store.ts';
import type { Values, Watch, WatchDeps } from './generations-watch.ts';

const pollMs = 1000;
const leaseMs = 2500;
const reconnectMs = 500;

type Session = { client: pg.Client; held: number; busy: Promise<void> };

export const watchPostgres = (deps: WatchDeps): Watch => {
  const { database, log } = deps;
  const store = createGenerationStore(database.reader);
  let session: Session | undefined;
  let applied = 0;
  let leaseUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const apply = (values: Values, sum: number): void => {
    applied = sum;
    deps.apply(values);
  };
  const lock = (client: pg.Client, verb: 'lock' | 'unlock', sum: number) =>
    client.query(`select pg_advisory_${verb}_shared($1, $2)`, [generationLocks, sum]);

  // The new lock is held before the memory is new, the old one until it is: at every moment one of them is held.
  const readAt = async (mine: Session): Promise<void> => {
    const began = performance.now();
    const { rows } = await mine.client.query<{ name: string; value: number }>('select name, value from generations');
    const values = new Map(rows.map(({ name, value }) => [name, Number(value)]));
    const sum = sumOf(values);
    const before = mine.held;
    if (sum !== before) await lock(mine.client, 'lock', sum);
    if (session !== mine) return;
    mine.held = sum;
    apply(values, sum);
    leaseUntil = began + leaseMs;
    if (sum !== before) await lock(mine.client, 'unlock', before);
  };
  const readInTurn = (mine: Session): Promise<void> => {
    mine.busy = mine.busy.catch(() => {}).then(() => readAt(mine));
    return mine.busy;
  };

  const lose = (mine: Session, error?: Error): void => {
    if (session === mine) {
      session = undefined;
      leaseUntil = 0;
      if (!stopped) log.warn({ err: error }, 'the connection for generations was lost');
    }
    mine.client.end().catch(() => {});
  };

  const connect = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString: deps.url,
      keepAlive: true,
      connectionTimeoutMillis: 5000,
      query_timeout: 5000,
    });
    const mine: Session = { client, held: 0, busy: Promise.resolve() };
    client.on('error', (error) => lose(mine, error));
    client.on('end', () => lose(mine));
    client.on('notification', () => void readInTurn(mine).catch((error: Error) => lose(mine, error)));
    await client.connect();
    await client.query(`listen ${generationChannel}`);
    // Counts as older than everything until the first reading is applied.
    await lock(client, 'lock', 0);
    if (stopped) return void (await client.end());
    session = mine;
    await readInTurn(mine);
  };

  const keep = (): void => {
    timer = setTimeout(
      async () => {
        const mine = session;
        try {
          await (mine ? readInTurn(mine) : connect());
        } catch (error) {
          if (mine) lose(mine, error as Error);
          else log.warn({ err: error }, 'generations are read at every use until PostgreSQL can be reached');
        }
        if (!stopped) keep();
      },
      session ? pollMs : reconnectMs,
    ).unref();
  };

  return {
    isCurrent: () => performance.now() < leaseUntil,
    refresh: async () => {
      // Not by the session: a connection that hangs must not hang its callers.
      const values = await store.read();
      const sum = sumOf(values);
      // The session may have read something newer meanwhile.
      if (sum >= applied) apply(values, sum);
    },
    announce: async () => {
      const until = performance.now() + leaseMs;
      try {
        for (let pause = 1; (await store.isAnyBehind()) && performance.now() < until; pause = Math.min(20, pause * 2))
          await wait(pause);
      } catch (error) {
        if (stopped) return;
        // Nobody can be asked: after this time nobody trusts what is old.
        log.warn({ err: error }, 'nodes could not be asked whether they know of a change');
        await wait(Math.max(0, until - performance.now()));
      }
    },
    start: async () => {
      await connect().catch((error: unknown) =>
        log.warn({ err: error }, 'generations are read at every use until PostgreSQL can be reached'),
      );
      keep();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      leaseUntil = 0;
      const mine = session;
      session = undefined;
      await mine?.client.end().catch(() => {});
    },
  };
};

const sumOf = (values: Values): number => [...values.values()].reduce((total, value) => total + value, 0);
