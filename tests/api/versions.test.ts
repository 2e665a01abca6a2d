// Nobody writes over what somebody else changed: ETag, If-Match and If-None-Match, written in every way a client or proxy writes them.
import { expect } from 'vitest';
import { type Send, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

const conditions = { all: [{ fact: 'customer.city', operator: 'equal', value: 'London' }] };

eachDatabase(
  'If-Match is compared with the version there is; what is no ETag is refused, and nothing is written',
  async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    const customer = (await owner.post('/customers', { name: 'Ada' })).body;
    const content = { name: 'Londoners', conditions };
    const [segment, condition] = ['segments', 'conditions'].map((kind) => `/${kind}/londoners`);
    for (const kind of ['segments', 'conditions'])
      expect((await owner.post(`/${kind}`, { key: 'londoners', ...content })).status).toBe(201);

    for (const path of [`/customers/${customer.id}`, segment!, condition!]) {
      let etag = (await owner.get(path)).headers.get('etag')!;
      expect(etag, path).toMatch(/^"\d+"$/);
      let name = '';
      const change = async (ifMatch: string | undefined): ReturnType<Send> => {
        name = `Name ${ifMatch} ${etag}`;
        return owner.patch(path, { name }, ifMatch === undefined ? {} : { 'If-Match': ifMatch });
      };
      for (const how of [(tag: string) => tag, (tag: string) => `W/${tag}`, () => '*', () => undefined]) {
        const reply = await change(how(etag));
        expect(reply, `${path} ${how(etag)}`).toMatchObject({ status: 200, body: { name } });
        expect(reply.headers.get('etag')).not.toBe(etag);
        etag = reply.headers.get('etag')!;
        expect((await owner.get(path)).headers.get('etag')).toBe(etag);
      }
      const before = (await owner.get(path)).body;
      const number = Number(etag.slice(1, -1));
      for (const stale of [`"${number - 1}"`, `"${number + 1}"`, 'W/"0"', '"123456789012345"'])
        expect(await change(stale), `${path} ${stale}`).toMatchObject({
          status: 412,
          body: { code: 'VERSION_CONFLICT' },
        });
      for (const wrong of [
        String(number),
        `'${number}'`,
        `${etag}, "0"`,
        '""',
        '"x"',
        '"-1"',
        '"1.0"',
        `w/${etag}`,
        `"${number}`,
      ])
        expect(await change(wrong), `${path} ${wrong}`).toMatchObject({
          status: 400,
          body: { code: 'INVALID_REQUEST', pointer: '/headers/if-match' },
        });
      expect((await owner.get(path)).body).toEqual(before);
    }
  },
);

eachDatabase('of two that change the same version at once, one does', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const made = await owner.post('/customers', { name: 'Ada' });
  const path = `/customers/${made.body.id}`;
  const cities = ['London', 'Zürich', '上海', 'São Paulo'];
  const replies = await Promise.all(cities.map((city) => owner.patch(path, { city }, { 'If-Match': '"1"' })));
  expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412]);
  const won = replies.find(({ status }) => status === 200)!;
  expect((await owner.get(path)).body).toEqual(won.body);
  expect(won.body.version).toBe(2);
});

eachDatabase('what a client has already is not sent again, however a proxy wrote its ETag', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const made = await owner.post('/customers', { name: 'Ada' });
  const path = `/customers/${made.body.id}`;
  const ask = (tag: string) => owner.get(path, { 'If-None-Match': tag });
  for (const same of ['"1"', 'W/"1"', '"0", "1"', '"a,b" , W/"1"', '*']) {
    const reply = await ask(same);
    expect([reply.status, reply.body, reply.headers.get('etag')], same).toEqual([304, '', '"1"']);
  }
  for (const other of ['"2"', '1', '"11"', 'W/"10"', '']) {
    const reply = await ask(other);
    expect(reply, other).toMatchObject({ status: 200, body: { name: 'Ada', version: 1 } });
    expect(reply.headers.get('etag')).toBe('"1"');
  }
  await owner.patch(path, { name: 'Ada L.' });
  expect(await ask('"1"')).toMatchObject({ status: 200, body: { name: 'Ada L.' } });
  expect((await ask('"2"')).status).toBe(304);
  expect(await app.as('anonymous').get(path, { 'If-None-Match': '"2"' })).toMatchObject({ status: 401 });
});
