// Two servers on one database: what was changed on one holds on the other as soon as the change is answered. A few trials here,
// hundreds with `npm run soak:nodes`.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase, type TestDatabase } from '../support/databases.ts';
import { withPlatform } from '../support/invariants.ts';
import { testClock } from '../support/platform.ts';
import { packageOf, tgz } from '../support/plugins.ts';
import { runCommand, startProcess } from '../support/process.ts';

const trials = Number(process.env.RAPPORT_TRIALS ?? 24);
const longest = 30_000 + trials * 3000;
const plenty = { RAPPORT_RATE_LIMIT: '0' };
const id = 'acme~answer';

/** Both nodes; trial `n` changes on one and asks on the other, each in turn. */
const twoNodes = async (on: TestDatabase) => {
  const a = await testApp(on, { environment: plenty });
  const b = await testApp(on, { environment: plenty });
  return {
    pair: (n: number): [TestApp, TestApp] => (n % 2 === 0 ? [a, b] : [b, a]),
    [Symbol.asyncDispose]: async () => {
      await a[Symbol.asyncDispose]();
      await b[Symbol.asyncDispose]();
    },
  };
};

const receiver = async () => {
  const got: { type: string; data: { customerId: string } }[] = [];
  const server = createServer((request, reply) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      got.push(JSON.parse(body));
      reply.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, got, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) };
};

const settings = { type: 'object', properties: { word: { type: 'string', title: 'Word' } } };
const answering = (version: string, says = version) =>
  tgz(
    packageOf({
      manifest: {
        id: 'acme/answer',
        version,
        settings,
        provides: { http: [{ method: 'GET', path: '/says', summary: 'Says who it is' }] },
      },
      code: `export default { http: { 'GET /says': (_, ctx) => ({ body: { says: ${JSON.stringify(says)}, word: ctx.settings.word ?? null } }) } };`,
    }),
  );
const install = async (app: TestApp, archive: Buffer) => {
  const reply = await app.as('owner').post('/plugins', archive, { 'Content-Type': 'application/gzip' });
  expect(reply.status).toBe(201);
  return reply.body;
};
const ask = async (app: TestApp): Promise<{ status: number; says?: string; word?: string }> => {
  const reply = await fetch(`${app.url}/api/v1/plugins/${id}/http/says`);
  return reply.ok ? { status: reply.status, ...((await reply.json()) as object) } : { status: reply.status };
};

eachDatabase(
  'a webhook made on one node gets what happens on the other right after',
  async (on) => {
    await using nodes = await twoNodes(on);
    await using desk = await receiver();
    for (let n = 0; n < trials; n++) {
      const [here, there] = nodes.pair(n);
      const made = await here.as('owner').post('/webhooks', { url: desk.url, topics: ['customer.created'] });
      const customer = await there.as('owner').post('/customers', { name: `C${n}` });
      await vi.waitFor(() => expect(desk.got.map(({ data }) => data.customerId)).toContain(customer.body.id), 20_000);
      // Without it nothing is written: the next trial stands alone.
      await here.as('owner').delete(`/webhooks/${made.body.id}`);
    }
    expect(desk.got).toHaveLength(trials);
  },
  longest,
);

eachDatabase(
  'a plugin upgraded, set, switched off and on, or replaced on one node is that on the other at once',
  async (on) => {
    await using nodes = await twoNodes(on);
    await install(nodes.pair(0)[0], await answering('1.0.0'));
    await nodes.pair(0)[0].as('owner').post(`/plugins/${id}/consent`, { enable: true });
    for (let n = 1; n <= trials; n++) {
      const [here, there] = nodes.pair(n);
      const owner = here.as('owner');
      await install(here, await answering(`1.0.${n}`));
      expect(await ask(there)).toMatchObject({ status: 200, says: `1.0.${n}` });
      await owner.put(`/plugins/${id}/settings`, { settings: { word: `w${n}` } });
      expect(await ask(there)).toMatchObject({ word: `w${n}` });
      await owner.post(`/plugins/${id}/disable`);
      expect(await ask(there)).toEqual({ status: 404 });
      await owner.post(`/plugins/${id}/enable`);
      expect(await ask(there)).toMatchObject({ status: 200, says: `1.0.${n}` });
    }
    // The same version again with other files, after the same steps: its code is told apart by what it is.
    for (const says of ['first', 'second', 'third']) {
      const [here, there] = nodes.pair(says.length);
      await here.as('owner').delete(`/plugins/${id}`);
      await install(here, await answering('2.0.0', says));
      await here.as('owner').post(`/plugins/${id}/consent`, { enable: true });
      expect(await ask(there)).toMatchObject({ says });
    }
  },
  longest,
);

eachDatabase(
  'a token revoked on one node is refused on the other at once',
  async (on) => {
    await using nodes = await twoNodes(on);
    for (let n = 0; n < trials; n++) {
      const [here, there] = nodes.pair(n);
      const client = await here.registerClient();
      const { auth } = here.rapport.core;
      const issued = await auth.tokens.issue(here.rapport.platform.database.writer, {
        clientId: client.id,
        userId: null,
        grantId: null,
        scopes: ['customers:read'],
      });
      const headers = { Authorization: `Bearer ${issued.accessToken}` };
      const read = async () => (await fetch(`${there.url}/api/v1/customers`, { headers })).status;
      expect(await read()).toBe(200);
      await here.as('owner').patch(`/clients/${client.id}`, { status: 'disabled' });
      expect(await read()).toBe(401);
    }
  },
  longest,
);

