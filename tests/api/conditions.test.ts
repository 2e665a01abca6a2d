// Named conditions over HTTP: made, changed, activated, named by rules, archived; and what an activation moves.
import { expect, vi } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

const city = (value: string) => ({ all: [{ fact: 'customer.city', operator: 'equal', value }] });
const named = (key: string) => ({ all: [{ condition: key }] });

const settled = async (app: TestApp, segment: string, members: number): Promise<void> =>
  vi.waitFor(async () => {
    const { body } = await app.as('owner').get(`/segments/${segment}`);
    expect([body.buildJob, body.members]).toEqual([null, members]);
  }, 20_000);

const make = async (app: TestApp, key: string, conditions: object, more: object = {}): Promise<void> => {
  const owner = app.as('owner');
  const made = await owner.post('/conditions', { key, name: key, conditions, ...more });
  expect({ status: made.status, body: made.body }).toMatchObject({
    status: 201,
    body: { status: 'draft', version: 1 },
  });
  expect((await owner.post(`/conditions/${key}/activate`, {})).body).toMatchObject({ activeVersion: 1 });
};

const segment = async (app: TestApp, key: string, conditions: object): Promise<void> => {
  expect((await app.as('owner').post('/segments', { key, name: key, conditions })).status).toBe(201);
  expect((await app.as('owner').post(`/segments/${key}/activate`, {})).status).toBe(200);
};

eachDatabase('a named condition is made, changed, activated, listed and archived', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const tests = [{ facts: { 'customer.city': 'Rome' }, expected: true }];
  const made = await owner.post('/conditions', { key: 'romans', name: 'Romans', conditions: city(' Rome '), tests });
  expect(made).toMatchObject({
    status: 201,
    body: { context: 'customer', conditions: city('Rome'), activeVersion: null },
  });
  const etag = made.headers.get('etag')!;
  expect((await owner.get('/rules/vocabulary')).body.conditions).toEqual([]);
  await owner.post('/conditions/romans/activate', {});
  expect((await owner.get('/rules/vocabulary')).body.conditions).toEqual(['romans']);

  expect(await owner.patch('/conditions/romans', { name: 'X' }, { 'If-Match': etag })).toMatchObject({ status: 412 });
  const changed = await owner.patch('/conditions/romans', { conditions: city('Oslo'), tests });
  expect(changed.body).toMatchObject({ version: 2, activeVersion: 1, conditions: city('Oslo') });
  const failing = await owner.post('/conditions/romans/activate', {});
  expect(failing).toMatchObject({ status: 422, body: { code: 'RULE_TEST_FAILED', pointer: '/tests/0' } });
  await owner.patch('/conditions/romans', { tests: [] });
  expect((await owner.post('/conditions/romans/activate', {})).body).toMatchObject({ activeVersion: 3 });
  const { versions, activations } = (await owner.get('/conditions/romans/versions')).body;
  expect([versions.length, activations.length]).toEqual([3, 2]);
  expect((await owner.get('/conditions?status=active')).body.data).toMatchObject([{ key: 'romans' }]);

  expect((await owner.delete('/conditions/romans')).status).toBe(204);
  expect((await owner.get('/conditions/romans')).body.status).toBe('archived');
  expect((await owner.get('/rules/vocabulary')).body.conditions).toEqual([]);
});

eachDatabase(
  'what is wrong with a named condition is said with a code and a pointer; scopes are rules’',
  async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    const refused = async (body: object) => (await owner.post('/conditions', { key: 'x', name: 'X', ...body })).body;
    expect(await refused({})).toMatchObject({ code: 'INVALID_REQUEST', pointer: '/conditions' });
    expect(await refused({ conditions: { any: [] } })).toMatchObject({ code: 'ANY_EMPTY', pointer: '/conditions/any' });
    expect(await refused({ conditions: named('y') })).toMatchObject({
      code: 'CONDITION_UNKNOWN',
      pointer: '/conditions/all/0/condition',
    });
    const cart = { all: [{ fact: 'cart.subtotal', operator: 'greaterThan', value: 5 }] };
    expect(await refused({ conditions: cart })).toMatchObject({ code: 'FACT_NOT_HERE' });
    expect(await refused({ conditions: city('Rome'), context: 'nowhere' })).toMatchObject({ pointer: '/context' });
    expect((await owner.get('/conditions/none')).status).toBe(404);
    expect((await app.as(['rules:read']).post('/conditions', { key: 'x', name: 'X', conditions: cart })).status).toBe(
      403,
    );
    expect((await app.as(['segments:write']).get('/conditions')).status).toBe(403);
    expect((await app.as(['rules:read']).get('/conditions')).status).toBe(200);

    await make(app, 'rich', cart, { context: 'cart' });
    const inSegment = await owner.post('/segments', { key: 's', name: 'S', conditions: named('rich') });
    expect(inSegment.body).toMatchObject({ code: 'FACT_NOT_HERE', pointer: '/conditions/all/0/condition' });
    const promotion = {
      key: 'p',
      name: 'P',
      conditions: named('rich'),
      event: { params: { target: 'order', bp: 1000 } },
    };
    expect((await owner.post('/promotions', promotion)).status).toBe(201);
  },
);

