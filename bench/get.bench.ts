// GET a customer by id: the server's CPU per request, against Koa + router + bearer + ajv alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { defineBench, median, memoryMb, type Row } from './bench.ts';
import { costPerCall, createDriver } from './load.ts';
import { bearer, startServer } from './server.ts';

const customers = 200;
const calls = 6000;
const rounds = 5;

export const get = defineBench({
  name: 'get',
  title: 'GET customer by id',
  run: async (): Promise<Row[]> => {
    const server = await startServer();
    const headers = await bearer(server.url, ['customers:read', 'customers:write', 'pii']);
    const driver = createDriver(server.url, headers, 8);
    const ids: string[] = [];
    for (let n = 0; n < customers; n++) {
      const made = await driver.send(
        'POST',
        '/api/v1/customers',
        JSON.stringify({ name: `Customer ${n}`, email: `c${n}@example.com`, city: 'London', country: 'GB' }),
      );
      if (made.status !== 201) throw new Error(`POST /customers answered ${made.status}: ${made.body}`);
      ids.push((JSON.parse(made.body) as { id: string }).id);
    }
    const baseline = spawn(process.execPath, [join(import.meta.dirname, 'baseline-server.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.once('exit', () => baseline.kill('SIGKILL'));
    const [line] = (await once(baseline.stdout!, 'data')) as [Buffer];
    const plain = createDriver(/http:\S+/.exec(line.toString())![0], { authorization: 'Bearer baseline-token' }, 8);

    const path = (n: number): string => `/api/v1/customers/${ids[n % ids.length]}`;
    const ours: { cpuUs: number; perSecond: number }[] = [];
    const theirs: { cpuUs: number; perSecond: number }[] = [];
    const expect200 = async (call: Promise<{ status: number }>): Promise<void> => {
      const { status } = await call;
      if (status !== 200) throw new Error(`GET answered ${status}`);
    };
    for (let round = -1; round < rounds; round++) {
      const a = await costPerCall(server.pid, calls, 8, (n) => expect200(driver.send('GET', path(n))));
      const b = await costPerCall(baseline.pid!, calls, 8, (n) => expect200(plain.send('GET', path(n))));
      if (round >= 0) {
        ours.push(a);
        theirs.push(b);
      }
    }
    const memory = memoryMb(server.pid);
    driver.close();
    plain.close();
    baseline.kill();
    await server.stop();
    const cpu = median(ours.map((o) => o.cpuUs));
    const base = median(theirs.map((o) => o.cpuUs));
    return [
      {
        what: 'GET by id, CPU of the server per request (cost factor)',
        value: cpu,
        unit: 'µs',
        alternative: { name: 'Koa + router + bearer + ajv', value: base, ratio: cpu / base },
        target: '≤ 2.5 ×',
        met: cpu / base <= 2.5,
        memoryMb: memory,
      },
      {
        what: 'GET by id, requests per second, 8 connections',
        value: median(ours.map((o) => o.perSecond)),
        unit: '/s',
        alternative: {
          name: 'Koa + router + bearer + ajv',
          value: median(theirs.map((o) => o.perSecond)),
          ratio: median(ours.map((o) => o.perSecond)) / median(theirs.map((o) => o.perSecond)),
        },
      },
    ];
  },
});
