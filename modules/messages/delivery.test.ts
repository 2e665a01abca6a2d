// What becomes of one message: may it go, to which address, what does the channel's answer mean. The channel is the test's own, as it is
// a plugin's; everything else is real, on both databases.
import { expect, vi } from 'vitest';
import { createCore, NotNow, system, TryLater } from '../../core/index.ts';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testClock, testPlatform } from '../../tests/support/platform.ts';
import { type Channel, type ChannelAnswer, messageJob, type Outgoing } from './delivery.ts';
import { messagesModule } from './index.ts';
import { createMessages, type SendRequest } from './messages.ts';
import { createRenderer } from './renderer.ts';
import { createTemplates } from './templates.ts';

const noon = '2026-03-29T12:00:00.000Z';
const accepted: ChannelAnswer = { kind: 'accepted', plugin: 'acme/mail', providerId: 'p-1' };

const world = async (on: TestDatabase) => {
  const platform = await testPlatform(on, testClock(noon));
  const { customers } = createCore(platform);
  platform.declared.declareTables('messages', messagesModule.tables);
  const templates = createTemplates(platform);
  const messages = createMessages(platform, templates);
  const renderer = createRenderer();
  const taken: Outgoing[] = [];
  const channel = { address: 'email' as Awaited<ReturnType<Channel['addressOf']>>, answer: accepted as ChannelAnswer };
  const job = messageJob(platform, {
    templates,
    renderer,
    channel: {
      addressOf: async () => channel.address,
      send: async (message) => {
        taken.push(message);
        return channel.answer;
      },
    },
  });
  platform.jobs.work({ ...job, handle: async () => {} });
  const { writer } = platform.database;
  let made = 0;
  const queue = (request: Partial<SendRequest>): Promise<string> =>
    messages.send(writer, {
      channel: 'email',
      purpose: 'service',
      content: { subject: 'Hi {{customer.firstName}}', text: 'Dear {{customer.name}}' },
      sendKey: `k${made++}`,
      ...request,
    } as SendRequest);
  const work = (id: string, lastAttempt = false): Promise<unknown> =>
    job.handle({ id } as never, {
      job: { id: 'j', attempts: 1, lastAttempt, overdue: false },
      signal: new AbortController().signal,
      progress: async () => {},
    });
  const sent = async (request: Partial<SendRequest>) => {
    const id = await queue(request);
    await work(id, true);
    return messages.get(id);
  };
  return {
    platform,
    customers,
    templates,
    messages,
    taken,
    channel,
    queue,
    work,
    sent,
    add: (given: object) => customers.create({ name: 'Ada Lovelace', email: 'ada@example.com', ...given }, system),
    say: (id: string, channelName: string, purpose: string, status: 'granted' | 'denied') =>
      customers.changeConsents(id, [{ channel: channelName, purpose, status }], system),
    [Symbol.asyncDispose]: async () => {
      await renderer.stop();
      await platform[Symbol.asyncDispose]();
    },
  };
};

// A plugin's channel `newsletter` writes to e-mail addresses: a word about `newsletter` and one about `email` both count.
const consents: [string, SendRequest['purpose'], [channel: string, status: 'granted' | 'denied'][], string | null][] = [
  ['marketing without a word', 'marketing', [], 'no consent for newsletter'],
  ['marketing with a yes to the channel', 'marketing', [['newsletter', 'granted']], null],
  ['marketing with a yes to the kind of address', 'marketing', [['email', 'granted']], null],
  [
    'marketing with a yes to the channel and a no to its address',
    'marketing',
    [
      ['newsletter', 'granted'],
      ['email', 'denied'],
    ],
    'email was declined',
  ],
  [
    'marketing with a no to the channel and a yes to its address',
    'marketing',
    [
      ['newsletter', 'denied'],
      ['email', 'granted'],
    ],
    'newsletter was declined',
  ],
  ['marketing with a yes to another channel', 'marketing', [['sms', 'granted']], 'no consent for newsletter'],
  ['service without a word', 'service', [], null],
  ['service with a no to the channel', 'service', [['newsletter', 'denied']], 'newsletter was declined'],
  ['service with a no to its address', 'service', [['email', 'denied']], 'email was declined'],
];

