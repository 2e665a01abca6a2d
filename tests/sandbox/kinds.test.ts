// Outcomes are told by what happened, not by what an error says: a plugin that throws the sandbox's own words is a plugin error, a script
// out of time is a timeout, one out of memory is memory, at load as in a call.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../core/index.ts';
import { createHost, type Host, type HostResult } from '../../core/plugins/sandbox/host.ts';

let host: Host;
beforeAll(() => {
  host = createHost({ workers: 1, log: silentLog });
});
afterAll(() => host.stop());

let made = 0;
const call = (
  source: string,
  more: { memoryMb?: number; wallMs?: number; cpuMs?: number } = {},
): Promise<HostResult> => {
  made += 1;
  return host.call({
    plugin: `a/p${made}`,
    publisher: 'a',
    code: `a/p${made}@1`,
    source: () => source,
    memoryMb: 32,
    capabilities: ['kv.get'],
    handler: 'score',
    key: 'it',
    argument: undefined,
    provider: 'it',
    at: 0,
    seed: 1,
    settings: {},
    wallMs: 5000,
    cpuMs: 5000,
    limits: { hostCalls: 10, atOnce: 10, hostCallChars: 1e6, resultChars: 1e6, logs: 10 },
    input: 'null',
    hostCall: async () => ({ ok: true, body: 'null' }),
    log: () => {},
    ...more,
  });
};
const handler = (body: string): string =>
  `var __rapportPlugin = { default: { score: async (_, ctx) => { ${body} } } };`;
const atLoad = (body: string): string => `${body}; var __rapportPlugin = { default: {} };`;

const words = [
  'Script execution timed out.',
  'Isolate was disposed during execution due to memory limit',
  'Isolate is disposed',
];

test.each(words)('a plugin that throws "%s" in a call is a plugin error, and its isolate goes on', async (text) => {
  const source = handler(`throw new Error(${JSON.stringify(text)});`);
  expect(await call(source)).toMatchObject({ kind: 'plugin_error', text });
});

test.each(words)('a plugin that throws "%s" at load is a plugin error', async (text) => {
  expect(await call(atLoad(`throw new Error(${JSON.stringify(text)})`))).toMatchObject({ kind: 'plugin_error', text });
});

test('code that does not parse is a plugin error, also when its text speaks of time and memory', async () => {
  const outcome = await call('var timed = "out memory limit; }');
  expect(outcome.kind).toBe('plugin_error');
  expect(outcome.text).toMatch(/^It does not load: /);
});

test.each([
  ['in a call', handler('for (;;);'), { cpuMs: 150 }],
  ['after it waited for an answer', handler('await ctx.kv.get("x"); for (;;);'), { cpuMs: 150 }],
  ['after its result', handler('Promise.resolve().then(() => { for (;;); }); return 1;'), { cpuMs: 150 }],
  ['without using the processor', handler('await new Promise(() => {});'), { wallMs: 150 }],
])('a script out of time is a timeout: %s', async (_, source, limits) => {
  expect(await call(source, limits)).toMatchObject({ kind: 'timeout' });
});

test('a top level that does not end is a timeout', async () => {
  expect(await call(atLoad('for (;;)'))).toMatchObject({ kind: 'timeout' });
});

test.each([
  ['in a call', handler('const all = []; for (;;) all.push({ n: all.length });')],
  ['after it waited for an answer', handler('await ctx.kv.get("x"); const all = []; for (;;) all.push({ n: 1 });')],
  ['at load', atLoad('const all = []; for (;;) all.push({ n: all.length })')],
])('a script out of memory is memory: %s', async (_, source) => {
  const outcome = await call(source, { memoryMb: 16, cpuMs: 5000 });
  expect(outcome.kind).toBe('memory');
});

test('the calls beside one that ran out of memory in the same isolate end too, and the next call has a new isolate', async () => {
  const source = handler(
    'if (await ctx.kv.get("x")) return "spared"; const all = []; for (;;) all.push({ n: all.length });',
  );
  const first = await call(source, { memoryMb: 16 });
  expect(first.kind).toBe('memory');
  const answers = await call(handler('return await ctx.kv.get("x");'));
  expect(answers).toMatchObject({ kind: 'ok', text: 'null' });
});