eachDatabase(
  'activating another version moves the members of every segment that names it, also through another',
  async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    for (const each of ['Rome', 'Oslo', 'Oslo']) await owner.post('/customers', { city: each });
    await make(app, 'home', city('Rome'));
    await make(app, 'at-home', { not: { not: { condition: 'home' } } });
    await segment(app, 'direct', named('home'));
    await segment(app, 'through', named('at-home'));
    await segment(app, 'abroad', { not: { condition: 'home' } });
    await segment(app, 'reader', { all: [{ fact: 'segment.through', operator: 'equal', value: true }] });
    for (const [key, members] of [
      ['direct', 1],
      ['through', 1],
      ['abroad', 2],
      ['reader', 1],
    ] as const)
      await settled(app, key, members);

    await owner.patch('/conditions/home', { conditions: city('Oslo') });
    for (const key of ['direct', 'through']) await settled(app, key, 1);
    expect((await owner.post('/conditions/home/activate', {})).status).toBe(200);
    for (const [key, members] of [
      ['direct', 2],
      ['through', 2],
      ['abroad', 1],
      ['reader', 2],
    ] as const)
      await settled(app, key, members);
    const { data } = (await owner.get('/segments/direct/members')).body;
    expect(data.map(({ reason }: { reason: string }) => reason)).toEqual(Array(2).fill('condition home version 2'));

    // Live evaluation has the new meaning as well.
    const late = (await owner.post('/customers', { city: 'Oslo' })).body.id;
    expect((await owner.get('/segments/direct')).body.members).toBe(3);
    const explained = await owner.get(`/segments/through/explain?customer=${late}`);
    expect(explained.body).toMatchObject({
      matches: true,
      explanation: { conditions: { result: true, all: [{ condition: 'at-home', result: true }] } },
    });

    // And back.
    expect((await owner.post('/conditions/home/activate', { version: 1 })).status).toBe(200);
    for (const [key, members] of [
      ['direct', 1],
      ['through', 1],
      ['abroad', 3],
    ] as const)
      await settled(app, key, members);
  },
);

eachDatabase(
  'who names it is shown; it is archived only with its users paused, and no version may break them',
  async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    await make(app, 'home', city('Rome'));
    await segment(app, 'direct', named('home'));
    const { data } = (await owner.get('/rules/dependents?of=condition:home')).body;
    expect(data).toMatchObject([{ kind: 'segment', key: 'direct', active: true }]);

    expect(await owner.delete('/conditions/home')).toMatchObject({ status: 409, body: { code: 'RULE_IN_USE' } });
    const cart = { all: [{ fact: 'cart.subtotal', operator: 'greaterThan', value: 5 }] };
    expect((await owner.patch('/conditions/home', { conditions: cart, context: 'cart' })).status).toBe(200);
    const broken = await owner.post('/conditions/home/activate', {});
    expect(broken).toMatchObject({
      status: 422,
      body: { code: 'FACT_NOT_HERE', pointer: '/conditions', detail: expect.stringContaining('"direct"') },
    });
    expect((await owner.get('/conditions/home')).body).toMatchObject({ version: 2, activeVersion: 1 });

    const looped = await owner.patch('/conditions/home', { conditions: named('home'), context: 'customer' });
    expect(looped).toMatchObject({ status: 422, body: { code: 'CONDITION_CYCLE' } });
    const round = { all: [{ fact: 'segment.direct', operator: 'equal', value: true }] };
    const through = await owner.patch('/conditions/home', { conditions: round, context: 'customer' });
    expect(through.status).toBe(422);

    expect((await owner.delete('/conditions/home?cascade=true')).status).toBe(204);
    expect((await owner.get('/segments/direct')).body.status).toBe('paused');
  },
);

eachDatabase('an alert on a change and a promotion follow a named condition too', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const ada = (await owner.post('/customers', { city: 'Rome' })).body.id;
  await make(app, 'home', city('Oslo'));
  await owner.post('/promotions', {
    key: 'p',
    name: 'P',
    conditions: named('home'),
    event: { params: { target: 'order', bp: 1000 } },
  });
  await owner.post('/promotions/p/activate', {});
  const cart = { currency: 'EUR', lines: [{ sku: 'tea', quantity: 1, unitPrice: 1000 }] };
  const quote = async () => (await owner.post('/promotions/quote', { cart, customer: { id: ada } })).body;
  expect((await quote()).applied).toEqual([]);
  await owner.patch('/conditions/home', { conditions: city('Rome') });
  await owner.post('/conditions/home/activate', {});
  expect((await quote()).applied).toMatchObject([{ key: 'p' }]);

  const actions = [{ kind: 'tag', tag: 'arrived' }];
  await owner.post('/alerts', { key: 'a', name: 'A', trigger: { kind: 'change' }, conditions: named('home'), actions });
  await owner.post('/alerts/a/activate', {});
  await owner.patch('/conditions/home', { conditions: city('Bergen') });
  await owner.post('/conditions/home/activate', {});
  await vi.waitFor(async () => expect((await owner.get('/alerts/a')).body.buildJob).toBeNull(), 20_000);
  await owner.patch(`/customers/${ada}`, { city: 'Bergen' });
  expect((await owner.get('/alerts/a/firings')).body.data).toMatchObject([{ customerId: ada }]);
});
