import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

type Heard = { headers: Record<string, string>; body: string };

/** A receiver of webhooks that answers what it is told, in turn, then 200. */
const receiver = async (answers: number[] = [], location?: string) => {
  const heard: Heard[] = [];
  const server = createServer((request: IncomingMessage, reply) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      heard.push({ headers: request.headers as Record<string, string>, body });
      reply.writeHead(answers.shift() ?? 200, location ? { location } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return { url, heard, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) };
};

const until = async (met: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> => {
  const end = Date.now() + ms;
  while (!(await met())) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await wait(20);
  }
};

eachDatabase('a webhook hears what it asked for, signed so that the standard library verifies it', async (on) => {
  await using app = await testApp(on);
  await using desk = await receiver();
  const owner = app.as('owner');
  const made = await owner.post('/webhooks', { url: desk.url, topics: ['customer.created'] });
  expect(made.status).toBe(201);
  expect((await owner.get(`/webhooks/${made.body.id}`)).body.secret).toBeUndefined();
  await owner.post('/customers', { name: 'Ada', email: 'ada@example.com' });
  await until(() => desk.heard.length === 1);
  const [{ headers, body }] = desk.heard as [Heard];
  expect(new Webhook(made.body.secret).verify(body, headers)).toMatchObject({ type: 'customer.created' });
  expect(() => new Webhook(made.body.secret).verify(body.replace('Ada', 'Eve'), headers)).toThrow();
  await until(
    async () => (await owner.get(`/webhooks/${made.body.id}/deliveries`)).body.data[0]?.status === 'delivered',
  );
});

eachDatabase('a failed delivery is tried again with the same id, so that the receiver can tell', async (on) => {
  await using app = await testApp(on);
  await using desk = await receiver([500]);
  const owner = app.as('owner');
  await owner.post('/webhooks', { url: desk.url, topics: ['customer.created'] });
  await owner.post('/customers', { name: 'Ada' });
  await until(() => desk.heard.length === 2);
  expect(desk.heard[1]?.headers['webhook-id']).toBe(desk.heard[0]?.headers['webhook-id']);
  expect(desk.heard[1]?.body).toBe(desk.heard[0]?.body);
});

eachDatabase('410 switches a webhook off; replay after resuming sends what failed', async (on) => {
  await using app = await testApp(on);
  await using desk = await receiver([410]);
  const owner = app.as('owner');
  const { body: hook } = await owner.post('/webhooks', { url: desk.url, topics: ['customer.created'] });
  await owner.post('/customers', { name: 'Ada' });
  await until(async () => (await owner.get(`/webhooks/${hook.id}`)).body.status === 'gone');
  await owner.patch(`/webhooks/${hook.id}`, { status: 'active' });
  expect((await owner.post(`/webhooks/${hook.id}/replay`, {})).body).toEqual({ replayed: 1 });
  await until(() => desk.heard.length === 2);
});

eachDatabase('a redirect is a failure: the message goes where its owner said, or nowhere', async (on) => {
  await using app = await testApp(on);
  await using other = await receiver();
  await using desk = await receiver([302, 302, 302], other.url);
  const owner = app.as('owner');
  const { body: hook } = await owner.post('/webhooks', { url: desk.url, topics: ['customer.created'] });
  await owner.post('/customers', { name: 'Ada' });
  await until(async () => (await owner.get(`/webhooks/${hook.id}/deliveries`)).body.data[0]?.responseStatus === 302);
  expect(other.heard).toEqual([]);
});

test('a webhook to somewhere else than http, or to an unknown topic, is refused with a pointer', async () => {
  const { createTestDatabase } = await import('../support/databases.ts');
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const owner = app.as('owner');
  expect(
    (await owner.post('/webhooks', { url: 'file:///etc/passwd', topics: ['customer.created'] })).body,
  ).toMatchObject({ status: 400, pointer: '/url' });
  expect((await owner.post('/webhooks', { url: 'https://example.com', topics: ['customer.sold'] })).body).toMatchObject(
    { status: 400, pointer: '/topics/0' },
  );
  expect(
    (await app.as('viewer').post('/webhooks', { url: 'https://example.com', topics: ['customer.created'] })).status,
  ).toBe(403);
});
