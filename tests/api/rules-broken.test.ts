// What an alert, a promotion or a named condition names and is not there: refused at save with a pointer, and shown as `broken`
// where hands in the database took it away from one that runs.
import { expect } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { installChannel } from '../support/plugins.ts';

const content = { subject: 'Hello', text: 'Hello {{customer.firstName}}' };
const trigger = { kind: 'event', types: ['signed.up'] };
const through = (channel: string) => [
  { kind: 'tag', tag: 'greeted' },
  { kind: 'message', channel, content },
];
const plan = { all: [{ fact: 'attribute.plan', operator: 'equal', value: 'gold' }] };

eachDatabase('an alert names only channels that an installed plugin brings, switched on or not', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const save = (key: string, channel: string) =>
    owner.post('/alerts', { key, name: key, trigger, actions: through(channel) });
  expect(await save('a', 'email')).toMatchObject({
    status: 422,
    body: {
      code: 'CHANNEL_UNKNOWN',
      pointer: '/actions/1/channel',
      detail: 'No installed plugin brings the channel "email"; there are none.',
    },
  });
  await installChannel(app.rapport.core.plugins, 'sms');
  await installChannel(app.rapport.core.plugins, 'email');
  expect((await owner.get('/plugins/acme~email')).body.status).toBe('waiting-for-consent');
  expect((await save('a', 'email')).status).toBe(201);
  expect((await save('b', 'e-mail')).body).toMatchObject({ code: 'CHANNEL_UNKNOWN', pointer: '/actions/1/channel' });
  expect((await save('b', 'sms')).status).toBe(201);
  // Of a change too, and of what was right when it was saved.
  expect((await owner.patch('/alerts/b', { actions: through('fax') })).body).toMatchObject({
    code: 'CHANNEL_UNKNOWN',
    detail: 'No installed plugin brings the channel "fax"; there are email, sms.',
  });
  expect(await owner.delete('/plugins/acme~sms')).toMatchObject({ status: 409, body: { code: 'RULE_IN_USE' } });
  expect((await owner.delete('/plugins/acme~sms?cascade=true')).status).toBe(204);
  expect((await owner.post('/alerts/b/activate', {})).body).toMatchObject({
    code: 'CHANNEL_UNKNOWN',
    pointer: '/actions/1/channel',
  });
});

/** A shop in which each kind of rule runs and names something. */
const furnish = async (app: TestApp): Promise<void> => {
  const owner = app.as('owner');
  const must = async (path: string, body: unknown, status = 201) =>
    expect({ path, ...(await owner.post(path, body)) }).toMatchObject({ path, status });
  await must('/attributes', { key: 'plan', title: 'Plan', type: 'text' });
  await must('/templates', {
    key: 'welcome',
    channel: 'email',
    title: 'Welcome',
    contents: { en: content },
    defaultLanguage: 'en',
  });
  await must('/segments', {
    key: 'here',
    name: 'Here',
    conditions: { all: [{ fact: 'customer.country', operator: 'equal', value: 'NO' }] },
  });
  await must('/segments/here/activate', {}, 200);
  const alerts = {
    through: { trigger, actions: through('email') },
    templated: { trigger, actions: [{ kind: 'message', channel: 'email', template: 'welcome' }] },
    moved: { trigger: { kind: 'segment', segment: 'here', moment: 'left' }, actions: [{ kind: 'webhook' }] },
    read: { trigger, conditions: plan, actions: [{ kind: 'webhook' }] },
    whole: { trigger, actions: [{ kind: 'webhook' }] },
  };
  for (const [key, alert] of Object.entries(alerts)) {
    await must('/alerts', { key, name: key, ...alert });
    await must(`/alerts/${key}/activate`, {}, 200);
  }
  await must('/conditions', { key: 'golden', name: 'Golden', conditions: plan });
  await must('/conditions/golden/activate', {}, 200);
  await app.rapport.platform.database.writer('levels').insert({ key: 'gold', title: 'Gold', rank: 1 });
  const everyone = { conditions: { all: [] }, confirmEveryone: true, status: 'active' };
  const promotions = {
    'by-name': { conditions: { all: [{ condition: 'golden' }] }, params: { target: 'order', bp: 500 } },
    'to-gold': { ...everyone, params: { target: 'tier', tier: { level: 'gold' } } },
    plain: { ...everyone, params: { target: 'order', bp: 1000 } },
  };
  for (const [key, { params, ...promotion }] of Object.entries(promotions))
    await must('/promotions', { key, name: key, event: { type: 'grant', params }, status: 'active', ...promotion });
};

