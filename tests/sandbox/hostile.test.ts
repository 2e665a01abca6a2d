// Hostile plugins: each file says in its first line what must come of it. While each runs, the server answers and a
// well-behaved plugin of another publisher goes on working.
import { readdirSync, readFileSync } from 'node:fs';
import { customersScore } from '@rapport/sdk/hooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { system } from '../../core/index.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { manifestOf } from '../support/plugins.ts';

const folder = new URL('./hostile/', import.meta.url);
const hostile = readdirSync(folder)
  .filter((file) => file.endsWith('.js'))
  .map((file) => {
    const code = readFileSync(new URL(file, folder), 'utf8');
    const expected = /^\/\/ expect: (.+)/.exec(code)![1]!.split(' | ');
    return { name: file.slice(0, -3), code, expected };
  });
const timeoutMs = 300;
/**
 * What the server's thread may work between a health check and its answer while a hostile plugin runs, in milliseconds of its own CPU:
 * a thread that is held up works, one that waits for a busy machine does not.
 */
const healthMs = 200;

const manifest = (id: string) =>
  manifestOf({
    id,
    entry: 'index.js',
    provides: { scorers: [{ key: 'it', title: 'It' }] },
    scopes: { optional: [{ scope: 'orders:read', reason: 'Declined in these tests.' }] },
    hosts: [
      { origin: 'https://example.com', methods: ['GET'], reason: 'Declared.' },
      { origin: 'http://127.0.0.1:1', methods: ['GET'], reason: 'Declared, and private.' },
      { origin: 'http://127.0.0.1', methods: ['GET'], reason: 'Declared, and private.' },
      { origin: 'http://169.254.169.254', methods: ['GET'], reason: 'Declared, and private.' },
    ],
  });
const customers = [{ id: 'c1' }] as never;
const input = { at: '2026-05-04T12:00:00.000Z', customers };

let on: TestDatabase;
let app: TestApp;
const install = async (id: string, code: string) => {
  const { plugins } = app.rapport.core;
  const files = new Map([
    ['plugin.json', Buffer.from(JSON.stringify(manifest(id)))],
    ['index.js', Buffer.from(code)],
  ]);
  await plugins.installFiles(files, 'folder', system);
  await plugins.consent(id, { enable: true }, system);
};
const call = (plugin: string) =>
  app.rapport.core.plugins.call(customersScore, input, { plugin, provider: 'it', timeoutMs, seed: 1 });

beforeAll(async () => {
  on = await createTestDatabase('sqlite');
  app = await testApp(on, { environment: { RAPPORT_ALLOW_PRIVATE_HOSTS: 'no' } });
  await install('good/good', 'export default { score: (all) => all.map((c) => ({ customer: c.id, value: 1 })) };');
  expect(await call('good/good')).toMatchObject({ kind: 'ok' });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await on[Symbol.asyncDispose]();
});

/** Asks the server and the good plugin again and again until told to stop. */
const watch = () => {
  let stopped = false;
  const health: number[] = [];
  const good: string[] = [];
  const loop = async () => {
    while (!stopped) {
      const asked = call('good/good');
      const start = process.threadCpuUsage();
      const reply = await fetch(`${app.url}/healthz`);
      await reply.arrayBuffer();
      const used = process.threadCpuUsage(start);
      health.push(reply.ok ? (used.user + used.system) / 1000 : Number.POSITIVE_INFINITY);
      good.push((await asked).kind);
      await new Promise((next) => setTimeout(next, 10));
    }
  };
  const done = loop();
  return async () => {
    stopped = true;
    await done;
    return { slowest: Math.max(...health), good: [...new Set(good)] };
  };
};

/** Two calls of a hostile plugin, and how everybody else did meanwhile. */
const observe = async (id: string) => {
  const stop = watch();
  const outcomes = [await call(id), await call(id)];
  return { outcomes, ...(await stop()) };
};

describe('a hostile plugin is refused at install', () => {
  test.each(hostile.filter(({ expected }) => expected[0] === 'refused at install'))('$name', async ({ name, code }) => {
    await expect(install(`evil/${name}`, code)).rejects.toMatchObject({
      code: 'PLUGIN_BUNDLE_REFUSED',
      pointer: '/entry',
    });
  });
});

describe('a hostile plugin is contained, and nobody else notices', () => {
  test.each(hostile.filter(({ expected }) => expected[0] !== 'refused at install'))(
    '$name → $expected',
    async ({ name, code, expected }) => {
      const id = `evil/${name}`;
      await install(id, code);
      // A busy machine is slow for reasons of its own: what only its clock decided is tried again, no other outcome is.
      const isOfTheClock = ({ slowest, outcomes }: Awaited<ReturnType<typeof observe>>): boolean =>
        slowest >= healthMs || outcomes.some(({ kind }) => kind === 'timeout' && !expected.includes(kind));
      let seen = await observe(id);
      for (let again = 0; again < 3 && isOfTheClock(seen); again++) seen = await observe(id);
      const { outcomes, slowest, good } = seen;
      await app.rapport.core.plugins.disable(id, system);
      for (const { kind, ...rest } of outcomes) expect(expected, JSON.stringify(rest).slice(0, 300)).toContain(kind);
      expect(good).toEqual(['ok']);
      expect(slowest).toBeLessThan(healthMs);
      expect(outcomes[0]!.wallMs).toBeLessThan(timeoutMs + 2000);
    },
  );
});
