// What is in use is not taken away in silence: the reply lists who uses it, and `cascade` pauses those that run.
import { expect } from 'vitest';
import { system } from '../../core/index.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { packageOf, tgz } from '../support/plugins.ts';

const leaf = (fact: string, value: unknown) => ({ all: [{ fact, operator: 'equal', value }] });

const segment = async (app: TestApp, key: string, conditions: unknown, activate = true): Promise<void> => {
  expect((await app.as('owner').post('/segments', { key, name: key.toUpperCase(), conditions })).status).toBe(201);
  if (activate) expect((await app.as('owner').post(`/segments/${key}/activate`, {})).status).toBe(200);
};

const dependents = async (app: TestApp, of: string) => {
  const { status, body } = await app.as('owner').get(`/rules/dependents?of=${encodeURIComponent(of)}`);
  expect(status).toBe(200);
  return body.data;
};

const statusOf = async (app: TestApp, path: string): Promise<string> => (await app.as('owner').get(path)).body.status;

eachDatabase('an attribute that a running segment or a draft reads is archived only with them', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  await owner.post('/attributes', { key: 'plan', title: 'Plan', type: 'text' });
  await owner.post('/customers', { name: 'Ada', attributes: { plan: 'gold' } });
  await segment(app, 'gold', leaf('attribute.plan', 'gold'));
  await segment(app, 'later', leaf('attribute.plan', 'free'), false);
  const users = [
    {
      kind: 'segment',
      key: 'gold',
      name: 'GOLD',
      status: 'active',
      uses: 'attribute:plan',
      active: true,
      draft: false,
    },
    {
      kind: 'segment',
      key: 'later',
      name: 'LATER',
      status: 'draft',
      uses: 'attribute:plan',
      active: false,
      draft: true,
    },
  ];
  expect(await dependents(app, 'attribute:plan')).toEqual(users);
  expect(await dependents(app, 'attribute:other')).toEqual([]);

  const refused = await owner.patch('/attributes/plan', { archived: true });
  expect(refused).toMatchObject({ status: 409, body: { code: 'RULE_IN_USE', dependents: users } });
  expect(refused.body.detail).toBe('attribute plan is used by segment gold, segment later.');
  expect((await owner.get('/attributes')).body.data).toMatchObject([{ key: 'plan', archivedAt: null }]);
  // What takes nothing away is not refused.
  expect((await owner.patch('/attributes/plan', { title: 'Tariff' })).status).toBe(200);

  expect((await owner.patch('/attributes/plan?cascade=true', { archived: true })).status).toBe(200);
  expect(await statusOf(app, '/segments/gold')).toBe('paused');
  expect(await statusOf(app, '/segments/later')).toBe('draft');
  expect(await owner.post('/segments/gold/activate', {})).toMatchObject({
    status: 422,
    body: { code: 'FACT_UNKNOWN', pointer: '/conditions/all/0/fact' },
  });
  await owner.patch('/attributes/plan', { archived: false });
  expect((await owner.post('/segments/gold/activate', {})).status).toBe(200);
});

eachDatabase('a segment in use is archived only with those that use it, whoever they are', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  await segment(app, 'base', leaf('customer.country', 'GB'));
  await segment(app, 'outer', leaf('segment.base', true));
  await owner.post('/alerts', {
    key: 'watch',
    name: 'Watch',
    trigger: { kind: 'segment', segment: 'base', moment: 'entered' },
    actions: [{ kind: 'webhook' }],
  });
  await owner.post('/alerts/watch/activate', {});
  const grant = { type: 'grant', params: { target: 'order', bp: 1000 } };
  await owner.post('/promotions', {
    key: 'tenth',
    name: 'Tenth',
    conditions: leaf('segment.base', true),
    event: grant,
    status: 'active',
  });
  const found = await dependents(app, 'segment:base');
  expect(
    found.map(({ kind, key, active }: { kind: string; key: string; active: boolean }) => [kind, key, active]),
  ).toEqual([
    ['alert', 'watch', true],
    ['promotion', 'tenth', true],
    ['segment', 'outer', true],
  ]);
  expect(await owner.delete('/segments/base')).toMatchObject({ status: 409, body: { dependents: found } });
  expect(await statusOf(app, '/segments/base')).toBe('active');

  expect((await owner.delete('/segments/base?cascade=true')).status).toBe(204);
  for (const path of ['/alerts/watch', '/promotions/tenth', '/segments/outer'])
    expect(await statusOf(app, path)).toBe('paused');
  const paused = await app.rapport.platform.database
    .writer('audit')
    .where('action', 'like', '%.paused')
    .pluck('action');
  expect(paused).toHaveLength(3);
});