eachDatabase('a word about the channel or its kind of address decides, and the reason is written down', async (on) => {
  await using w = await world(on);
  for (const [n, [name, purpose, words, reason]] of consents.entries()) {
    const { id } = await w.add({ email: `ada${n}@example.com` });
    for (const [channel, status] of words) await w.say(id, channel, purpose, status);
    const message = await w.sent({ customerId: id, channel: 'newsletter', purpose });
    expect({ name, status: message.status, reason: message.reason }).toEqual({
      name,
      status: reason === null ? 'sent' : 'dropped',
      reason,
    });
  }
  expect(w.taken).toHaveLength(consents.filter(([, , , reason]) => reason === null).length);
});

eachDatabase('a word for one purpose says nothing of another, and the last word counts', async (on) => {
  await using w = await world(on);
  const { id } = await w.add({});
  await w.say(id, 'email', 'service', 'granted');
  expect(await w.sent({ customerId: id, purpose: 'marketing' })).toMatchObject({ status: 'dropped' });
  await w.say(id, 'email', 'marketing', 'granted');
  const queued = await w.queue({ customerId: id, purpose: 'marketing' });
  w.platform.clock.advance(1000);
  await w.say(id, 'email', 'marketing', 'denied');
  await w.work(queued);
  expect(await w.messages.get(queued)).toMatchObject({ status: 'dropped', reason: 'email was declined' });
  expect(w.taken).toEqual([]);
});

eachDatabase('the address is the customer’s of that moment; without one nothing is tried', async (on) => {
  await using w = await world(on);
  const { id } = await w.add({ phone: '+4930901820' });
  const queued = await w.queue({ customerId: id });
  await w.customers.change(id, { email: 'lovelace@example.com' }, system);
  await w.work(queued);
  expect(await w.messages.get(queued)).toMatchObject({ status: 'sent', to: 'lovelace@example.com' });
  w.channel.address = 'phone';
  expect(await w.sent({ customerId: id, channel: 'sms' })).toMatchObject({ status: 'sent', to: '+4930901820' });
  w.channel.address = 'none';
  expect(await w.sent({ customerId: id, channel: 'push' })).toMatchObject({ status: 'sent', to: null });
  const { id: mute } = await w.customers.create({ name: 'Mute' }, system);
  w.channel.address = 'email';
  expect(await w.sent({ customerId: mute })).toMatchObject({ status: 'dropped', reason: 'no address for email' });
  w.channel.address = 'phone';
  expect(await w.sent({ customerId: mute, channel: 'sms' })).toMatchObject({ reason: 'no address for sms' });
  expect(w.taken.map(({ to }) => to)).toEqual(['lovelace@example.com', '+4930901820', null]);
});

eachDatabase('nobody writes to who is erased or merged away since', async (on) => {
  await using w = await world(on);
  const { id: gone } = await w.add({});
  const { id: kept } = await w.add({ email: 'kept@example.com' });
  const { id: merged } = await w.add({ email: 'merged@example.com' });
  const queued = await w.queue({ customerId: merged });
  await w.customers.merge(merged, kept, system);
  await w.work(queued);
  // The message went to the one who lives on, with the rows of the other.
  expect(await w.messages.get(queued)).toMatchObject({ status: 'sent', customerId: kept, to: 'kept@example.com' });
  const row = await w.queue({ customerId: gone });
  await w.customers.erase(gone, system);
  await w.work(row);
  await expect(w.messages.get(row)).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
  expect(w.taken).toHaveLength(1);
});

type Fate = 'again' | 'later' | 'not now' | 'failed' | 'sent';
const refused = (more: object): ChannelAnswer => ({
  kind: 'refused',
  plugin: 'acme/mail',
  reason: '550 no',
  retry: false,
  ...more,
});
const away = (until?: number): ChannelAnswer => ({
  kind: 'unavailable',
  plugin: 'acme/mail',
  reason: 'circuit open',
  until,
});
const answers: [ChannelAnswer, first: Fate, last: Fate][] = [
  [accepted, 'sent', 'sent'],
  [refused({}), 'failed', 'failed'],
  [refused({ retry: true }), 'again', 'failed'],
  [refused({ retry: true, retryAfterMs: 90_000 }), 'later', 'failed'],
  [away(), 'not now', 'failed'],
  [away(Date.parse(noon) + 5000), 'not now', 'failed'],
];

