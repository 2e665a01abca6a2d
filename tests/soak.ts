// `npm run soak`: what takes too long for every change. First the public retail file as a whole on both databases, killed half-way
// too (the gate takes its first rows); then the demo at each of the 168 hours of a week, at a minute of its own. Ends with what
// failed and exit code 1, or 0. `npm run soak -- 94` goes on at hour 94.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoAt, hourMs, weekOfDemo } from './support/demo.ts';

const from = Number(process.argv[2] ?? 0);
const failed: string[] = [];
if (process.argv[2] === undefined) {
  const files = ['tests/faults/import.test.ts', 'tests/reference/retail.test.ts'];
  const env = { ...process.env, RAPPORT_SOAK: 'yes' };
  const { status } = spawnSync(join('node_modules', '.bin', 'vitest'), ['run', ...files], { env, stdio: 'inherit' });
  if (status !== 0) failed.push('the retail file');
}
let up = 0;
for (let hour = from; hour < 168; hour++) {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-soak-'));
  const at = weekOfDemo + hour * hourMs + ((hour * 7) % 60) * 60_000;
  const when = new Date(at).toISOString();
  try {
    const on = { dialect: 'sqlite' as const, url: `sqlite:${folder}/rapport.db`, folder };
    const demo = await demoAt({ ...on, [Symbol.asyncDispose]: async () => {} }, at);
    await demo.stop();
    up++;
    console.log(`${when}  ok, ${demo.played.orders} orders played`);
  } catch (error) {
    failed.push(when);
    console.log(`${when}  FAILED`, error);
  }
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${up} of ${168 - from} hours came up${failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''}.`);
process.exitCode = failed.length > 0 ? 1 : 0;
