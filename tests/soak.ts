// `npm run soak`: what takes too long for every change. The demo at each of the 168 hours of a week, at a minute of its own.
// Ends with the hours that failed and exit code 1, or 0. `npm run soak -- 94` goes on at hour 94.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoAt, hourMs, weekOfDemo } from './support/demo.ts';

const from = Number(process.argv[2] ?? 0);
const failed: string[] = [];
for (let hour = from; hour < 168; hour++) {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-soak-'));
  const at = weekOfDemo + hour * hourMs + ((hour * 7) % 60) * 60_000;
  const when = new Date(at).toISOString();
  try {
    const on = { dialect: 'sqlite' as const, url: `sqlite:${folder}/rapport.db`, folder };
    const demo = await demoAt({ ...on, [Symbol.asyncDispose]: async () => {} }, at);
    await demo.stop();
    console.log(`${when}  ok, ${demo.played.orders} orders played`);
  } catch (error) {
    failed.push(when);
    console.log(`${when}  FAILED`, error);
  }
  rmSync(folder, { recursive: true, force: true });
}
console.log(
  `${168 - from - failed.length} of ${168 - from} hours came up${failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''}.`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
