// A hook through the wall: process, isolate, fresh context, checks and records included; one call, a batch of a thousand customers,
// and how soon a killed process answers again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { customersRecommend, customersScore, type PluginCustomer } from '@rapport/sdk/hooks';
import { readConfig, silentLog, system } from '../core/index.ts';
import { createRapport } from '../rapport.ts';
import { defineBench, median, memoryMb, type Row, time } from './bench.ts';

const batch = 1000;
const at = '2026-05-04T12:00:00.000Z';
const target = { plugin: 'bench/plain', provider: 'it' };

const manifest = {
  id: target.plugin,
  version: '1.0.0',
  rapport: '^1.0',
  title: 'Bench',
  description: 'The least a plugin can do.',
  license: 'MIT',
  entry: 'index.js',
  provides: { scorers: [{ key: 'it', title: 'It' }], recommenders: [{ key: 'it', title: 'It' }] },
  scopes: { required: [{ scope: 'customers:read', reason: 'To score.' }] },
};
const score = (customers: readonly Pick<PluginCustomer, 'id' | 'purchases'>[]) =>
  customers.map(({ id, purchases }) => ({ customer: id, value: (purchases?.orders ?? 0) * 2 }));
const code = `const score = ${score.toString()};
export default { score, recommend: () => [{ customer: null, items: [] }] };`;

const customer = (n: number): PluginCustomer => ({
  id: `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`,
  externalId: String(n),
  type: 'person',
  name: `Customer ${n}`,
  firstName: null,
  lastName: null,
  company: null,
  email: `c${n}@example.com`,
  phone: null,
  birthday: null,
  gender: null,
  address: null,
  postalCode: null,
  city: 'Bonn',
  region: null,
  country: 'DE',
  language: 'de',
  timeZone: null,
  source: null,
  stage: null,
  level: null,
  createdAt: at,
  lastSeenAt: null,
  purchases: { orders: n % 9, quantity: n, total: n * 100, currency: 'EUR', firstAt: at, lastAt: at },
});

export const pluginHook = defineBench({
  name: 'plugins',
  title: 'A plugin hook through the wall',
  run: async (): Promise<Row[]> => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
    const environment = { RAPPORT_DATA_DIR: folder, PORT: '0', RAPPORT_LOG_LEVEL: 'silent', NODE_ENV: 'test' };
    const rapport = await createRapport(readConfig(environment), silentLog);
    const { plugins } = rapport.core;
    await plugins.start();
    const files = new Map([
      ['plugin.json', Buffer.from(JSON.stringify(manifest))],
      ['index.js', Buffer.from(code)],
    ]);
    await plugins.installFiles(files, 'folder', system);
    await plugins.consent(target.plugin, { enable: true }, system);

    const small = { shelf: 'home', limit: 3, at, customers: [] };
    const ask = async (): Promise<void> => {
      const outcome = await plugins.call(customersRecommend, small, target);
      if (outcome.kind !== 'ok') throw new Error(outcome.reason);
    };
    const spaced = async (): Promise<number> => {
      await wait(2);
      const [took] = await time(1, ask, 0);
      return took!;
    };
    const customers = Array.from({ length: batch }, (_, n) => customer(n));
    const askBatch = async (): Promise<void> => {
      const outcome = await plugins.call(customersScore, { at, customers }, target);
      if (outcome.kind !== 'ok') throw new Error(outcome.reason);
    };

    const inARow = await time(2000, ask, 300);
    const apart: number[] = [];
    for (let n = 0; n < 300; n++) apart.push(await spaced());
    const batches = await time(60, askBatch, 10);
    const inProcess = await time(60, () => score(customers), 10);
    const back: number[] = [];
    for (let n = 0; n < 5; n++) {
      await wait(400);
      for (const pid of plugins.state().pids) process.kill(pid, 'SIGKILL');
      back.push(...(await time(1, ask, 0)));
    }
    const memory = plugins.state().pids.map((pid) => memoryMb(pid));
    await rapport.stop();
    rmSync(folder, { recursive: true, force: true });
    const perCustomer = (median(batches) / batch) * 1000;
    return [
      {
        what: 'hook, warm, one after another, median',
        value: median(inARow),
        unit: 'ms',
        target: '< 0.5 ms',
        met: median(inARow) < 0.5,
      },
      {
        what: 'hook, warm, 2 ms apart, median',
        value: median(apart),
        unit: 'ms',
        target: '< 0.5 ms',
        met: median(apart) < 0.5,
      },
      {
        what: `per customer in a batch of ${batch}`,
        value: perCustomer,
        unit: 'µs',
        alternative: {
          name: 'the same function in process',
          value: (median(inProcess) / batch) * 1000,
          ratio: median(batches) / median(inProcess),
        },
        target: '< 15 µs',
        met: perCustomer < 15,
        memoryMb: Math.max(...memory),
      },
      {
        what: 'killed process answers again',
        value: median(back),
        unit: 'ms',
        target: '< 300 ms',
        met: median(back) < 300,
      },
    ];
  },
});
