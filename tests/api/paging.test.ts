// Every list of the API that is read page by page, on both databases: each row once, in one order, also while rows are added; a
// cursor that is not of this list, and a limit that is none, are refused.
import type { AnyRoute } from '@rapport/sdk';
import * as contracts from '@rapport/sdk/routes';
import { expect, test } from 'vitest';
import { type TestClient, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { type Paged, pagedLists } from '../support/paged.ts';

const rows = 5;
const pagedRoutes = (Object.values(contracts) as unknown as AnyRoute[]).filter(
  ({ method, query }) => method === 'GET' && 'cursor' in (query?.properties ?? {}),
);

/** What tells the rows of a list apart, whatever they are. */
const nameOf = (item: Record<string, unknown>): string =>
  JSON.stringify(item.id ?? item.key ?? item.code ?? item.customerId ?? item.sku ?? item.customer ?? item);

const asking =
  (client: TestClient, path: string) =>
  (options: Record<string, string | number>): ReturnType<TestClient['get']> =>
    client.get(`${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams(options as Record<string, string>)}`);

/** All rows, `limit` at a time; `between` runs after the first page. */
const walk = async (
  ask: ReturnType<typeof asking>,
  limit: number,
  between?: () => Promise<unknown>,
): Promise<string[]> => {
  const found: string[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < 100; pages++) {
    const reply = await ask({ limit, ...(cursor !== null && { cursor }) });
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    expect(reply.body.data.length).toBeLessThanOrEqual(limit);
    found.push(...reply.body.data.map(nameOf));
    cursor = reply.body.next;
    if (cursor === null) return found;
    if (pages === 0) await between?.();
  }
  throw new Error('the pages do not end');
};

test('there are such lists, and one of them is customers', () => {
  expect(pagedRoutes.length).toBeGreaterThan(20);
  expect(pagedRoutes.map(({ path }) => path)).toContain('/customers');
});

eachDatabase('every paged list is walked in any steps: each row once, in the same order', async (on) => {
  await using app = await testApp(on, { clock: '2026-03-01T12:00:00Z', environment: { RAPPORT_RATE_LIMIT: '0' } });
  const lists = await pagedLists(app);
  for (const { path } of pagedRoutes) {
    const list: Paged | undefined = lists[path];
    expect(list, `no rows are made for the list ${path}`).toBeDefined();
    for (let n = 0; n < rows; n++) await list!.add(n);
    const ask = asking(app.as('owner'), list!.at ?? path);
    const whole = await walk(ask, 200);
    expect(whole.length, path).toBeGreaterThanOrEqual(rows);
    expect(new Set(whole).size, path).toBe(whole.length);
    expect(await walk(ask, 1), path).toEqual(whole);
    expect(await walk(ask, 2), path).toEqual(whole);

    // A row that comes while somebody reads takes none of the others away, and shows none twice.
    const meanwhile = await walk(ask, 2, () => list!.add(rows));
    expect(new Set(meanwhile).size, path).toBe(meanwhile.length);
    expect(meanwhile, path).toEqual(expect.arrayContaining(whole));
  }
});

eachDatabase('a cursor that cannot be read and a limit out of bounds are refused, with a pointer', async (on) => {
  await using app = await testApp(on, { environment: { RAPPORT_RATE_LIMIT: '0' } });
  const lists = await pagedLists(app);
  const number = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const { path, query } of pagedRoutes) {
    const ask = asking(app.as('owner'), lists[path]!.at ?? path);
    const most = (query!.properties as Record<string, { maximum?: number }>).limit?.maximum;
    expect(most, path).toBeGreaterThan(0);
    for (const limit of [0, -1, 1.5, most! + 1, 'all']) {
      const { status, body } = await ask({ limit });
      expect({ path, limit, status, pointer: body.errors?.[0]?.pointer ?? body.pointer }).toEqual({
        path,
        limit,
        status: 400,
        pointer: '/query/limit',
      });
    }
    for (const cursor of [
      'x',
      '%',
      'e30',
      number({}),
      number([]),
      number([1]),
      number([1, 2, 3, 4]),
      number([{}, 'a']),
    ]) {
      const { status, body } = await ask({ cursor });
      expect({ path, cursor, status, code: body.code }).toEqual({ path, cursor, status: 400, code: 'BAD_CURSOR' });
    }
  }
});

eachDatabase('a cursor of one order is refused in another, instead of leaving rows out', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  for (let n = 0; n < 3; n++) await owner.post('/customers', { name: `Name ${n}` });
  const { body } = await owner.get('/customers?sort=name&limit=1');
  for (const sort of ['-updatedAt', '-name', 'lastSeenAt', 'createdAt']) {
    const reply = await owner.get(`/customers?sort=${sort}&limit=1&cursor=${body.next}`);
    expect({ sort, status: reply.status, code: reply.body.code }).toEqual({ sort, status: 400, code: 'BAD_CURSOR' });
  }
  expect((await owner.get(`/customers?sort=name&limit=1&cursor=${body.next}`)).body.data[0].name).toBe('Name 1');
  expect((await owner.get(`/orders?cursor=${body.next}`)).body.code).toBe('BAD_CURSOR');
});
