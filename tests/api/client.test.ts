// The published client against a real server: every verb, pages, repeats under one key, versions, files, and refusals one can branch on.
import { ApiError, createClient } from '@rapport/sdk/client';
import {
  changeCustomer,
  createCustomer,
  createOrder,
  deleteCustomer,
  exportTable,
  getCustomer,
  getHealth,
  listCustomers,
  putLevel,
  recordEvents,
  sendMessage,
  uploadImport,
} from '@rapport/sdk/routes';
import { expect } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

eachDatabase('a program with a token makes, reads, changes, lists and deletes, typed by the contract', async (on) => {
  await using app = await testApp(on);
  let asked = 0;
  const token = await app.bearerToken(['customers:read', 'customers:write', 'events:write', 'pii']);
  const client = createClient({
    baseUrl: `${app.url}/`,
    token: async () => {
      asked++;
      return token;
    },
  });
  const made = await client.request(createCustomer, {
    body: { name: 'Zoë Müller & Söhne', email: 'ZOE@example.com ', tags: ['a/b'] },
  });
  expect(made).toMatchObject({ status: 201, body: { email: 'zoe@example.com', tags: ['a/b'] } });
  const { id } = made.body;
  const read = await client.request(getCustomer, { params: { id } });
  expect(read.body).toEqual(made.body);
  expect(read.etag).toMatch(/^(W\/)?"/);
  const headers = { 'If-Match': read.etag! };
  expect(await client.call(changeCustomer, { params: { id }, body: { city: '北京' }, headers })).toMatchObject({
    city: '北京',
  });
  await expect(client.call(changeCustomer, { params: { id }, body: { city: 'Rome' }, headers })).rejects.toMatchObject({
    status: 412,
  });
  expect(await client.call(putLevel, { params: { key: 'gold' }, body: { title: 'Gold', rank: 2 } })).toMatchObject({
    key: 'gold',
  });
  const many = Array.from({ length: 7 }, (_, n) => ({ type: 'seen', customer: { externalId: `c${n}` }, id: `e${n}` }));
  expect(await client.call(recordEvents, { body: many })).toMatchObject({ accepted: 7, duplicates: 0 });
  expect(await client.call(recordEvents, { body: many[0]! })).toMatchObject({ duplicates: 1 });

  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.call(listCustomers, { query: { limit: 3, cursor, sort: 'createdAt' } });
    seen.push(...page.data.map((one) => one.id));
    cursor = page.next ?? undefined;
  } while (cursor);
  expect(seen).toHaveLength(8);
  expect(new Set(seen).size).toBe(8);
  expect((await client.call(listCustomers, { query: { tag: 'a/b' } })).data.map((one) => one.id)).toEqual([id]);
  expect(await client.call(deleteCustomer, { params: { id } })).toBeUndefined();
  expect(asked).toBeGreaterThan(10);
});

eachDatabase(
  'a refusal is an error with status, code, place and the id of the request, for every kind of refusal',
  async (on) => {
    await using app = await testApp(on);
    const token = await app.bearerToken(['customers:read', 'customers:write']);
    const client = createClient({ baseUrl: app.url, token });
    const refused = async (call: Promise<unknown>): Promise<ApiError> => {
      const error = await call.then(
        () => new Error('it was accepted'),
        (caught: unknown) => caught,
      );
      expect(error).toBeInstanceOf(ApiError);
      return error as ApiError;
    };
    const nobody = await refused(client.call(getCustomer, { params: { id: 'no/body?' } }));
    expect(nobody).toMatchObject({ status: 404, code: 'CUSTOMER_NOT_FOUND' });
    expect(nobody.requestId).toMatch(/\S+/);
    expect(nobody.message).toBe(nobody.problem.detail);
    expect(await refused(client.call(createCustomer, { body: { email: 'no address' } }))).toMatchObject({
      code: 'INVALID_VALUE',
      pointer: '/email',
    });
    expect(await refused(client.call(createCustomer, { body: { nmae: 'x' } as never }))).toMatchObject({
      status: 400,
      pointer: '/nmae',
    });
    expect(await refused(client.call(listCustomers, { query: { limit: 0 } }))).toMatchObject({
      pointer: '/query/limit',
    });
    expect(await refused(client.call(recordEvents, { body: [] as never }))).toMatchObject({ status: 403 });
    const stranger = createClient({ baseUrl: app.url, token: 'rap_at_nobody' });
    expect(await refused(stranger.call(listCustomers, {}))).toMatchObject({ status: 401 });
    expect(await refused(createClient({ baseUrl: app.url }).call(listCustomers, {}))).toMatchObject({ status: 401 });
    expect((await createClient({ baseUrl: app.url }).request(getHealth, {})).status).toBe(200);
  },
);

eachDatabase(
  'a write repeated under one key is done once and answered alike; another body under it is refused',
  async (on) => {
    await using app = await testApp(on);
    const token = await app.bearerToken([
      'orders:read',
      'orders:write',
      'customers:write',
      'messages:write',
      'messages:read',
      'pii',
    ]);
    const client = createClient({ baseUrl: app.url, token });
    const order = {
      customer: { email: 'ada@example.com' },
      currency: 'EUR',
      lines: [{ sku: 'TEA', quantity: 2, unitPrice: 450 }],
    };
    const headers = { 'Idempotency-Key': 'order-7' };
    const first = await client.request(createOrder, { body: order, headers });
    const again = await client.request(createOrder, { body: order, headers });
    expect(first.body).toMatchObject({ total: 900 });
    expect(again.body).toEqual(first.body);
    expect(again.status).toBe(first.status);
    await expect(client.call(createOrder, { body: { ...order, currency: 'USD' }, headers })).rejects.toBeInstanceOf(
      ApiError,
    );
    const message = {
      channel: 'email',
      purpose: 'staff' as const,
      to: 'desk@example.com',
      content: { text: 'Hi' },
      sendKey: 'note-1',
    };
    const sent = await Promise.all(Array.from({ length: 5 }, () => client.call(sendMessage, { body: message })));
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
  },
);

eachDatabase(
  'a browser with a session writes with its CSRF token and not without; files go up and come down as they are',
  async (on) => {
    await using app = await testApp(on);
    const { cookie, csrfToken } = await app.signIn('owner');
    // A browser's fetch sends the cookie by itself.
    const withCookie = (input: string, init: RequestInit) =>
      fetch(input, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), Cookie: `${cookie.name}=${cookie.value}` },
      });
    const page = createClient({ baseUrl: app.url, fetch: withCookie, csrf: () => csrfToken });
    const forged = createClient({ baseUrl: app.url, fetch: withCookie });
    await expect(forged.call(createCustomer, { body: { name: 'Eve' } })).rejects.toMatchObject({ status: 403 });
    expect((await forged.call(listCustomers, {})).data).toEqual([]);
    expect(await page.call(createCustomer, { body: { name: 'Ada' } })).toMatchObject({ name: 'Ada' });
    const file = new Blob(['name,email\n"Li, Bai",li@example.com\n'], { type: 'text/csv' });
    const started = await page.request(uploadImport, { params: { what: 'customers' }, body: file });
    expect(started.status).toBe(202);
    const rows = async (): Promise<string> => String(await page.call(exportTable, { params: { what: 'customers' } }));
    await expect.poll(rows, { timeout: 15_000 }).toContain('li@example.com');
    expect(await rows()).toContain('"Li, Bai"');
  },
);
