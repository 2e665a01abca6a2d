import { expect, test } from 'vitest';
import { Failure, type Platform, system } from '../../core/index.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { documentsGeneration, rulesGeneration } from '../language/index.ts';
import { ruleDependents } from './dependents.ts';
import { createDocuments, type KindSpec, revisionOf } from './documents.ts';
import { differences } from './documents-diff.ts';
import { createDocumentStore } from './documents-store.ts';

const leaf = (value: number) => ({ all: [{ fact: 'member.points', operator: 'greaterThan', value }] });

const documentsOf = (platform: Platform, spec: Partial<KindSpec> = {}) => {
  for (const name of [rulesGeneration, documentsGeneration]) platform.generations.declare('rules', name);
  return createDocuments(platform, {
    kind: 'segment',
    check: async (content) => ({ content, dependencies: ['member.points'] }),
    ...spec,
  });
};

const readsInner = { all: [{ fact: 'segment.inner', operator: 'equal', value: true }] };

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: unknown) => (error as Failure).code,
  );

eachDatabase('saving makes a version, activating an older one rolls back, and all of it is on record', async (on) => {
  await using platform = await testPlatform(on);
  const documents = documentsOf(platform);
  const made = await documents.create(system, { key: 'vip', name: 'VIP', conditions: leaf(100) });
  expect(made).toMatchObject({ status: 'draft', version: 1, activeVersion: null, revision: 1, priority: 1 });
  await documents.activate(system, 'vip');
  const saved = await documents.save(system, 'vip', { conditions: leaf(200) });
  expect(saved).toMatchObject({ version: 2, activeVersion: 1, status: 'active', conditions: leaf(200) });
  expect((await documents.listActive()).map((rule) => rule.version)).toEqual([1]);
  await documents.activate(system, 'vip');
  await documents.activate(system, 'vip', 1);

  const { versions, activations } = await documents.history('vip');
  expect(versions.map(({ version, active }) => [version, active])).toEqual([
    [2, false],
    [1, true],
  ]);
  expect(activations.map(({ version, from }) => [version, from])).toEqual([
    [1, 2],
    [2, 1],
    [1, null],
  ]);
  expect(activations[1]?.diff).toEqual([{ pointer: '/conditions/all/0/value', before: 100, after: 200 }]);
  expect(activations[0]?.author).toBe('Rapport');
  const actions = await platform.database.writer('audit').orderBy('seq').pluck('action');
  expect(actions).toEqual([
    'segment.created',
    'segment.activated',
    'segment.saved',
    'segment.activated',
    'segment.activated',
  ]);
});

eachDatabase('saving the same content again makes no version', async (on) => {
  await using platform = await testPlatform(on);
  const documents = documentsOf(platform);
  await documents.create(system, { key: 'vip', name: 'VIP', conditions: leaf(100) });
  expect((await documents.save(system, 'vip', { name: 'VIP', conditions: leaf(100) })).version).toBe(1);
});

eachDatabase('a change seen by nobody else is refused with If-Match, and of two at once one wins', async (on) => {
  await using platform = await testPlatform(on);
  const documents = documentsOf(platform);
  await documents.create(system, { key: 'vip', name: 'VIP' });
  await documents.save(system, 'vip', { name: 'Very' }, 1);
  expect(await codeOf(documents.save(system, 'vip', { name: 'Late' }, 1))).toBe('VERSION_CONFLICT');
  const results = await Promise.all([
    codeOf(documents.save(system, 'vip', { name: 'A' })),
    codeOf(documents.save(system, 'vip', { name: 'B' })),
  ]);
  expect(results.toSorted()).toEqual(['VERSION_CONFLICT', 'no failure']);
});

eachDatabase('dependencies are those of the active version, and the generation grows with each switch', async (on) => {
  await using platform = await testPlatform(on);
  const documents = documentsOf(platform);
  const store = createDocumentStore(platform.database.writer);
  await documents.create(system, { key: 'vip', name: 'VIP' });
  expect(await store.listDependents('member.points')).toEqual([]);
  const before = await store.readGeneration();
  await documents.activate(system, 'vip');
  expect(await store.listDependents('member.points')).toEqual([{ kind: 'segment', key: 'vip' }]);
  await documents.pause(system, 'vip');
  expect(await store.listDependents('member.points')).toEqual([]);
  expect(await store.readGeneration()).toBe(before + 2);
});

eachDatabase('a segment that an active one reads cannot be archived', async (on) => {
  await using platform = await testPlatform(on);
  const documents = documentsOf(platform);
  platform.dependents.add(ruleDependents({ segment: documents }));
  for (const [key, conditions] of [['inner', leaf(1)] as const, ['outer', readsInner] as const]) {
    await documents.create(system, { key, name: key, conditions });
    await documents.activate(system, key);
  }
  expect(await codeOf(documents.archive(system, 'inner'))).toBe('RULE_IN_USE');
  await documents.archive(system, 'outer');
  expect(await documents.archive(system, 'inner')).toMatchObject({ status: 'archived' });
  expect(await codeOf(documents.activate(system, 'inner'))).toBe('RULE_ARCHIVED');
});

eachDatabase('what fails inside an activation leaves nothing behind', async (on) => {
  await using platform = await testPlatform(on);
  const documents = documentsOf(platform, {
    onActivate: async () => {
      throw new Error('no');
    },
  });
  await documents.create(system, { key: 'vip', name: 'VIP' });
  await expect(documents.activate(system, 'vip')).rejects.toThrow('no');
  expect(await documents.get('vip')).toMatchObject({ status: 'draft', activeVersion: null, revision: 1 });
  expect(await documents.history('vip')).toMatchObject({ activations: [] });
});

eachDatabase('a key is used once, and pages go by key', async (on) => {
  await using platform = await testPlatform(on);
  const documents = documentsOf(platform);
  for (const key of ['c', 'a', 'b']) await documents.create(system, { key, name: key });
  expect(await codeOf(documents.create(system, { key: 'a', name: 'again' }))).toBe('RULE_EXISTS');
  const first = await documents.list({ limit: 2 });
  const second = await documents.list({ limit: 2, cursor: first.next! });
  expect([...first.data, ...second.data].map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  expect(second.next).toBeNull();
});

test('a difference names the smallest member on both sides', () => {
  expect(differences({ a: [1, { b: 2 }], c: 1 }, { a: [1, { b: 3 }], 'd/e': 1 })).toEqual([
    { pointer: '/a/1/b', before: 2, after: 3 },
    { pointer: '/c', before: 1 },
    { pointer: '/d~1e', after: 1 },
  ]);
});

test('If-Match takes an ETag, a weak one, or anything; not garbage', () => {
  expect([revisionOf('"3"'), revisionOf('W/"4"'), revisionOf('*'), revisionOf(undefined)]).toEqual([
    3,
    4,
    undefined,
    undefined,
  ]);
  expect(() => revisionOf('three')).toThrow(Failure);
});
