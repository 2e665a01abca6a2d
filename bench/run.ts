// `npm run bench [name …] [--customers=N]`: runs each bench in a process of its own and prints one table: figure, alternative, ratio, memory.
// `npm run bench -- --compare <ref> [name …] [--rounds=3]` runs them in turn with another version of Rapport and says what is worse.
// Figures are medians of several runs; the alternative is measured in the same run, so that ratios hold when the machine drifts.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bench, type BenchOptions, isBench, type Row } from './bench.ts';
import { type Compared, compareVersions, withCheckout } from './compare.ts';

const folder = import.meta.dirname;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    customers: { type: 'string' },
    one: { type: 'string' },
    compare: { type: 'string' },
    rounds: { type: 'string', default: '3' },
  },
});
const options: BenchOptions = values.customers === undefined ? {} : { customers: Number(values.customers) };
const flags = values.customers === undefined ? [] : [`--customers=${values.customers}`];
if (options.customers !== undefined && !(options.customers >= 10_000))
  throw new Error('--customers takes a number from 10000 on.');

const load = async (): Promise<Bench[]> => {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.bench.ts'))
    .sort();
  const modules = await Promise.all(files.map((file) => import(`./${file}`) as Promise<Record<string, unknown>>));
  return modules.flatMap((module) => Object.values(module).filter(isBench));
};

const one = async (name: string): Promise<void> => {
  const bench = (await load()).find((candidate) => candidate.name === name);
  if (!bench) throw new Error(`There is no bench "${name}".`);
  // A bench that is stopped goes through `exit`, where it ends the servers that it started.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
  const rows = await bench.run(options);
  process.stdout.write(`\n@rows ${JSON.stringify(rows)}\n`);
  process.exit(0);
};

/** Runs one bench of the version whose folder of benches is `from`. */
const measure = (from: string, name: string): Map<string, Row> | undefined => {
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--expose-gc', join(from, 'run.ts'), ...flags, '--one', name],
    { cwd: join(from, '..'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 28 },
  );
  const line = stdout.split('\n').find((text) => text.startsWith('@rows '));
  if (status !== 0 || !line) return;
  return new Map((JSON.parse(line.slice('@rows '.length)) as Row[]).map((row) => [row.what, row]));
};

const compare = async (ref: string, names: string[]): Promise<void> => {
  const benches = (await load()).map(({ name }) => name).filter((name) => names.length === 0 || names.includes(name));
  const rows = withCheckout(ref, (root) =>
    compareVersions({ before: join(root, 'bench'), after: folder }, benches, Number(values.rounds), measure),
  );
  console.log(comparison(ref, rows));
};

const worseBy = 0.05;
const comparison = (ref: string, rows: Compared[]): string =>
  [
    `| bench | what | ${ref} | now | times as good | |`,
    '|---|---|---|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${row.bench} | ${row.what} | ${figure(row.before)} ${row.unit} | ${figure(row.after)} ${row.unit} | ${row.ratio.toFixed(2)} | ${row.ratio < 1 - worseBy ? 'worse' : ''} |`,
    ),
  ].join('\n');

const all = async (names: string[]): Promise<void> => {
  const benches = (await load()).filter((bench) => names.length === 0 || names.includes(bench.name));
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}`,
  );
  const rows: (Row & { bench: string })[] = [];
  for (const bench of benches) {
    console.log(`\n${bench.name}: ${bench.title}`);
    const found = measure(folder, bench.name);
    if (!found) {
      console.log('  failed');
      process.exitCode = 1;
      continue;
    }
    for (const row of found.values()) {
      rows.push({ ...row, bench: bench.name });
      console.log(`  ${describe(row)}`);
    }
  }
  console.log(`\n${table(rows)}`);
};

const figure = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en') : value >= 10 ? value.toFixed(1) : value.toPrecision(3);

const describe = (row: Row): string =>
  [
    `${row.what}: ${figure(row.value)} ${row.unit}`,
    row.alternative &&
      `${row.alternative.name}: ${figure(row.alternative.value)} ${row.unit} (ratio ${figure(row.alternative.ratio)})`,
    row.target && `target ${row.target}: ${row.met ? 'met' : 'NOT met'}`,
    row.memoryMb && `${Math.round(row.memoryMb)} MB`,
  ]
    .filter(Boolean)
    .join(' · ');

const table = (rows: (Row & { bench: string })[]): string =>
  [
    '| bench | what | figure | alternative | ratio | target | met | memory |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${row.bench} | ${row.what} | ${figure(row.value)} ${row.unit} | ${row.alternative ? `${row.alternative.name} ${figure(row.alternative.value)}` : ''} | ${row.alternative ? figure(row.alternative.ratio) : ''} | ${row.target ?? ''} | ${row.target ? (row.met ? 'yes' : 'no') : ''} | ${row.memoryMb ? `${Math.round(row.memoryMb)} MB` : ''} |`,
    ),
  ].join('\n');

if (values.one !== undefined) await one(values.one);
else await (values.compare === undefined ? all(positionals) : compare(values.compare, positionals));
