// Generations on SQLite: beside the database lies a file that grows by one byte after every raising commit, before its caller is
// answered. Its size, read in half a microsecond, says whether another process changed something; one query a second finds the
// change of a process that was killed between its commit and the byte.
import { appendFileSync, closeSync, fstatSync, openSync } from 'node:fs';
import { createGenerationStore } from './generations-store.ts';
import type { Watch, WatchDeps } from './generations-watch.ts';

const pollMs = 1000;

export const watchSqlite = (deps: WatchDeps): Watch => {
  const path = `${deps.url.slice('sqlite:'.length)}-generations`;
  const store = createGenerationStore(deps.database.reader);
  let opened: number | undefined;
  const close = (): void => {
    if (opened !== undefined) closeSync(opened);
    opened = undefined;
  };
  // An open file is asked for its size at half the price of a path. NaN, which is equal to nothing and so leads to a reading of the
  // database: the file cannot be opened, or somebody removed it, and the others begin a new one.
  const sizeNow = (): number => {
    try {
      opened ??= openSync(path, 'a', 0o600);
      const { size, nlink } = fstatSync(opened);
      if (nlink > 0) return size;
    } catch {
      return Number.NaN;
    }
    close();
    return Number.NaN;
  };
  // -1: nothing was read yet.
  let seen = -1;
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> = Promise.resolve();

  const refresh = async (): Promise<void> => {
    const size = sizeNow();
    const values = await store.read();
    seen = size;
    deps.apply(values);
  };
  const poll = (): void => {
    polling = refresh().catch((error: unknown) => deps.log.warn({ err: error }, 'generations could not be read'));
  };

  return {
    isCurrent: () => seen === sizeNow(),
    refresh,
    announce: async () => {
      try {
        appendFileSync(path, '.', { mode: 0o600 });
      } catch (error) {
        deps.log.warn({ err: error, path }, 'other processes learn of a change a second later');
        seen = -1;
      }
      poll();
      await polling;
    },
    start: async () => {
      await refresh();
      timer = setInterval(poll, pollMs).unref();
    },
    stop: async () => {
      clearInterval(timer);
      await polling;
      close();
    },
  };
};
