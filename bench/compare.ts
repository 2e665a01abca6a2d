// Two versions of Rapport in one sitting: each bench runs in turn in this tree and in a checkout of another version, so that the
// machine's drift falls on both. What is compared are the medians of the rows that both versions have.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, type Row } from './bench.ts';

const here = join(import.meta.dirname, '..');

/** A bench is given to one version: rows by their names, or undefined when it failed or is not there. */
export type Measure = (root: string, bench: string) => Map<string, Row> | undefined;

export type Compared = {
  bench: string;
  what: string;
  unit: string;
  before: number;
  after: number;
  /** How many times as good as before: above 1 is better, whatever the unit. */
  ratio: number;
};

const isRate = (unit: string): boolean => /\/\s?s$|per second|a second/.test(unit);

/** `rounds` times each bench before and after, in turn. */
export const compareVersions = (
  versions: { before: string; after: string },
  benches: readonly string[],
  rounds: number,
  measure: Measure,
): Compared[] =>
  benches.flatMap((bench) => {
    const seen = new Map<string, { unit: string; before: number[]; after: number[] }>();
    for (let round = 0; round < rounds; round++)
      for (const side of round % 2 === 0 ? (['before', 'after'] as const) : (['after', 'before'] as const))
        for (const [what, row] of measure(versions[side], bench) ?? []) {
          const known = seen.get(what) ?? { unit: row.unit, before: [], after: [] };
          known[side].push(row.value);
          seen.set(what, known);
        }
    return [...seen].flatMap(([what, { unit, before, after }]) => {
      if (before.length === 0 || after.length === 0) return [];
      const [was, is] = [median(before), median(after)];
      return [{ bench, what, unit, before: was, after: is, ratio: isRate(unit) ? is / was : was / is }];
    });
  });

/** A checkout of `ref` with its own packages; gone when `work` is done. */
export const withCheckout = <T>(ref: string, work: (root: string) => T): T => {
  const place = mkdtempSync(join(tmpdir(), 'rapport-compare-'));
  // PostgreSQL runs as another user where the bench is root, from the checkout's own packages.
  chmodSync(place, 0o755);
  const root = join(place, 'tree');
  run('git', ['worktree', 'add', '--detach', root, ref], here);
  try {
    const lock = (tree: string): string => readFileSync(join(tree, 'package-lock.json'), 'utf8');
    // Links keep the packages' own place, so that the SDK is the checkout's.
    if (lock(root) === lock(here)) run('cp', ['-al', join(here, 'node_modules'), join(root, 'node_modules')], here);
    else run('npm', ['ci', '--no-audit', '--no-fund'], root);
    return work(root);
  } finally {
    run('git', ['worktree', 'remove', '--force', root], here);
    rmSync(place, { recursive: true, force: true });
  }
};

const run = (command: string, args: string[], cwd: string): void => {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`"${command} ${args.join(' ')}" failed.`);
};
