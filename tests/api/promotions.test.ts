// Promotions over HTTP: documents, quotes with their reasons, codes, and what is refused.
import { expect, test } from 'vitest';
import { testApp } from '../support/app.ts';
import { createTestDatabase, eachDatabase } from '../support/databases.ts';
import { cart, createShop, everybody, subtotalAtLeast } from './promotions-shop.ts';

const open = async () => {
  const on = await createTestDatabase('sqlite');
  const app = await testApp(on, { clock: '2026-07-15T12:00:00Z' });
  return {
    app,
    shop: createShop(app),
    [Symbol.asyncDispose]: async () => {
      await app[Symbol.asyncDispose]();
      await on[Symbol.asyncDispose]();
    },
  };
};

eachDatabase('a promotion is written, activated, quoted, changed and rolled back', async (on) => {
  await using app = await testApp(on);
  const { staff, quote } = createShop(app);
  const event = { type: 'grant', params: { target: 'order', bp: 1000 } };
  const written = await staff.post('/promotions', { key: 'ten', name: 'Ten', ...everybody, event });
  expect(written).toMatchObject({
    status: 201,
    body: { key: 'ten', status: 'draft', version: 1, activeVersion: null },
  });
  const asked = { cart: cart([10_000]) };
  expect(await quote(asked)).toMatchObject({ total: 10_000, applied: [], skipped: [] });

  expect((await staff.post('/promotions/ten/activate', {})).body).toMatchObject({ status: 'active', activeVersion: 1 });
  expect(await quote(asked)).toMatchObject({ total: 9000, applied: [{ key: 'ten', version: 1, amount: 1000 }] });

  const change = await staff.patch('/promotions/ten', {
    event: { type: 'grant', params: { target: 'order', bp: 2000 } },
  });
  expect(change.body).toMatchObject({ version: 2, activeVersion: 1, event: { params: { bp: 2000 } } });
  expect((await quote(asked)).total).toBe(9000);
  await staff.post('/promotions/ten/activate', {});
  expect((await quote(asked)).total).toBe(8000);
  await staff.post('/promotions/ten/activate', { version: 1 });
  expect((await quote(asked)).total).toBe(9000);

  const read = await staff.get('/promotions/ten');
  const stale = { 'If-Match': `"${read.body.revision - 1}"` };
  expect(read.headers.get('etag')).toBe(`"${read.body.revision}"`);
  expect(await staff.patch('/promotions/ten', { name: 'Late' }, stale)).toMatchObject({
    status: 412,
    body: { code: 'VERSION_CONFLICT' },
  });

  const history = (await staff.get('/promotions/ten/versions')).body;
  expect(history.versions.map((v: { version: number; active: boolean }) => [v.version, v.active])).toEqual([
    [2, false],
    [1, true],
  ]);
  expect(history.activations).toHaveLength(3);
  await staff.post('/promotions/ten/pause', {});
  expect((await quote(asked)).total).toBe(10_000);
  expect((await staff.delete('/promotions/ten')).status).toBe(204);
  expect((await staff.get('/promotions?status=archived')).body.data).toMatchObject([{ key: 'ten' }]);
});