const noticing = (version: string, more: object = {}) =>
  tgz(
    packageOf({
      manifest: {
        id: 'acme/noticing',
        version,
        provides: { hooks: ['customer.created'], schedules: [{ key: 'tick', title: 'Tick', cron: '* * * * *' }] },
        scopes: { required: [{ scope: 'customers:read', reason: 'To know them.' }] },
        ...more,
      },
      code: `export default { on: { 'customer.created': async (notice, ctx) => { await ctx.log.info('got ' + notice.customerId); } },
        schedule: { tick: async (_, ctx) => { await ctx.log.info('tick'); } } };`,
    }),
  );
const logged = async (app: TestApp): Promise<string[]> =>
  ((await app.as('owner').get('/plugins/acme~noticing/logs?limit=200')).body.data as { message: string }[]).map(
    ({ message }) => message,
  );

eachDatabase('what happens while an upgrade waits for consent arrives when it was given', async (on) => {
  const clock = testClock();
  await using app = await testApp(on, { clock });
  const owner = app.as('owner');
  await install(app, await noticing('1.0.0'));
  expect((await owner.post('/plugins/acme~noticing/consent', { enable: true })).status).toBe(200);
  const first = await owner.post('/customers', { name: 'Before' });
  await vi.waitFor(async () => expect(await logged(app)).toContain(`got ${first.body.id}`), 15_000);
  const wider = {
    required: [
      { scope: 'orders:read', reason: 'New.' },
      { scope: 'customers:read', reason: 'To know them.' },
    ],
  };
  expect(await install(app, await noticing('1.1.0', { scopes: wider }))).toMatchObject({
    status: 'waiting-for-consent',
  });
  const during: string[] = [];
  for (let n = 0; n < 5; n++) during.push((await owner.post('/customers', { name: `During ${n}` })).body.id);
  const { writer } = app.rapport.platform.database;
  // Handed to the plugin once, and put off.
  await vi.waitFor(
    async () =>
      expect(
        await writer('jobs').where({ queue: 'plugin-notices', status: 'waiting' }).whereNotNull('last_error'),
      ).toHaveLength(5),
    15_000,
  );
  await owner.post('/plugins/acme~noticing/consent', { enable: true });
  clock.advance(120_000);
  await vi.waitFor(
    async () => expect(await logged(app)).toEqual(expect.arrayContaining(during.map((customer) => `got ${customer}`))),
    20_000,
  );
});

eachDatabase('what is for a plugin that was removed is dropped, not dead', async (on) => {
  const clock = testClock();
  await using app = await testApp(on, { clock });
  const owner = app.as('owner');
  await install(app, await noticing('1.0.0'));
  await owner.post('/plugins/acme~noticing/consent', { enable: true });
  await owner.post('/plugins/acme~noticing/disable');
  const { writer } = app.rapport.platform.database;
  const notice = { id: 'n', topic: 'customer.created', customerId: null, at: new Date().toISOString(), payload: {} };
  await app.rapport.platform.jobs.enqueue(writer, {
    queue: 'plugin-notices',
    group: 'acme/noticing',
    payload: { plugin: 'acme/noticing', notice },
  });
  await vi.waitFor(async () =>
    expect((await writer('jobs').where({ queue: 'plugin-notices' }).first())?.last_error).toBeTruthy(),
  );
  await owner.delete('/plugins/acme~noticing');
  clock.advance(120_000);
  await vi.waitFor(async () => expect(await writer('jobs').where({ queue: 'plugin-notices' })).toEqual([]), 15_000);
});

eachDatabase(
  'what the command line brings in is told to webhooks of a server, and what a stopping node leaves is sent by the next',
  async (on) => {
    await using desk = await receiver();
    {
      await using app = await testApp(on, { environment: plenty });
      await app.as('owner').post('/webhooks', { url: desk.url, topics: ['customer.created', 'import.finished'] });
    }
    const file = join(on.folder, 'customers.csv');
    writeFileSync(file, 'email,name\nann@example.com,Ann\n');
    const done = await runCommand(on, ['import', 'customers', file]);
    expect(done.code).toBe(0);
    await using _later = await testApp(on, { environment: plenty });
    await vi.waitFor(() => expect(desk.got.map(({ type }) => type)).toContain('import.finished'), 20_000);
  },
);

eachDatabase(
  'a node killed while it hands out notices loses none of them',
  async (on) => {
    await using desk = await receiver();
    const environment = { RAPPORT_ALLOW_PRIVATE_HOSTS: 'yes' };
    const made: string[] = [];
    {
      await using doomed = await startProcess(on, environment);
      const call = await doomed.signIn();
      await call('POST', '/webhooks', { url: desk.url, topics: ['customer.created'] });
      const posts = Array.from({ length: 60 }, async (_, n) => {
        const reply = await call('POST', '/customers', { name: `C${n}` }).catch(() => undefined);
        if (reply?.status === 201) made.push(reply.body.id);
      });
      await vi.waitFor(() => expect(desk.got.length).toBeGreaterThan(3), { timeout: 20_000, interval: 5 });
      await doomed.kill();
      await Promise.all(posts);
    }
    expect(made.length).toBeGreaterThan(0);
    // The dead node's hold on its jobs would run out by itself; the test does not wait for that.
    await withPlatform(on, ({ database }) =>
      database.writer('jobs').where({ status: 'running' }).update({ lease_until: 0 }),
    );
    await using _next = await startProcess(on, environment);
    for (const customer of made)
      await vi.waitFor(() => expect(desk.got.map(({ data }) => data.customerId)).toContain(customer), 60_000);
  },
  120_000,
);
