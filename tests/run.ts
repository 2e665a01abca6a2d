// The one test command: format and lint, types, then every pack of tests; ends with `N passed, N failed`.
// `npm test -- --fast` leaves out the sandbox, fault and browser packs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  success: boolean;
  numFailedTestSuites: number;
};

const fast = process.argv.includes('--fast');
const bin = (name: string): string => join('node_modules', '.bin', name);
const packs = fast ? ['unit', 'api'] : ['unit', 'api', 'sandbox', 'faults', 'reference', 'browser'];

let passed = 0;
let failed = 0;
let skipped = 0;

const step = (title: string, command: string, args: string[]): boolean => {
  const started = Date.now();
  console.log(`\n── ${title}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  console.log(`── ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return status === 0;
};

/** A step without tests of its own counts as one. */
const check = (title: string, command: string, args: string[]): void => {
  if (step(title, command, args)) passed++;
  else failed++;
};

check('format and lint', bin('biome'), ['check', '.', '--diagnostic-level=error']);
check('types', bin('tsc'), ['--noEmit']);
check('types of the console', bin('tsc'), ['--noEmit', '-p', 'console']);

const folder = mkdtempSync(join(tmpdir(), 'rapport-report-'));
for (const pack of packs) {
  const report = join(folder, `${pack}.json`);
  const ok = step(`tests: ${pack}`, bin('vitest'), [
    'run',
    '--project',
    pack,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const counts = readReport(report);
  passed += counts.numPassedTests;
  skipped += counts.numPendingTests;
  // A pack that broke before its tests ran has failed, whatever it counted and whatever its exit code says.
  failed += counts.numFailedTests || (ok && counts.success ? 0 : 1);
}
rmSync(folder, { recursive: true, force: true });

console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;

function readReport(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, success: false, numFailedTestSuites: 1 };
  }
}