const brokenOf = async (app: TestApp, path: string): Promise<Record<string, string | null>> => {
  const { data } = (await app.as('owner').get(path)).body;
  const rows = data as { key: string; broken: string | null }[];
  for (const { key, broken } of rows)
    expect((await app.as('owner').get(`${path}/${key}`)).body).toMatchObject({ key, broken });
  return Object.fromEntries(rows.map(({ key, broken }) => [key, broken]));
};

eachDatabase('every kind of rule says that it is broken, why, and when it is whole again', async (on) => {
  await using app = await testApp(on, { email: true });
  await furnish(app);
  const { broken } = app.rapport.rules.populations;
  const { writer } = app.rapport.platform.database;
  expect(await broken.check()).toBe(0);

  const plugin = await writer('plugins').where({ id: 'acme/email' }).first();
  const template = await writer('templates').where({ key: 'welcome' }).first();
  await writer('plugins').where({ id: 'acme/email' }).delete();
  await writer('templates').where({ key: 'welcome' }).delete();
  await writer('levels').where({ key: 'gold' }).delete();
  await writer('rules').where({ kind: 'segment', key: 'here' }).update({ status: 'archived' });
  await writer('attribute_definitions').where({ key: 'plan' }).update({ archived_at: 1 });
  expect(await broken.check()).toBe(7);
  expect(await brokenOf(app, '/alerts')).toEqual({
    through: 'No installed plugin brings the channel "email"; there are none.',
    templated: 'No installed plugin brings the channel "email"; there are none.',
    moved: 'No segment here.',
    read: 'There is no fact "attribute.plan".',
    whole: null,
  });
  expect(await brokenOf(app, '/conditions')).toEqual({ golden: 'There is no fact "attribute.plan".' });
  expect(await brokenOf(app, '/promotions')).toEqual({
    'by-name': 'There is no fact "attribute.plan".',
    'to-gold': 'There is no level gold.',
    plain: null,
  });
  // A broken promotion gives nothing, and says so; the others go on.
  const cart = { currency: 'EUR', lines: [{ sku: 'a', quantity: 1, unitPrice: 1000 }] };
  const quote = await app.as('owner').post('/promotions/quote', { cart });
  expect(quote.body.applied.map(({ key }: { key: string }) => key)).toContain('plain');
  expect(quote.body.applied.map(({ key }: { key: string }) => key)).not.toContain('by-name');

  const text = (value: unknown) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value);
  const again = (row: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value : text(value)]));
  await writer('plugins').insert(again(plugin));
  await writer('levels').insert({ key: 'gold', title: 'Gold', rank: 1 });
  await writer('attribute_definitions').where({ key: 'plan' }).update({ archived_at: null });
  await writer('rules').where({ kind: 'segment', key: 'here' }).update({ status: 'active' });
  expect(await broken.check()).toBe(1);
  expect(await brokenOf(app, '/alerts')).toMatchObject({ templated: 'There is no template welcome.', through: null });
  expect(await brokenOf(app, '/conditions')).toEqual({ golden: null });
  await writer('templates').insert(again(template));
  expect(await broken.check()).toBe(0);
  const actions = await writer('audit').where('action', 'like', '%.broken').orderBy('seq').pluck('action');
  expect(actions.toSorted()).toEqual([
    ...Array.from({ length: 5 }, () => 'alert.broken'),
    'condition.broken',
    'promotion.broken',
    'promotion.broken',
  ]);
});
