// What a bench is, and how it measures: medians of repeated runs, CPU and memory of processes, rates under load.
import { readFileSync } from 'node:fs';

export type Row = {
  what: string;
  value: number;
  unit: string;
  /** What it is held against, measured in the same run; `ratio` says how many times better (or the cost factor, as `what` says). */
  alternative?: { name: string; value: number; ratio: number };
  target?: string;
  met?: boolean;
  memoryMb?: number;
};

/** `customers`: how many a bench with a population makes, where it is not to be the usual number. */
export type BenchOptions = { customers?: number };
export type Bench = { kind: 'bench'; name: string; title: string; run: (options: BenchOptions) => Promise<Row[]> };

export const defineBench = (bench: Omit<Bench, 'kind'>): Bench => ({ kind: 'bench', ...bench });

export const isBench = (value: unknown): value is Bench => (value as Bench | undefined)?.kind === 'bench';

export const median = (values: number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

export const percentile = (values: number[], p: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor((p / 100) * values.length))]!;

/** Milliseconds of each of `runs` calls, after `warmup` that do not count. */
export const time = async (runs: number, work: () => unknown, warmup = 1): Promise<number[]> => {
  const times: number[] = [];
  for (let i = -warmup; i < runs; i++) {
    const started = performance.now();
    await work();
    if (i >= 0) times.push(performance.now() - started);
  }
  return times;
};

/** As `time`, in milliseconds of CPU: for work that only computes, on a machine that others use too. */
export const cpuTime = async (runs: number, work: () => unknown, warmup = 1): Promise<number[]> => {
  const times: number[] = [];
  for (let i = -warmup; i < runs; i++) {
    const started = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(started);
    if (i >= 0) times.push((user + system) / 1000);
  }
  return times;
};

/** Resident memory of a process in MB, by default this one. `peak` needs Linux. */
export const memoryMb = (pid: number | 'self' = 'self', which: 'VmRSS' | 'VmHWM' = 'VmRSS'): number => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return process.memoryUsage.rss() / 2 ** 20;
  }
};

/** Calls `work` from `lanes` lanes at once until `total` calls are done; answers the seconds it took. */
export const underLoad = async (
  lanes: number,
  total: number,
  work: (n: number) => Promise<unknown>,
): Promise<number> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < total) await work(next++);
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  return (performance.now() - started) / 1000;
};
