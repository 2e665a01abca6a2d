// What the supervisor promises when a sandbox process dies: the culprit alone pays, the others' calls come to their end, nothing
// that acted is done twice, and the same call with the same seed gives the same bytes.
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../../core/index.ts';
import { createHost, type Host, type SandboxCall } from '../../core/plugins/sandbox/host.ts';
import { runsOf } from '../support/sandbox.ts';

let host: Host;
beforeEach(() => {
  host = createHost({ workers: 2, log: silentLog });
});
afterEach(() => host.stop());

const handler = (body: string): string =>
  `var __rapportPlugin = { default: { score: async (customers, ctx) => { ${body} } } };`;
const make = (plugin: string, source: string, more: Partial<SandboxCall> = {}): SandboxCall => ({
  plugin,
  publisher: plugin.split('/')[0]!,
  code: `${plugin}@1`,
  source: () => source,
  memoryMb: 64,
  capabilities: ['kv.get', 'fetch', 'emit'],
  handler: 'score',
  key: 'it',
  argument: 'customers',
  provider: 'it',
  at: Date.UTC(2026, 4, 4),
  seed: 7,
  settings: {},
  wallMs: 3000,
  cpuMs: 3000,
  limits: { hostCalls: 100, atOnce: 16, hostCallChars: 1e6, resultChars: 1e6, logs: 100 },
  input: JSON.stringify({ customers: [{ id: 'c1' }] }),
  hostCall: async () => ({ ok: true, body: 'null' }),
  log: () => {},
  ...more,
});
const waits = (ms: number) => ({ hostCall: async () => wait(ms, { ok: true, body: '"answered"' }) });
const kill = (signal: NodeJS.Signals) => {
  for (const pid of host.state().pids) process.kill(pid, signal);
};

describe('a sandbox process that is killed in a call', () => {
  test('from outside: the call is run again and answers', async () => {
    const source = handler('return await ctx.kv.get("x");');
    await host.call(make('a/one', source));
    let asked = 0;
    const hostCall = async () => {
      asked += 1;
      return wait(asked === 1 ? 10_000 : 0, { ok: true as const, body: '"answered"' }, { ref: false });
    };
    const call = host.call(make('a/one', source, { hostCall }));
    await vi.waitFor(() => expect(asked).toBe(1), { timeout: 10_000, interval: 5 });
    kill('SIGKILL');
    expect(await call).toMatchObject({ kind: 'ok', text: '"answered"' });
    expect(host.state().replaced).toBe(1);
  });

  test('by a call: that call gets the outcome, the calls beside it answer', async () => {
    const bomb = handler('await ctx.kv.get("x"); "\\ufdfa".repeat(2 ** 24).normalize("NFKD"); return 1;');
    const calls = [
      host.call(make('a/one', handler('return await ctx.kv.get("x");'), waits(900))),
      host.call(make('a/bomb', bomb, { wallMs: 300, cpuMs: 300 })),
      host.call(make('a/two', handler('await ctx.kv.get("x"); return 2;'), waits(900))),
    ];
    const [one, culprit, two] = await Promise.all(calls);
    expect(culprit!.kind).toBe('timeout');
    expect([one, two]).toMatchObject([
      { kind: 'ok', text: '"answered"' },
      { kind: 'ok', text: '2' },
    ]);
  });

  test('by nobody knows whom: each suspect runs again alone, until the culprit has done it twice', async () => {
    const crash = handler('await ctx.kv.get("x"); const all = []; for (;;) all.push(new Uint8Array(5e7).fill(1));');
    const [one, culprit] = await Promise.all([
      host.call(make('a/one', handler('return await ctx.kv.get("x");'), waits(500))),
      host.call(make('a/crash', crash, { memoryMb: 256, ...waits(50) })),
    ]);
    expect(one).toMatchObject({ kind: 'ok' });
    expect(['memory', 'killed', 'plugin_error', 'timeout']).toContain(culprit!.kind);
  });

  test('after it acted: it is not run again', async () => {
    let sent = 0;
    const hostCall: SandboxCall['hostCall'] = async (_name, _args, { acting }) => {
      acting();
      sent += 1;
      return wait(600, { ok: true, body: 'null' });
    };
    const call = host.call(
      make('a/sender', handler('await ctx.fetch("https://x", { method: "POST" }); return 1;'), { hostCall }),
    );
    while (sent === 0) await wait(10);
    kill('SIGKILL');
    expect(await call).toMatchObject({ kind: 'killed' });
    expect(sent).toBe(1);
  });

  test('is replaced in less than 300 ms', async () => {
    const source = handler('return 1;');
    await host.call(make('a/one', source));
    const took: number[] = [];
    // A busy machine is slow for reasons of its own: the quickest of ten counts, and one that is quick is enough.
    for (let n = 0; n < 10 && !took.some((ms) => ms < 300); n++) {
      while (!host.state().spareIsReady) await wait(20);
      kill('SIGKILL');
      await wait(20);
      const start = performance.now();
      expect(await host.call(make('a/one', source))).toMatchObject({ kind: 'ok' });
      took.push(performance.now() - start);
    }
    expect(Math.min(...took)).toBeLessThan(300);
  });
});

test('sandbox processes end with the host', async () => {
  await host.call(make('a/one', handler('return 1;')));
  const { pids } = host.state();
  expect(pids.length).toBeGreaterThan(0);
  host.stop();
  for (const pid of pids) await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), 10_000);
});

test('the same call with the same seed gives the same bytes, another seed others', async () => {
  const source = handler(
    'return [Date.now(), new Date().toISOString(), Math.random(), ctx.random(), Temporal.Now.instant().toString(), new Intl.DateTimeFormat("en").format(), String(new Date(2026, 0, 1))];',
  );
  const texts = await runsOf(3, async () => (await host.call(make('a/one', source))).text);
  expect(new Set(texts).size).toBe(1);
  expect((await host.call(make('a/one', source, { seed: 8 }))).text).not.toBe(texts[0]);
});

test('a sandbox process has no environment, no files but its own, and no network', async () => {
  // The plugin cannot even ask; the process itself is refused by the runtime's permission model, seen from its arguments.
  await host.call(make('a/one', handler('return 1;')));
  const { readFile } = await import('node:fs/promises');
  const [pid] = host.state().pids;
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
  expect(environment.split('\0').filter(Boolean)).toEqual(['TZ=UTC']);
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
  expect(command).toContain('--permission');
  expect(command).not.toMatch(/allow-(child-process|worker|net|fs-write|wasi)/);
});
