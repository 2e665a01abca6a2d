// What processes keep in memory (plugins, subscriptions, tokens, vocabulary) and when it is old. Each kind has a generation: a
// row raised in the transaction of a change. Promise: whoever calls `current` after a change was answered, on whatever node or
// process, sees that change in `valueOf`; without a query in the usual case (generations-sqlite.ts, generations-postgres.ts).
// This is not a message bus: a generation says that something changed, the database says what.
import type { Log } from '../log.ts';
import type { Database, Db } from './database.ts';
import { watchPostgres } from './generations-postgres.ts';
import { watchSqlite } from './generations-sqlite.ts';
import { createGenerationStore } from './generations-store.ts';
import type { Values, Watch } from './generations-watch.ts';
import { announceCommit, apart, unitOf } from './transact.ts';

export type Generations = ReturnType<typeof createGenerations>;

export const createGenerations = (deps: { database: Database; url: string; log: Log }) => {
  const { database, log } = deps;
  const owners = new Map<string, string>();
  const listeners = new Map<string, (() => void)[]>();
  // Transactions that raised something: what they read of it is nobody else's yet.
  const raisedIn = new WeakMap<object, Set<string>>();
  let values: Values = new Map();
  let reading: Promise<void> | undefined;
  let queued: Promise<void> | undefined;

  const apply = (read: Values): void => {
    const changed = [...read].filter(([name, value]) => values.get(name) !== value).map(([name]) => name);
    values = read;
    for (const name of changed)
      for (const listener of listeners.get(name) ?? []) {
        try {
          listener();
        } catch (error) {
          log.error({ err: error, generation: name }, 'a listener of a generation failed');
        }
      }
  };

  const watch: Watch =
    database.dialect === 'postgres' ? watchPostgres({ ...deps, apply }) : watchSqlite({ ...deps, apply });
  database.beforeClose(watch.stop);

  // A reading that began before the caller came may have missed what the caller knows: the next one is shared by all who wait.
  const read = (): Promise<void> => {
    if (!reading) {
      reading = apart(watch.refresh).finally(() => {
        reading = undefined;
      });
      return reading;
    }
    queued ??= reading
      .catch(() => {})
      .then(() => {
        queued = undefined;
        return read();
      });
    return queued;
  };

  const known = (name: string): string => {
    if (!owners.has(name)) throw new Error(`No module declares the generation ${name}.`);
    return name;
  };

  return {
    declare: (module: string, name: string): void => {
      const owner = owners.get(name) ?? module;
      if (owner !== module) throw new Error(`The generation ${name} is declared by ${owner} and by ${module}.`);
      owners.set(name, module);
    },
    /** In the transaction of the change, after its other writes: from here on until the commit others who raise it wait. */
    raise: async (trx: Db, name: string): Promise<void> => {
      await createGenerationStore(trx).raise(known(name));
      if (!trx.isTransaction) return apart(watch.announce);
      const unit = unitOf(trx);
      raisedIn.set(unit, (raisedIn.get(unit) ?? new Set()).add(name));
      announceCommit(trx, () => apart(watch.announce));
    },
    /** Resolves when `valueOf` has every change that was answered before this call. */
    current: (): Promise<void> | undefined => (watch.isCurrent() ? undefined : read()),
    valueOf: (name: string): number => values.get(known(name)) ?? 0,
    /**
     * The same inside a transaction, on its own connection, and renewed for the next who asks; undefined where it raised the
     * generation itself: what it reads of the rest must not be kept.
     */
    valueIn: async (db: Db, name: string): Promise<number | undefined> => {
      if (raisedIn.get(unitOf(db))?.has(known(name))) return undefined;
      if (watch.isCurrent()) return values.get(name) ?? 0;
      const renewed = read().then(() => values.get(name) ?? 0);
      if (!db.isTransaction) return renewed;
      renewed.catch(() => {});
      return (await createGenerationStore(db).read()).get(name) ?? 0;
    },
    /** Called in this process soon after the generation was raised anywhere. */
    onChange: (name: string, listener: () => void): void => {
      listeners.set(known(name), [...(listeners.get(name) ?? []), listener]);
    },
    /** From here on changes of other processes are noticed without being asked for. */
    start: watch.start,
  };
};
