import { describe, expect } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

const welcome = {
  key: 'welcome',
  channel: 'email',
  title: 'Welcome',
  defaultLanguage: 'en',
  contents: {
    en: { subject: 'Hello {{customer.firstName}}', text: 'Welcome, {{customer.firstName}}. {{note}}' },
    zh: { subject: '你好 {{customer.firstName}}', text: '欢迎，{{customer.firstName}}。' },
  },
};

describe('templates', () => {
  eachDatabase('are made, shown, changed, previewed in a language, and deleted', async (on) => {
    await using app = await testApp(on);
    const marketer = app.as('marketer');
    expect((await marketer.post('/templates', welcome)).status).toBe(201);
    expect((await marketer.post('/templates', welcome)).body.code).toBe('CONFLICT');
    const preview = await marketer.post('/templates/preview', { template: 'welcome', language: 'zh' });
    expect(preview.body).toEqual({ subject: '你好 Ada', text: '欢迎，Ada。' });
    const changed = await marketer.patch('/templates/welcome', { title: 'Welcome back' });
    expect(changed.body).toMatchObject({ title: 'Welcome back', version: 2 });
    expect((await marketer.delete('/templates/welcome')).status).toBe(204);
    expect((await marketer.get('/templates/welcome')).body).toMatchObject({ status: 404, code: 'TEMPLATE_NOT_FOUND' });
  });

  eachDatabase('with raw output or unknown helpers are refused with a pointer to the part', async (on) => {
    await using app = await testApp(on);
    const bad = { ...welcome, contents: { en: { subject: 'x', html: '{{{customer.name}}}' } } };
    const reply = await app.as('marketer').post('/templates', bad);
    expect(reply.body).toMatchObject({ status: 422, code: 'TEMPLATE_INVALID', pointer: '/contents/en/html' });
    const draft = await app.as('marketer').post('/templates/preview', { content: { text: '{{#evil}}{{/evil}}' } });
    expect(draft.body).toMatchObject({ status: 422, pointer: '/content/text' });
  });
});

describe('messages', () => {
  eachDatabase('need one recipient, one content, and the right to send', async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    const content = { subject: 'Hi', text: 'Hi' };
    expect((await owner.post('/messages', { channel: 'email', purpose: 'staff', content })).body).toMatchObject({
      status: 400,
      pointer: '/customerId',
    });
    expect(
      (await owner.post('/messages', { channel: 'email', purpose: 'marketing', to: 'a@example.com', content })).body,
    ).toMatchObject({ status: 400, pointer: '/purpose' });
    expect(
      (await owner.post('/messages', { channel: 'email', purpose: 'staff', to: 'a@example.com' })).body,
    ).toMatchObject({ pointer: '/template' });
    expect(
      (await owner.post('/messages', { channel: 'email', purpose: 'service', customerId: 'nobody', content })).body,
    ).toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
    expect(
      (await owner.post('/messages', { channel: 'email', purpose: 'staff', to: 'a@example.com', content, extra: 1 }))
        .body,
    ).toMatchObject({ status: 400, pointer: '/extra' });
    expect(
      (await app.as('viewer').post('/messages', { channel: 'email', purpose: 'staff', to: 'a@example.com', content }))
        .status,
    ).toBe(403);
  });

  eachDatabase('with the same send key are one message', async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    const request = {
      channel: 'email',
      purpose: 'staff',
      to: 'desk@example.com',
      content: { subject: 'Hi', text: 'Hi' },
      sendKey: 'order-7',
    };
    const first = await owner.post('/messages', request);
    const second = await owner.post('/messages', request);
    expect(first.status).toBe(202);
    expect(second.body.id).toBe(first.body.id);
    expect((await owner.get('/messages')).body.data).toHaveLength(1);
    // Nobody sends mail in this test: it stays in the queue and is not lost.
    expect((await owner.get(`/messages/${first.body.id}`)).body).toMatchObject({
      status: 'queued',
      to: 'desk@example.com',
    });
  });
});

eachDatabase('of two changes of a template at once neither leaves it without its default language', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const text = { subject: 'Hi', text: 'Hi' };
  for (let n = 0; n < 10; n++) {
    const key = `both-${n}`;
    const contents = { en: text, de: text };
    await owner.post('/templates', { key, channel: 'email', title: 'Both', contents });
    const answers = await Promise.all([
      owner.patch(`/templates/${key}`, { defaultLanguage: 'de' }),
      owner.patch(`/templates/${key}`, { contents: { en: text } }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
    const { body } = await owner.get(`/templates/${key}`);
    expect(Object.keys(body.contents)).toContain(body.defaultLanguage);
  }
  expect((await owner.patch('/templates/nobody', { title: 'x' })).status).toBe(404);
});
