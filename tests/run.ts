// The one test command: every pack of tests, and beside them format and lint, then types; ends with `N passed, N failed`.
// `npm test -- --fast` leaves out the sandbox, fault, reference and browser packs. All packs share one run of vitest, one
// PostgreSQL and three workers (vitest.config.ts says in which order). What the checks print comes out when each has ended.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Report = { numPassedTests: number; numFailedTests: number; numPendingTests: number; success: boolean };
type Step = { title: string; command: string; args: string[] };

const fast = process.argv.includes('--fast');
const bin = (name: string): string => join('node_modules', '.bin', name);
const folder = mkdtempSync(join(tmpdir(), 'rapport-report-'));

let passed = 0;
let failed = 0;
let skipped = 0;

/** Runs a command to its end; `live` shows what it prints as it comes, otherwise it is shown at its end. */
const run = ({ title, command, args }: Step, live: boolean): Promise<boolean> =>
  new Promise((resolve) => {
    const started = Date.now();
    const child = spawn(command, args, { stdio: live ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
    const said: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
    child.on('error', (error) => said.push(Buffer.from(error.message)));
    child.on('close', (status) => {
      if (said.length > 0) console.log(`\n── ${title}\n${Buffer.concat(said)}`);
      console.log(`── ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
      resolve(status === 0);
    });
  });

/** A step without tests of its own counts as one. */
const check = async (title: string, command: string, args: string[]): Promise<void> => {
  if (await run({ title, command, args }, false)) passed++;
  else failed++;
};

const checks = async (): Promise<void> => {
  await check('format and lint', bin('biome'), ['check', '.', '--diagnostic-level=error']);
  await check('types', bin('tsc'), ['--noEmit']);
  await check('types of the console', bin('tsc'), ['--noEmit', '-p', 'console']);
};

const tests = async (packs: readonly string[]): Promise<void> => {
  const file = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const args = ['run', ...packs.map((pack) => `--project=${pack}`), ...reporters];
  const ok = await run({ title: 'tests', command: bin('vitest'), args }, true);
  const counts = readReport(file);
  passed += counts.numPassedTests;
  skipped += counts.numPendingTests;
  // A run that broke beside its tests has failed, whatever it counted and whatever its exit code says.
  failed += counts.numFailedTests || (ok && counts.success ? 0 : 1);
};

const readReport = (file: string): Report => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, success: false };
  }
};

await Promise.all([checks(), tests(fast ? ['unit', 'api'] : [])]);
rmSync(folder, { recursive: true, force: true });

console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;