eachDatabase('a draft that lets go of a segment does not free it while the version that runs names it', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  await segment(app, 'base', leaf('customer.country', 'GB'));
  await segment(app, 'outer', leaf('segment.base', true));
  await owner.patch('/segments/outer', { conditions: leaf('customer.country', 'DE') });
  expect(await dependents(app, 'segment:base')).toMatchObject([{ key: 'outer', active: true, draft: false }]);
  expect((await owner.delete('/segments/base')).status).toBe(409);
  await owner.post('/segments/outer/activate', {});
  expect(await dependents(app, 'segment:base')).toEqual([]);
  expect((await owner.delete('/segments/base')).status).toBe(204);
});

eachDatabase('a template, channel and tag that an alert names', async (on) => {
  await using app = await testApp(on, { email: true });
  const owner = app.as('owner');
  const contents = { en: { text: 'Hello' } };
  await owner.post('/templates', { key: 'welcome', channel: 'email', title: 'W', contents, defaultLanguage: 'en' });
  await owner.post('/alerts', {
    key: 'greet',
    name: 'Greet',
    trigger: { kind: 'event', types: ['signed_up'] },
    actions: [
      { kind: 'message', channel: 'email', template: 'welcome' },
      { kind: 'tag', tag: 'new one' },
    ],
  });
  for (const of of ['template:welcome', 'channel:email', 'tag:new one', 'event:signed_up'])
    expect(await dependents(app, of)).toMatchObject([
      { kind: 'alert', key: 'greet', uses: of, active: false, draft: true },
    ]);
  expect(await owner.delete('/templates/welcome')).toMatchObject({ status: 409, body: { code: 'RULE_IN_USE' } });
  await owner.post('/alerts/greet/activate', {});
  expect((await owner.delete('/templates/welcome?cascade=true')).status).toBe(204);
  expect(await statusOf(app, '/alerts/greet')).toBe('paused');
  expect((await owner.get('/templates/welcome')).status).toBe(404);
});

eachDatabase('a plugin whose scorer a segment reads is removed only with it', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const manifest = { id: 'acme/fans', provides: { scorers: [{ key: 'fandom', title: 'Fandom' }] } };
  const packed = await tgz(
    packageOf({ manifest, code: 'export default { scorers: { fandom: { score: () => [] } } };' }),
  );
  const { core } = app.rapport;
  await core.plugins.installArchive(packed, system);
  await owner.post('/plugins/acme~fans/consent', { enable: true });
  await segment(app, 'fans', { all: [{ fact: 'score.fandom', operator: 'greaterThan', value: 5 }] });
  const users = [{ kind: 'segment', key: 'fans', uses: 'scorer:fandom', active: true }];
  expect(await dependents(app, 'plugin:acme/fans')).toMatchObject(users);
  expect(await dependents(app, 'scorer:fandom')).toMatchObject(users);
  expect(await owner.delete('/plugins/acme~fans')).toMatchObject({ status: 409, body: { dependents: users } });
  expect((await owner.get('/plugins/acme~fans')).body.status).toBe('enabled');
  expect((await owner.delete('/plugins/acme~fans?cascade=true')).status).toBe(204);
  expect(await statusOf(app, '/segments/fans')).toBe('paused');
});

eachDatabase('what is no name is refused, and who may not read rules is not told', async (on) => {
  await using app = await testApp(on);
  for (const of of ['vip', 'shoe:vip', 'segment:', ''])
    expect((await app.as('owner').get(`/rules/dependents?of=${encodeURIComponent(of)}`)).status).toBe(400);
  expect((await app.as('owner').get('/rules/dependents')).status).toBe(400);
  expect((await app.as(['segments:read']).get('/rules/dependents?of=segment:vip')).status).toBe(403);
});