eachDatabase('what the channel answers: at an attempt that is not the last, and at the last', async (on) => {
  await using w = await world(on);
  const { id } = await w.add({});
  for (const [answer, ...fates] of answers)
    for (const [i, fate] of fates.entries()) {
      w.channel.answer = answer;
      const queued = await w.queue({ customerId: id });
      const thrown = await w.work(queued, i === 1).then(
        () => undefined,
        (error: unknown) => error,
      );
      const { status, reason, providerId, sentAt } = await w.messages.get(queued);
      const seen: Fate =
        // Of the two errors the one that costs no attempt is the narrower.
        thrown instanceof NotNow
          ? 'not now'
          : thrown instanceof TryLater
            ? 'later'
            : thrown
              ? 'again'
              : (status as Fate);
      expect({ answer, attempt: i, seen }).toEqual({ answer, attempt: i, seen: fate });
      if (thrown) expect({ status, reason, sentAt }).toEqual({ status: 'queued', reason: null, sentAt: null });
      if (fate === 'sent') expect({ providerId, sentAt }).toEqual({ providerId: 'p-1', sentAt: noon });
      if (fate === 'failed') expect(reason).toBe(answer.kind === 'accepted' ? null : answer.reason);
    }
});

eachDatabase('a message that came to its end is not sent again, and its key never makes a second one', async (on) => {
  await using w = await world(on);
  const { id } = await w.add({});
  const first = await w.queue({ customerId: id, sendKey: 'order-7:thanks' });
  await w.work(first);
  await w.work(first);
  expect(await w.queue({ customerId: id, sendKey: 'order-7:thanks' })).toBe(first);
  expect(w.taken).toHaveLength(1);
  expect(w.taken[0]).toMatchObject({ idempotencyKey: first, subject: 'Hi Ada', text: 'Dear Ada Lovelace' });
  const jobs = (await w.platform.database.writer('jobs').where({ queue: 'messages' })) as { payload: string }[];
  expect(jobs).toHaveLength(1);
});

eachDatabase('a template that went or cannot be rendered fails the message with the reason', async (on) => {
  await using w = await world(on);
  const { id } = await w.add({ language: 'zh' });
  const contents = { en: { text: 'Hello {{customer.firstName}}' }, zh: { text: '你好，{{customer.firstName}}' } };
  await w.templates.create({ key: 'hello', channel: 'email', title: 'Hello', defaultLanguage: 'en', contents }, system);
  expect(await w.sent({ customerId: id, template: 'hello', content: undefined })).toMatchObject({ status: 'sent' });
  expect(w.taken.at(-1)).toMatchObject({ text: '你好，Ada' });
  const queued = await w.queue({ customerId: id, template: 'hello', content: undefined });
  await w.templates.remove('hello', system);
  await w.work(queued);
  expect(await w.messages.get(queued)).toMatchObject({ status: 'failed', reason: 'the template hello is gone' });
  const runaway = '{{#each rows}}{{#each ../rows}}{{#each ../../rows}}xxxxxxxxxx{{/each}}{{/each}}{{/each}}';
  const rows = Array.from({ length: 60 }, (_, n) => n);
  const long = await w.sent({ customerId: id, content: { text: runaway }, variables: { rows } });
  expect(long.status).toBe('failed');
  expect(long.reason).toMatch(/more than 1000000 characters|longer than/);
});

eachDatabase('ends are told: sent as sent, dropped and failed as failed, each once', async (on) => {
  await using w = await world(on);
  const told: unknown[] = [];
  w.platform.outbox.consume({
    name: 'test',
    topics: ['message.sent', 'message.failed'],
    concurrency: 1,
    handle: async ({ topic, payload }) => {
      const { status, reason } = payload as Record<string, string | null>;
      told.push([topic, status, reason]);
    },
  });
  await w.platform.jobs.start();
  w.platform.outbox.start();
  const { id } = await w.add({});
  await w.sent({ customerId: id });
  await w.sent({ customerId: id, purpose: 'marketing' });
  w.channel.answer = refused({});
  await w.sent({ customerId: id });
  await vi.waitFor(() => expect(told).toHaveLength(3), { timeout: 15_000, interval: 25 });
  expect(told).toEqual([
    ['message.sent', 'sent', null],
    ['message.failed', 'dropped', 'no consent for email'],
    ['message.failed', 'failed', '550 no'],
  ]);
});
