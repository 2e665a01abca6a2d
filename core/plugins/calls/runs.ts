// What calls came to, and what plugins logged. Like runs within a second become one row with a count, so that a plugin called a
// thousand times a second writes one row, and a failing one cannot fill the disk.
import type { OutcomeKind } from '@rapport/sdk';
import type { Clock, Ids } from '../../clock.ts';
import type { Database } from '../../data/database.ts';
import type { Log } from '../../log.ts';
import { defineCounter, type Metrics } from '../../metrics.ts';
import { createRunsStore, type LogRow, type RunRow } from './runs-store.ts';

export type Run = {
  plugin: string;
  version: string;
  hook: string;
  provider: string;
  outcome: OutcomeKind;
  reason: string | null;
  wallMs: number;
  cpuMs: number;
};
export type RunStats = { calls: number; failures: number; medianMs: number | null };

/** `outcome`: a kind of Outcome (sdk/hook.ts). */
export const pluginCalls = defineCounter({
  name: 'rapport_plugin_calls_total',
  help: 'Plugin calls by plugin, hook and outcome.',
  labels: ['plugin', 'hook', 'outcome'],
});

const flushMs = 1000;
// Per plugin: rows of one flush, lines of one flush, rows kept.
const limits = { rows: 100, lines: 200, kept: 5000 };
const recentTimes = 101;

export const createRuns = (deps: { database: Database; clock: Clock; ids: Ids; log: Log; metrics: Metrics }) => {
  const { clock, ids, log } = deps;
  const store = createRunsStore(deps.database.writer);
  const stats = new Map<string, { calls: number; failures: number; times: number[] }>();
  let runs = new Map<string, RunRow>();
  let lines: LogRow[] = [];
  let perPlugin = new Map<string, { rows: number; lines: number }>();

  const countOf = (plugin: string) => {
    const known = perPlugin.get(plugin) ?? { rows: 0, lines: 0 };
    perPlugin.set(plugin, known);
    return known;
  };

  const note = (run: Run): void => {
    const key = `${run.plugin} ${run.hook} ${run.provider}`;
    const known = stats.get(key) ?? { calls: 0, failures: 0, times: [] };
    stats.set(key, known);
    known.times[known.calls % recentTimes] = run.wallMs;
    known.calls += 1;
    if (run.outcome !== 'ok') known.failures += 1;
    deps.metrics.count(pluginCalls, { plugin: run.plugin, hook: run.hook, outcome: run.outcome });
  };

  const flush = async (): Promise<void> => {
    const rows = [...runs.values()];
    const written = lines;
    runs = new Map();
    lines = [];
    perPlugin = new Map();
    if (rows.length > 0) await store.insertRuns(rows);
    if (written.length > 0) await store.insertLogs(written);
  };
  let flushing: Promise<void> = Promise.resolve();
  const flushSoon = (): Promise<void> => {
    flushing = flushing
      .then(flush)
      .catch((error: unknown) => log.warn({ err: error }, 'runs of plugins could not be written'));
    return flushing;
  };
  const timer = setInterval(() => void flushSoon(), flushMs);
  timer.unref();

  return {
    record: (run: Run): void => {
      note(run);
      const count = countOf(run.plugin);
      // Too many different reasons in one second: the rest is counted without its reason.
      const reason = count.rows < limits.rows ? (run.reason?.slice(0, 500) ?? null) : null;
      const key = JSON.stringify([run.plugin, run.version, run.hook, run.provider, run.outcome, reason]);
      const row = runs.get(key);
      if (row) {
        row.count += 1;
        row.wall_ms += run.wallMs;
        row.cpu_ms += run.cpuMs;
        row.slowest_ms = Math.max(row.slowest_ms, run.wallMs);
        return;
      }
      count.rows += 1;
      runs.set(key, {
        id: ids.next(),
        plugin: run.plugin,
        version: run.version,
        hook: run.hook,
        provider: run.provider,
        outcome: run.outcome,
        reason,
        count: 1,
        wall_ms: run.wallMs,
        slowest_ms: run.wallMs,
        cpu_ms: run.cpuMs,
        at: clock.now(),
      });
    },
    /** A line of `ctx.log`: JSON text of `{ message, fields }`. Beyond the limit of a second lines are dropped. */
    line: (plugin: string, level: string, body: string): void => {
      const count = countOf(plugin);
      count.lines += 1;
      if (count.lines > limits.lines) return;
      lines.push({ id: ids.next(), plugin, level, ...readLine(body), at: clock.now() });
    },
    statsOf: (plugin: string, hook: string, provider: string): RunStats => {
      const known = stats.get(`${plugin} ${hook} ${provider}`);
      if (!known) return { calls: 0, failures: 0, medianMs: null };
      const times = known.times.toSorted((a, b) => a - b);
      return { calls: known.calls, failures: known.failures, medianMs: times[times.length >> 1] ?? null };
    },
    flush: flushSoon,
    /** Of each plugin the newest rows stay; how long rows are kept at all is declared with the tables. */
    cap: (signal: AbortSignal): Promise<void> => store.cap(limits.kept, signal),
    stop: async (): Promise<void> => {
      clearInterval(timer);
      await flushSoon();
    },
  };
};

export type Runs = ReturnType<typeof createRuns>;

const readLine = (body: string): { message: string; fields: string | null } => {
  try {
    const { message, fields } = JSON.parse(body) as { message?: unknown; fields?: unknown };
    return {
      message: String(message).slice(0, 2000).replaceAll('\0', ''),
      fields: fields === undefined ? null : JSON.stringify(fields).slice(0, 6000),
    };
  } catch {
    return { message: body.slice(0, 2000), fields: null };
  }
};
