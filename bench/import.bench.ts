// Import of customers with de-duplication, by the command in a process of its own: rows per second at the beginning and at the
// end, the whole time, and the most memory it held. RAPPORT_BENCH_ROWS sets another size than a million.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase } from '../core/index.ts';
import { defineBench, memoryMb, type Row } from './bench.ts';
import { writeCustomersFile } from './import-files.ts';

type Sample = { at: number; read: number };

const rows = Number(process.env.RAPPORT_BENCH_ROWS ?? 1_000_000);
const pollMs = 200;

export const importing = defineBench({
  name: 'import',
  title: `import of ${rows.toLocaleString('en')} customers, every twentieth seen before`,
  run: async (): Promise<Row[]> => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
    try {
      const file = join(folder, 'customers.csv');
      const { customers } = await writeCustomersFile(file, rows);
      const { samples, memory, created } = await watchImport(folder, file);
      if (created !== customers) throw new Error(`${created} customers were made instead of ${customers}.`);
      const seconds = (samples.at(-1)!.at - samples[0]!.at) / 1000;
      const first = rateBetween(samples, 0, rows / 10);
      const last = rateBetween(samples, rows * 0.9, rows);
      return [
        {
          what: `import ${rows.toLocaleString('en')} customers`,
          value: seconds,
          unit: 's',
          target: '1,000,000 in < 300 s, < 400 MB',
          met: (seconds * 1_000_000) / rows < 300 && memory < 400,
          memoryMb: memory,
        },
        {
          what: 'import, last tenth',
          value: last,
          unit: 'rows/s',
          alternative: { name: 'first tenth', value: first, ratio: last / first },
          target: '≥ 0.8 × the first tenth',
          met: last >= 0.8 * first,
        },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

const watchImport = async (folder: string, file: string) => {
  const child = spawn(process.execPath, ['main.ts', 'import', 'customers', file, '--json'], {
    cwd: join(import.meta.dirname, '..'),
    env: { PATH: process.env.PATH ?? '', RAPPORT_DATA_DIR: folder, RAPPORT_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  const closed = once(child, 'close');
  const samples: Sample[] = [];
  let memory = 0;
  let over = false;
  const watching = (async () => {
    // Not before the importing process has made the schema.
    await wait(3000);
    const database = await openDatabase(`sqlite:${folder}/rapport.db`);
    while (!over) {
      const row = (await database.reader('imports').first('read')) as { read: number } | undefined;
      if (row) samples.push({ at: performance.now(), read: row.read });
      if (child.exitCode === null) memory = Math.max(memory, memoryMb(child.pid, 'VmHWM'));
      await wait(pollMs);
    }
    await database.close();
  })();
  await closed;
  over = true;
  await watching;
  const outcome = JSON.parse(out) as {
    read: number;
    created: { customers: number };
    startedAt: string;
    finishedAt: string;
  };
  const took = Date.parse(outcome.finishedAt) - Date.parse(outcome.startedAt);
  const end = samples.findIndex(({ read }) => read >= outcome.read);
  const kept = end < 0 ? samples : samples.slice(0, end + 1);
  return { samples: [{ at: kept.at(-1)!.at - took, read: 0 }, ...kept], memory, created: outcome.created.customers };
};

/** Rows per second while the count went from one figure to the other. */
const rateBetween = (samples: readonly Sample[], from: number, to: number): number => {
  const before = samples.findLast(({ read }) => read <= from) ?? samples[0]!;
  const after = samples.find(({ read }) => read >= to) ?? samples.at(-1)!;
  return ((after.read - before.read) * 1000) / (after.at - before.at);
};
