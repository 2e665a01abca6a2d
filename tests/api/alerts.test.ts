import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

const until = async <T>(look: () => Promise<T>, met: (seen: T) => boolean): Promise<T> => {
  for (let i = 0; i < 500; i++) {
    const seen = await look();
    if (met(seen)) return seen;
    await wait(10);
  }
  throw new Error('it did not happen in time');
};

const built = (app: TestApp, path: string) =>
  until(
    async () => (await app.as('owner').get(path)).body,
    (body) => body.buildJob === null,
  );

const message = {
  kind: 'message',
  channel: 'email',
  to: 'desk@example.com',
  content: { subject: 'Look', text: '{{alert}}' },
};
const orderOf = (id: string, unitPrice: number) => ({
  customer: { id },
  currency: 'EUR',
  lines: [{ sku: 'a', quantity: 1, unitPrice }],
});

const activate = async (app: TestApp, alert: Record<string, unknown>): Promise<void> => {
  const owner = app.as('owner');
  const made = await owner.post('/alerts', { name: String(alert.key), ...alert });
  expect({ status: made.status, body: made.body }).toMatchObject({ status: 201 });
  expect((await owner.post(`/alerts/${String(alert.key)}/activate`, {})).status).toBe(200);
  await built(app, `/alerts/${String(alert.key)}`);
};

const firings = async (app: TestApp, key: string) => (await app.as('owner').get(`/alerts/${key}/firings`)).body.data;

eachDatabase('an order moves a customer into a segment, which fires an alert, which queues a message', async (on) => {
  await using app = await testApp(on, { email: true });
  const owner = app.as('owner');
  const { body: ada } = await owner.post('/customers', { name: 'Ada', email: 'ada@example.com' });
  await owner.post('/segments', {
    key: 'spender',
    name: 'Spender',
    conditions: {
      all: [{ fact: 'orders', params: { measure: 'sum', within: 'P30D' }, operator: 'greaterThan', value: 10000 }],
    },
  });
  await owner.post('/segments/spender/activate', {});
  await built(app, '/segments/spender');
  await activate(app, {
    key: 'big',
    trigger: { kind: 'segment', segment: 'spender', moment: 'entered' },
    conditions: { all: [{ fact: 'customer.email', operator: 'notEqual', value: null }] },
    actions: [message, { kind: 'tag', tag: 'big' }],
  });
  await owner.post('/orders', orderOf(ada.id, 9000));
  expect(await firings(app, 'big')).toEqual([]);
  await owner.post('/orders', orderOf(ada.id, 2000));
  const [firing] = await firings(app, 'big');
  expect(firing).toMatchObject({
    alert: 'big',
    customerId: ada.id,
    cause: { kind: 'segment', segment: 'spender', moment: 'entered' },
    facts: [{ fact: 'customer.email', operator: 'notEqual', needed: null, actual: 'ada@example.com' }],
    actions: [{ kind: 'message' }, { kind: 'tag', reference: 'big' }],
  });
  const sent = await owner.get(`/messages/${firing.actions[0].reference}`);
  expect(sent.body).toMatchObject({ channel: 'email', to: 'desk@example.com', source: 'alert:big' });
  expect((await owner.get(`/customers/${ada.id}`)).body.tags).toEqual(['big']);
});

eachDatabase('an event fires its alert, once per cooldown, even when many come at once', async (on) => {
  await using app = await testApp(on, { email: true });
  const owner = app.as('owner');
  const { body: ada } = await owner.post('/customers', { name: 'Ada' });
  await activate(app, {
    key: 'abandoned',
    trigger: { kind: 'event', types: ['cart.abandoned'] },
    conditions: { all: [{ fact: 'event.properties.value', operator: 'greaterThan', value: 100 }] },
    cooldown: 'P1D',
    actions: [message],
  });
  const event = (value: number) => ({ type: 'cart.abandoned', customer: { id: ada.id }, properties: { value } });
  await owner.post('/events', event(50));
  expect(await firings(app, 'abandoned')).toEqual([]);
  await Promise.all(Array.from({ length: 8 }, () => owner.post('/events', event(500))));
  expect(await firings(app, 'abandoned')).toMatchObject([
    {
      cause: { kind: 'event', event: { type: 'cart.abandoned', properties: { value: 500 } } },
      facts: [{ fact: 'event.properties.value', actual: 500, needed: 100 }],
    },
  ]);
  expect((await owner.get('/messages')).body.data).toHaveLength(1);
});