test('a quote shows lines, shipping, points and every reason', async () => {
  await using world = await open();
  const { promote, quote } = world.shop;
  await promote('ten', { priority: 10, params: { target: 'order', bp: 1000 } });
  await promote('twenty', { priority: 1, params: { target: 'order', bp: 2000 }, conditions: subtotalAtLeast(10_000) });
  await promote('hundred', { params: { target: 'order', bp: 5000 }, conditions: subtotalAtLeast(50_000) });
  await promote('five-eur', { params: { target: 'order', amount: 500, currency: 'SEK' } });
  await promote('winter', {
    params: { target: 'order', bp: 5000, schedule: { from: '2026-12-01', to: '2027-01-01' } },
  });
  await promote('coded', { params: { target: 'order', bp: 5000, code: { required: true } } });
  await promote('once', { params: { target: 'order', bp: 5000, limits: { perCustomer: 1 } } });
  await promote('shoes', { params: { target: 'line', bp: 5000, match: { categories: ['shoes'] } } });
  await promote('points', {
    params: { target: 'points', points: { per: 1, unit: 100, pendingDays: 14, expireMonths: 12 } },
  });
  const quoted = await quote({ cart: { ...cart([10_500]), shipping: 500, codes: ['nope'] } });
  expect(quoted).toMatchObject({
    lines: [{ sku: 'sku-0', quantity: 1, gross: 10_500, discount: 1050, net: 9450 }],
    subtotal: 10_500,
    discount: 1050,
    shipping: 500,
    total: 9950,
    points: 94,
    pointsAvailable: 0,
    pointsPending: [{ points: 94, availableAt: '2026-07-29T00:00:00.000Z' }],
  });
  expect(quoted.applied.map((entry: { key: string }) => entry.key)).toEqual(['ten', 'points']);
  expect(quoted.skipped).toEqual([
    { key: 'coded', reason: 'code', detail: 'NOPE: not known' },
    { key: 'five-eur', reason: 'currency', detail: 'EUR ≠ SEK' },
    { key: 'hundred', reason: 'condition', detail: '10500 < 50000' },
    { key: 'once', reason: 'customer_limit', detail: 'the customer is not known' },
    { key: 'shoes', reason: 'no_match', detail: 'no line matches' },
    { key: 'twenty', reason: 'threshold', detail: '9450 < 10000', by: 'ten' },
    { key: 'winter', reason: 'schedule', detail: 'starts 2026-12-01T00:00:00.000Z' },
  ]);
});

test('a percentage without money members applies in any currency, an amount only in its own', async () => {
  await using world = await open();
  const { promote, quote } = world.shop;
  await promote('amount', { params: { target: 'order', amount: 500, currency: 'EUR' } });
  await promote('percent', { params: { target: 'order', bp: 1000 } });
  const sek = await quote({ cart: { ...cart([10_000]), currency: 'SEK' } });
  expect(sek).toMatchObject({ total: 9000, skipped: [{ key: 'amount', reason: 'currency' }] });
});

test('now may be tried by those who may write promotions, and by nobody else', async () => {
  await using world = await open();
  await world.shop.promote('winter', { params: { target: 'order', bp: 5000, schedule: { from: '2026-12-01' } } });
  const body = { cart: cart([1000]), now: '2026-12-01T00:00:00Z' };
  expect((await world.shop.quote(body)).total).toBe(500);
  const reader = world.app.as(['promotions:read']);
  expect(await reader.post('/promotions/quote', body)).toMatchObject({
    status: 403,
    body: { code: 'INSUFFICIENT_SCOPE', pointer: '/now' },
  });
  expect((await reader.post('/promotions/quote', { cart: cart([1000]) })).body.total).toBe(1000);
  expect((await reader.post('/promotions/redeem', { orderId: 'a', cart: cart([1000]) })).status).toBe(403);
  expect((await world.app.as('anonymous').post('/promotions/quote', { cart: cart([1000]) })).status).toBe(401);
});

test('conditions look at the customer: attributes of the person and an unknown visitor', async () => {
  await using world = await open();
  const { promote, quote, customer } = world.shop;
  await promote('paris', {
    params: { target: 'order', bp: 1000 },
    conditions: { all: [{ fact: 'customer.city', operator: 'equal', value: 'Paris' }] },
  });
  const ada = await customer({ name: 'Ada', city: 'Paris', email: 'ada@example.com' });
  const bob = await customer({ name: 'Bob', city: 'Rome', externalId: 'b-1' });
  const asked = { cart: cart([1000]) };
  expect((await quote({ ...asked, customer: ada })).total).toBe(900);
  expect((await quote({ ...asked, customer: { email: 'ADA@example.com' } })).total).toBe(900);
  const other = await quote({ ...asked, customer: { externalId: 'b-1' } });
  expect(other.skipped).toEqual([{ key: 'paris', reason: 'condition', detail: 'needs customer.city equal Paris' }]);
  expect((await quote({ ...asked, customer: bob })).total).toBe(1000);
  expect((await quote(asked)).total).toBe(1000);
  expect(await quote({ ...asked, customer: 'nobody' }, 404)).toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
});

