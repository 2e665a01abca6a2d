// The demo at any moment: in this process on a small shop with a clock of the test's, ended as it began.
import { silentLog } from '../../core/index.ts';
import { type Demo, startDemo } from '../../demo/index.ts';
import type { TestDatabase } from './databases.ts';
import { testClock, testConfig } from './platform.ts';

/** A Monday at midnight; the week that follows holds the change to summer time of Europe, on its Sunday at 01:00 UTC. */
export const weekOfDemo = Date.parse('2026-03-23T00:00:00Z');
export const hourMs = 3_600_000;
export const smallShop = { customers: 60, days: 120, orders: 25 };

/** Starts at `at` (ms) and runs on from there. */
export const demoAt = (on: TestDatabase, at: number, options: { seed?: number } = {}): Promise<Demo> => {
  const clock = testClock();
  clock.advance(at - Date.now());
  return startDemo(testConfig(on), silentLog, { ...smallShop, ...options, clock, say: () => {} });
};
