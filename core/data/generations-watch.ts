// How a process knows that what it keeps in memory is not old. One for each database.
import type { Log } from '../log.ts';
import type { Database } from './database.ts';

export type Values = ReadonlyMap<string, number>;

export type Watch = {
  /** Whether every change answered before now is in what was applied last. No query, no wait. */
  isCurrent: () => boolean;
  /** Reads the generations and applies them: every change answered before the call is in them. */
  refresh: () => Promise<void>;
  /** Runs after the commit and before its caller is answered: resolves when no process can work with the old memory. */
  announce: () => Promise<void>;
  start: () => Promise<void>;
  stop: () => Promise<void>;
};

export type WatchDeps = { database: Database; url: string; log: Log; apply: (values: Values) => void };