test('codes: given, generated, typed in any case, used up, expired, and blank is none', async () => {
  await using world = await open();
  const { promote, quote, redeem, staff } = world.shop;
  await promote('coded', { params: { target: 'order', bp: 1000, code: { required: true } } });
  const added = await staff.post('/promotions/coded/codes', { codes: [' spring ', 'SPRING', 'Ｓummer'], uses: 1 });
  expect(added).toMatchObject({ status: 201, body: { pool: 'coded', added: 2, codes: ['SPRING', 'SUMMER'] } });
  const again = await staff.post('/promotions/coded/codes', {
    codes: ['spring', 'winter'],
    expiresAt: '2026-07-15T12:00:01Z',
  });
  expect(again.body).toMatchObject({ added: 1, codes: ['WINTER'], duplicates: ['SPRING'] });
  const made = await staff.post('/promotions/coded/codes', { count: 200, pattern: 'VIP-****' });
  expect(new Set(made.body.codes).size).toBe(200);
  for (const code of made.body.codes) expect(code).toMatch(/^VIP-[2-9A-HJ-NP-Z]{4}$/);

  const withCodes = (...codes: string[]) => ({ cart: { ...cart([1000]), codes } });
  const reason = async (...codes: string[]) => (await quote(withCodes(...codes))).skipped[0];
  expect((await quote(withCodes(' spRing\u00a0'))).applied).toMatchObject([{ key: 'coded', code: 'SPRING' }]);
  expect(await reason()).toMatchObject({ reason: 'code', detail: 'no code given' });
  expect(await reason('  ')).toMatchObject({ reason: 'code', detail: 'no code given' });
  expect((await redeem('o-1', withCodes('spring'))).body.total).toBe(900);
  expect(await reason('Spring')).toMatchObject({ reason: 'code', detail: 'SPRING is used up' });
  expect((await quote(withCodes('spring', 'summer'))).applied).toMatchObject([{ code: 'SUMMER' }]);
  expect((await quote(withCodes('winter'))).total).toBe(900);
  world.app.clock.advance(1000);
  expect(await reason('winter')).toMatchObject({ detail: 'WINTER has expired' });
  const page = await staff.get('/promotions/coded/codes?limit=3');
  expect(page.body.data).toHaveLength(3);
  expect(page.body.next).not.toBeNull();
});

test('two promotions may share a pool, and an order uses the code once', async () => {
  await using world = await open();
  const { promote, redeem, cancel, staff } = world.shop;
  const code = { required: true, pool: 'party' };
  await promote('a', { params: { target: 'order', bp: 1000, code } });
  await promote('b', { params: { target: 'shipping', code } });
  await staff.post('/promotions/a/codes', { codes: ['party'] });
  const body = { cart: { ...cart([1000]), shipping: 300, codes: ['Party'] } };
  expect((await redeem('o-1', body)).body).toMatchObject({ total: 900, applied: [{ key: 'a' }, { key: 'b' }] });
  expect((await staff.get('/promotions/b/codes')).body.data).toMatchObject([{ code: 'PARTY', used: 1, uses: 1 }]);
  expect((await redeem('o-2', body)).body).toMatchObject({ total: 1300, applied: [] });
  await cancel('o-1');
  expect((await staff.get('/promotions/b/codes')).body.data).toMatchObject([{ code: 'PARTY', used: 0 }]);
});

