// The address that a channel declares in its manifest: which one a message needs, which one the plugin is given, and whose consent
// counts. A customer without it gets nothing, and the plugin is not asked.
import { expect, vi } from 'vitest';
import { system } from '../../core/index.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { filesOf, installPlugin } from '../support/plugins.ts';

const within = { timeout: 15_000, interval: 30 };
const email = 'ada@example.com';
const phone = '+491701234567';

/** Keeps what it was given, whole, under the message's id. */
const keeping = `export default { send: async (message, ctx) => {
  await ctx.kv.set(message.id, message);
  return { status: 'sent' };
} };`;
const channel = (key: string, address: string) => ({
  id: `acme/${key}`,
  provides: { channels: [{ key, title: key, address }] },
});
const given = async (app: TestApp): Promise<Record<string, unknown>[]> =>
  (await app.rapport.platform.database.reader('plugin_data')).map(({ value }: { value: string }) => JSON.parse(value));

type Sent = { channel: string; purpose?: string; customerId?: string; to?: string };
/** Sends, waits for the end, answers the message as it stands then. */
const send = async (app: TestApp, message: Sent) => {
  const asked = { purpose: 'service', content: { text: 'Hello' }, ...message };
  const made = await app.as('admin').post('/messages', asked);
  expect({ status: made.status, body: made.body }).toMatchObject({ status: 202 });
  return vi.waitFor(async () => {
    const { body } = await app.as('admin').get(`/messages/${made.body.id}`);
    expect(body.status).not.toBe('queued');
    return body;
  }, within);
};
const customer = async (app: TestApp, more: Record<string, unknown>): Promise<string> =>
  (await app.as('admin').post('/customers', { name: 'Ada', ...more })).body.id;
const consent = (app: TestApp, id: string, channel: string, status: string, purpose = 'service') =>
  app.as('admin').put(`/customers/${id}/consents`, { consents: [{ channel, purpose, status }] });

eachDatabase('a message has the address that its channel declares, and no other', async (on) => {
  await using app = await testApp(on);
  for (const [key, address] of [
    ['letter', 'email'],
    ['fax', 'phone'],
    ['board', 'none'],
  ] as const)
    await installPlugin(app.rapport.core.plugins, channel(key, address), keeping);
  const both = await customer(app, { email, phone });
  expect(await send(app, { channel: 'letter', customerId: both })).toMatchObject({ status: 'sent', to: email });
  expect(await send(app, { channel: 'fax', customerId: both })).toMatchObject({ status: 'sent', to: phone });
  expect(await send(app, { channel: 'board', customerId: both })).toMatchObject({ status: 'sent', to: null });
  const seen = new Map((await given(app)).map((message) => [message.channel, message]));
  expect(seen.get('letter')).toMatchObject({ to: email, customerId: both });
  expect(seen.get('fax')).toMatchObject({ to: phone });
  expect(seen.get('board')).toMatchObject({ to: null });
  expect(JSON.stringify(seen.get('letter'))).not.toContain(phone);
  expect(JSON.stringify(seen.get('fax'))).not.toContain(email);
  expect(JSON.stringify(seen.get('board'))).not.toMatch(/example\.com|4917012/);

  const neither = await customer(app, {});
  for (const key of ['letter', 'fax'])
    expect(await send(app, { channel: key, customerId: neither })).toMatchObject({
      status: 'dropped',
      reason: `no address for ${key}`,
      plugin: null,
    });
  expect(await send(app, { channel: 'board', customerId: neither })).toMatchObject({ status: 'sent', to: null });
  const onlyPhone = await customer(app, { phone: '+4915112345678' });
  expect(await send(app, { channel: 'letter', customerId: onlyPhone })).toMatchObject({ status: 'dropped' });
  expect(await given(app)).toHaveLength(4);
  // What staff give for one message goes as it is, whatever the channel's customers need.
  const staff = { channel: 'board', purpose: 'staff', to: 'room 4' };
  expect(await send(app, staff)).toMatchObject({ status: 'sent', to: 'room 4' });
});