eachDatabase('the order itself can be looked at, and a change fires only when it becomes true', async (on) => {
  await using app = await testApp(on, { email: true });
  const owner = app.as('owner');
  const { body: ada } = await owner.post('/customers', { name: 'Ada', city: 'Oslo' });
  await activate(app, {
    key: 'large-order',
    trigger: { kind: 'event', types: ['order.placed'] },
    conditions: { all: [{ fact: 'event.properties.total', operator: 'greaterThan', value: 50000 }] },
    actions: [{ kind: 'webhook' }],
  });
  await activate(app, {
    key: 'in-oslo',
    trigger: { kind: 'change' },
    conditions: { all: [{ fact: 'customer.city', operator: 'equal', value: 'Oslo' }] },
    actions: [{ kind: 'tag', tag: 'oslo' }],
  });
  await owner.post('/orders', orderOf(ada.id, 60000));
  await owner.post('/orders', orderOf(ada.id, 600));
  expect(await firings(app, 'large-order')).toHaveLength(1);
  const move = (city: string) => owner.patch(`/customers/${ada.id}`, { city });
  expect(await firings(app, 'in-oslo')).toEqual([]);
  await move('Bergen');
  await move('Oslo');
  await owner.patch(`/customers/${ada.id}`, { name: 'Ada L' });
  expect(await firings(app, 'in-oslo')).toMatchObject([{ cause: { kind: 'change' } }]);
  await owner.post('/alerts/in-oslo/pause');
  await move('Bergen');
  await move('Oslo');
  expect(await firings(app, 'in-oslo')).toHaveLength(1);
});

eachDatabase('what is wrong with an alert is said with a code and a pointer', async (on) => {
  await using app = await testApp(on, { email: true });
  const owner = app.as('owner');
  const alert = { key: 'x', name: 'X', trigger: { kind: 'change' }, actions: [message] };
  const city = { all: [{ fact: 'customer.city', operator: 'equal', value: 'Oslo' }] };
  expect((await owner.post('/alerts', alert)).body.code).toBe('RULE_WITHOUT_CONDITIONS');
  const trigger = { kind: 'segment', segment: 'none', moment: 'entered' };
  expect((await owner.post('/alerts', { ...alert, trigger })).body).toMatchObject({
    code: 'RULE_NOT_FOUND',
    pointer: '/trigger/segment',
  });
  const both = { ...message, template: 't' };
  expect((await owner.post('/alerts', { ...alert, conditions: city, actions: [both] })).body.pointer).toBe(
    '/actions/0/template',
  );
  const { content: _, ...templated } = { ...message, template: 'none' };
  expect((await owner.post('/alerts', { ...alert, conditions: city, actions: [templated] })).body).toMatchObject({
    status: 400,
    pointer: '/actions/0/template',
  });
  expect((await owner.post('/alerts', { ...alert, conditions: city, cooldown: 'P' })).status).toBe(400);
  expect((await owner.post('/alerts', { ...alert, conditions: city, actions: [] })).status).toBe(400);
  const context = { all: [{ fact: 'event.properties.value', operator: 'greaterThan', value: 1 }] };
  expect((await owner.post('/alerts', { ...alert, conditions: context })).status).toBe(422);
  expect((await owner.get('/alerts/none/firings')).status).toBe(404);
});

eachDatabase('a text that nobody could read is refused when the alert is saved, with a pointer into it', async (on) => {
  await using app = await testApp(on, { email: true });
  const save = (content: Record<string, string>, more: Record<string, unknown> = {}) =>
    app.as('marketer').post('/alerts', {
      key: 'loud',
      name: 'Loud',
      trigger: { kind: 'event', types: ['order'] },
      actions: [{ kind: 'message', channel: 'email', content, ...more }],
    });
  const refused = async (content: Record<string, string>, pointer: string, more?: Record<string, unknown>) => {
    const { status, body } = await save(content, more);
    expect([status, body.code, body.pointer]).toEqual([422, 'TEMPLATE_INVALID', pointer]);
  };
  await refused({ text: 'Hello {{#if customer.name}' }, '/actions/0/content/text');
  await refused({ subject: '{{customer.nick}}', text: 'x' }, '/actions/0/content/subject');
  await refused({ text: 'x', html: '<p>{{oder.total}}</p>' }, '/actions/0/content/html');
  await refused({ text: 'To us: {{customer.name}}' }, '/actions/0/content/text', { to: 'desk@example.com' });
  expect((await save({ text: 'Hello {{default customer.firstName "there"}}, {{cause.kind}}' })).status).toBe(201);
});