const bad: [string, Record<string, unknown>, string, string][] = [
  [
    'an unknown fact',
    { conditions: { all: [{ fact: 'cart.colour', operator: 'equal', value: 1 }] } },
    '',
    '/conditions/all/0/fact',
  ],
  [
    'an empty all that nobody confirmed',
    { conditions: { all: [] }, confirmEveryone: undefined },
    '',
    '/conditions/all',
  ],
  ['bp of 0', { event: { params: { target: 'order', bp: 0 } } }, 'INVALID_REQUEST', '/event/params/bp'],
  ['bp above 10000', { event: { params: { target: 'order', bp: 10_001 } } }, 'INVALID_REQUEST', '/event/params/bp'],
  [
    'an amount of 0',
    { event: { params: { target: 'order', amount: 0, currency: 'EUR' } } },
    'INVALID_REQUEST',
    '/event/params/amount',
  ],
  ['buy of 0', { event: { params: { target: 'freeItem', buy: 0, get: 1 } } }, 'INVALID_REQUEST', '/event/params/buy'],
  [
    'an amount without currency',
    { event: { params: { target: 'order', amount: 5 } } },
    'PROMOTION_INVALID',
    '/event/params/currency',
  ],
  [
    'a member nobody knows',
    { event: { params: { target: 'order', bp: 5, colour: 1 } } },
    'INVALID_REQUEST',
    '/event/params/colour',
  ],
  [
    'a schedule backwards',
    { event: { params: { target: 'order', bp: 5, schedule: { from: '2026-02-02', to: '2026-02-01' } } } },
    'PROMOTION_INVALID',
    '/event/params/schedule/to',
  ],
  [
    'a coupon of no promotion',
    { event: { params: { target: 'coupon', coupon: { promotion: 'none' } } } },
    'PROMOTION_INVALID',
    '/event/params/coupon/promotion',
  ],
  [
    'a test that fails',
    { tests: [{ facts: { 'cart.subtotal': 5 }, expected: false }] },
    'RULE_TEST_FAILED',
    '/tests/0',
  ],
];

test.each(bad)('refused at save with a pointer: %s', async (_, members, code, pointer) => {
  await using world = await open();
  const good = { key: 'bad', name: 'Bad', ...everybody, event: { params: { target: 'order', bp: 1000 } } };
  const reply = await world.shop.staff.post('/promotions', { ...good, ...members });
  expect(reply.status, JSON.stringify(reply.body)).toBeGreaterThanOrEqual(400);
  expect(reply.status).toBeLessThan(500);
  expect(reply.body.pointer).toBe(pointer);
  if (code) expect(reply.body.code).toBe(code);
  expect((await world.shop.staff.get('/promotions/bad')).status).toBe(404);
});

const badCarts: [string, Record<string, unknown>, string][] = [
  ['a quantity of 0', { lines: [{ sku: 'a', quantity: 0, unitPrice: 1 }] }, '/cart/lines/0/quantity'],
  ['half a unit', { lines: [{ sku: 'a', quantity: 1.5, unitPrice: 1 }] }, '/cart/lines/0/quantity'],
  ['a negative price', { lines: [{ sku: 'a', quantity: 1, unitPrice: -1 }] }, '/cart/lines/0/unitPrice'],
  [
    'a line beyond 10^12',
    { lines: [{ sku: 'a', quantity: 1000, unitPrice: 1_000_000_000_000 }] },
    '/cart/lines/0/quantity',
  ],
  ['no currency', { currency: undefined, lines: [] }, '/cart/currency'],
  ['negative shipping', { lines: [], shipping: -1 }, '/cart/shipping'],
];

test.each(badCarts)('a cart is refused: %s', async (_, members, pointer) => {
  await using world = await open();
  const reply = await world.shop.staff.post('/promotions/quote', { cart: { currency: 'EUR', ...members } });
  expect(reply).toMatchObject({ status: 400, body: { pointer } });
});

test('a cart with shipping only is a cart', async () => {
  await using world = await open();
  await world.shop.promote('free', { params: { target: 'shipping' } });
  expect(await world.shop.quote({ cart: { currency: 'EUR', lines: [], shipping: 490 } })).toMatchObject({
    total: 0,
    shipping: 0,
    shippingDiscount: 490,
  });
});