eachDatabase('a consent for e-mail or phone holds for every channel that writes to that address', async (on) => {
  await using app = await testApp(on);
  for (const [key, address] of [
    ['letter', 'email'],
    ['fax', 'phone'],
    ['board', 'none'],
  ] as const)
    await installPlugin(app.rapport.core.plugins, channel(key, address), keeping);
  const id = await customer(app, { email, phone });
  await consent(app, id, 'email', 'denied');
  expect(await send(app, { channel: 'letter', customerId: id })).toMatchObject({
    status: 'dropped',
    reason: 'email was declined',
  });
  for (const key of ['fax', 'board'])
    expect(await send(app, { channel: key, customerId: id })).toMatchObject({ status: 'sent' });
  // A yes for the one channel does not undo the no for the address.
  await consent(app, id, 'letter', 'granted');
  expect(await send(app, { channel: 'letter', customerId: id })).toMatchObject({ reason: 'email was declined' });

  const marketing = { channel: 'fax', customerId: id, purpose: 'marketing' };
  expect(await send(app, marketing)).toMatchObject({ status: 'dropped', reason: 'no consent for fax' });
  await consent(app, id, 'phone', 'granted', 'marketing');
  expect(await send(app, marketing)).toMatchObject({ status: 'sent' });
  await consent(app, id, 'fax', 'denied', 'marketing');
  expect(await send(app, marketing)).toMatchObject({ status: 'dropped', reason: 'fax was declined' });
  expect(await send(app, { ...marketing, channel: 'board' })).toMatchObject({ reason: 'no consent for board' });
});

eachDatabase(
  'of two plugins that offer one channel the first says the address, and another kind is not asked',
  async (on) => {
    await using app = await testApp(on);
    const declining = `export default { send: () => ({ status: 'declined', reason: 'not mine' }) };`;
    await installPlugin(app.rapport.core.plugins, { ...channel('sms', 'phone'), id: 'acme/first' }, declining);
    await installPlugin(app.rapport.core.plugins, { ...channel('sms', 'email'), id: 'acme/other-kind' }, keeping);
    const id = await customer(app, { email, phone });
    expect(await send(app, { channel: 'sms', customerId: id })).toMatchObject({
      status: 'failed',
      reason: 'not mine',
      plugin: 'acme/first',
    });
    await installPlugin(app.rapport.core.plugins, { ...channel('sms', 'phone'), id: 'acme/second' }, keeping);
    expect(await send(app, { channel: 'sms', customerId: id })).toMatchObject({
      status: 'sent',
      plugin: 'acme/second',
    });
  },
);

eachDatabase('a message waits for a channel whose new version waits for consent, and then goes once', async (on) => {
  const start = Date.parse('2026-05-04T12:00:00Z');
  await using app = await testApp(on, { clock: start });
  const { plugins } = app.rapport.core;
  await installPlugin(plugins, channel('letter', 'email'), keeping);
  const wider = {
    ...channel('letter', 'email'),
    version: '1.1.0',
    scopes: { required: [{ scope: 'orders:read', reason: 'To test.' }] },
  };
  await plugins.installFiles(filesOf(wider, keeping), 'folder', system);
  const id = await customer(app, { email });
  const made = await app.as('admin').post('/messages', {
    channel: 'letter',
    purpose: 'service',
    content: { text: 'Hello' },
    customerId: id,
  });
  const { reader } = app.rapport.platform.database;
  await vi.waitFor(async () => {
    const [job] = await reader('jobs').where({ queue: 'messages' });
    expect(job).toMatchObject({ status: 'waiting', attempts: 0 });
    expect(job.put_off_since).not.toBeNull();
  }, within);
  const scopes = (await plugins.get('acme/letter')).scopes.map(({ scope }) => scope);
  await plugins.consent('acme/letter', { scopes, enable: true }, system);
  (app.rapport.platform.clock as unknown as { advance: (ms: number) => void }).advance(60_000);
  app.rapport.platform.jobs.wake('messages');
  await vi.waitFor(
    async () => expect((await app.as('admin').get(`/messages/${made.body.id}`)).body.status).toBe('sent'),
    within,
  );
  expect(await given(app)).toHaveLength(1);
});
