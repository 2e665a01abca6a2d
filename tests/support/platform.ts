// A platform on a test's own database, with a clock the test owns.
import { type Clock, type Config, createPlatform, type Platform, readConfig, silentLog } from '../../core/index.ts';
import type { TestDatabase } from './databases.ts';

export type TestClock = Clock & { set: (at: number | string) => void; advance: (ms: number) => void };

/** Stands still until told, or runs with real time when made without a start. */
export const testClock = (start?: number | string): TestClock => {
  let offset = 0;
  let at = start === undefined ? undefined : new Date(start).getTime();
  return {
    now: () => at ?? Date.now() + offset,
    set: (to) => {
      at = new Date(to).getTime();
    },
    advance: (ms) => {
      if (at === undefined) offset += ms;
      else at += ms;
    },
  };
};

export const testConfig = (on: TestDatabase, environment: Record<string, string> = {}): Config =>
  readConfig({
    PORT: '0',
    NODE_ENV: 'test',
    RAPPORT_DATA_DIR: on.folder,
    DATABASE_URL: on.url,
    RAPPORT_ALLOW_PRIVATE_HOSTS: 'yes',
    RAPPORT_LOG_LEVEL: 'silent',
    RAPPORT_OWNER_EMAIL: 'owner@example.com',
    RAPPORT_OWNER_PASSWORD: 'correct horse battery',
    ...environment,
  });

export type TestPlatform = Platform & { clock: TestClock; [Symbol.asyncDispose]: () => Promise<void> };

export const testPlatform = async (on: TestDatabase, clock: TestClock = testClock()): Promise<TestPlatform> => {
  const platform = await createPlatform(testConfig(on), silentLog, clock);
  return {
    ...platform,
    clock,
    [Symbol.asyncDispose]: async () => {
      await platform.outbox.stop();
      await platform.jobs.stop();
      await platform.close();
    },
  };
};
