import { expect } from 'vitest';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import type { Change } from '../changes.ts';
import { transactRetrying } from '../data/retry.ts';
import { system } from '../http/actor.ts';
import { attributesGeneration } from './attributes.ts';
import { createCustomers } from './index.ts';
import { normaliseEmail, normaliseText } from './normalise.ts';

const world = async (on: TestDatabase) => {
  const platform = await testPlatform(on);
  const heard: Change[] = [];
  platform.changes.subscribe(async (_trx, changes) => void heard.push(...changes));
  platform.generations.declare('customers', attributesGeneration);
  return {
    ...createCustomers(platform),
    platform,
    heard,
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
};
const masked = { ...system, kind: 'client' as const };

eachDatabase('a customer is written normalised and read back', async (on) => {
  await using w = await world(on);
  const ada = await w.customers.create(
    {
      firstName: ' Ada ',
      lastName: 'Lovelace',
      email: ' Ada@Example.COM ',
      phone: '07911 123456',
      country: 'United Kingdom',
      birthday: '1990-12-10',
      tags: ['vip', 'early'],
      consents: [{ channel: 'email', purpose: 'marketing', status: 'granted', proof: 'form 7' }],
    },
    system,
  );
  expect(ada).toMatchObject({
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    phone: '+447911123456',
    country: 'GB',
    tags: ['early', 'vip'],
    version: 1,
  });
  expect(await w.customers.get(ada.id, system)).toEqual(ada);
  expect(await w.customers.listConsents(ada.id, system)).toMatchObject([{ status: 'granted', proof: 'form 7' }]);
  expect(w.heard).toMatchObject([{ kind: 'created', customerId: ada.id }]);
  expect(w.heard[0]!.facts).toEqual(
    expect.arrayContaining(['customer.city', 'customer.country', 'tags', 'consent'].slice(1)),
  );
});

eachDatabase('personal data is masked for those who may not see it, in fields and attributes', async (on) => {
  await using w = await world(on);
  await w.attributes.create({ key: 'passport', title: 'Passport', type: 'text', personal: true }, system);
  const { id } = await w.customers.create(
    {
      name: 'Ada',
      email: 'ada@example.com',
      phone: '+447911123456',
      birthday: '1990-12-10',
      address: '1 High St',
      attributes: { passport: 'X1' },
    },
    system,
  );
  expect(await w.customers.get(id, masked)).toMatchObject({
    name: 'Ada',
    email: 'a***@example.com',
    phone: '***56',
    birthday: '****-**-**',
    address: '***',
    attributes: { passport: '***' },
  });
  expect((await w.customers.list({ q: 'example' }, masked)).data).toEqual([]);
  expect((await w.customers.list({ q: 'example' }, system)).data).toHaveLength(1);
  await expect(w.customers.list({ 'attribute.passport': 'X1' } as never, masked)).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
  });
});

eachDatabase('a change sets, keeps and clears; the version guards it', async (on) => {
  await using w = await world(on);
  const { id } = await w.customers.create({ name: 'Ada', city: 'London', email: 'ada@example.com' }, system);
  const changed = await w.customers.change(id, { city: null, stage: 'lead' }, system, 1);
  expect(changed).toMatchObject({ name: 'Ada', city: null, stage: 'lead', version: 2, email: 'ada@example.com' });
  await expect(w.customers.change(id, { city: 'Paris' }, system, 1)).rejects.toMatchObject({
    code: 'VERSION_CONFLICT',
    status: 412,
  });
  expect(w.heard.at(-1)).toMatchObject({ kind: 'updated', facts: ['customer.city', 'customer.stage'] });
  expect((await w.customers.change(id, { stage: 'lead' }, system)).version).toBe(2);
});

eachDatabase('an identity belongs to one customer and is free again when it is given up', async (on) => {
  await using w = await world(on);
  const ada = await w.customers.create({ email: 'ada@example.com' }, system);
  await expect(w.customers.create({ email: 'ADA@example.com' }, system)).rejects.toMatchObject({
    code: 'IDENTITY_TAKEN',
    pointer: '/email',
  });
  await w.customers.change(ada.id, { email: 'countess@example.com' }, system);
  const other = await w.customers.create({ email: 'ada@example.com' }, system);
  expect(other.id).not.toBe(ada.id);
});

eachDatabase('ten creates of one e-mail at once make one customer', async (on) => {
  await using w = await world(on);
  const made = await Promise.allSettled(
    Array.from({ length: 10 }, () => w.customers.create({ email: 'ada@example.com' }, system)),
  );
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const one of made) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'IDENTITY_TAKEN' });
});

eachDatabase('an upsert finds by identity, sees its own rows, refuses row by row, and is idempotent', async (on) => {
  await using w = await world(on);
  const ada = await w.customers.create({ email: 'ada@example.com', externalId: 'a1' }, system);
  const rows = [
    { email: 'ADA@example.com', city: 'London' },
    { externalId: 'b1', email: 'bob@example.com', name: 'Bob' },
    { email: 'bob@example.com', city: 'Berlin', tags: ['new'] },
    { externalId: 'c1', phone: 'nonsense' },
    { externalId: 'b1', email: 'ada@example.com' },
    { externalId: 'a2', email: 'ada@example.com' },
  ];
  const first = await w.customers.upsert(rows, system);
  expect(first.results.map(({ outcome }) => outcome)).toEqual([
    'updated',
    'created',
    'updated',
    'refused',
    'refused',
    'updated',
  ]);
  expect(first.results[3]!.problem).toMatchObject({ code: 'INVALID_VALUE', pointer: '/3/phone' });
  expect(first.results[4]!.problem).toMatchObject({ code: 'IDENTITY_TAKEN', pointer: '/4/email' });
  expect(await w.customers.get(first.results[1]!.id!, system)).toMatchObject({
    name: 'Bob',
    city: 'Berlin',
    tags: ['new'],
  });
  expect(await w.customers.get(ada.id, system)).toMatchObject({ externalId: 'a1', city: 'London' });
  const again = await w.customers.upsert(rows, system);
  expect(again).toMatchObject({ created: 0, updated: 0, unchanged: 4, refused: 2 });
});

eachDatabase('a custom attribute is a typed column at once; wrong values and type changes are refused', async (on) => {
  await using w = await world(on);
  await w.attributes.create({ key: 'plan', title: 'Plan', type: 'text', options: ['free', 'gold'] }, system);
  await w.attributes.create({ key: 'score', title: 'Score', type: 'number' }, system);
  await w.attributes.create({ key: 'likes', title: 'Likes', type: 'list' }, system);
  await w.attributes.create({ key: 'member', title: 'Member', type: 'boolean' }, system);
  await w.attributes.create({ key: 'seen', title: 'Seen', type: 'datetime' }, system);
  const attributes = {
    plan: 'gold',
    score: 4.5,
    likes: ['tea', 'chess'],
    member: true,
    seen: '2026-01-02T03:04:05.000Z',
  };
  const { id, ...ada } = await w.customers.create({ name: 'Ada', attributes }, system);
  expect(ada.attributes).toEqual(attributes);
  await w.customers.create({ name: 'Bob', attributes: { plan: 'free', score: 1, member: false } }, system);
  const names = async (filter: Record<string, string>) =>
    (await w.customers.list(filter as never, system)).data.map(({ name }) => name);
  expect(await names({ 'attribute.plan': 'gold' })).toEqual(['Ada']);
  expect(await names({ 'attribute.score.from': '2' })).toEqual(['Ada']);
  expect(await names({ 'attribute.score.to': '2' })).toEqual(['Bob']);
  expect(await names({ 'attribute.likes': 'tea' })).toEqual(['Ada']);
  expect(await names({ 'attribute.likes.present': 'false' })).toEqual(['Bob']);
  expect(await names({ 'attribute.member': 'true' })).toEqual(['Ada']);
  await expect(w.customers.change(id, { attributes: { plan: 'silver' } }, system)).rejects.toMatchObject({
    pointer: '/attributes/plan',
  });
  await expect(w.customers.change(id, { attributes: { score: 'high' } }, system)).rejects.toMatchObject({
    code: 'INVALID_VALUE',
  });
  await expect(w.customers.change(id, { attributes: { nope: 1 } }, system)).rejects.toMatchObject({
    code: 'ATTRIBUTE_UNKNOWN',
  });
  await expect(w.attributes.create({ key: 'plan', title: 'Plan', type: 'number' }, system)).rejects.toMatchObject({
    code: 'ATTRIBUTE_EXISTS',
  });
  expect((await w.customers.change(id, { attributes: { plan: null } }, system)).attributes).not.toHaveProperty('plan');
  const same = await w.customers.upsert([{ id, attributes: { likes: ['tea', 'chess'], member: true } }], system);
  expect(same.unchanged).toBe(1);
  await w.attributes.change('plan', { archived: true }, system);
  await expect(w.customers.change(id, { attributes: { plan: 'gold' } }, system)).rejects.toMatchObject({
    code: 'ATTRIBUTE_UNKNOWN',
  });
});

eachDatabase('the list searches words by their beginning, filters, and pages through everybody once', async (on) => {
  await using w = await world(on);
  await transactRetrying(w.platform.database.writer, (trx) =>
    w.customers.upsertMany(
      trx,
      Array.from({ length: 25 }, (_, i) => ({
        externalId: normaliseText(`x${i}`),
        name: normaliseText(i % 5 === 0 ? `Grace Hopper ${i}` : `Somebody ${i}`),
        city: normaliseText(i % 2 === 0 ? 'Berlin' : 'Paris'),
        ...(i === 7 && { email: normaliseEmail('odd.one@example.org') }),
      })),
      { actor: system, quiet: true },
    ),
  );
  expect(w.heard).toEqual([]);
  expect((await w.customers.list({ q: 'hop gra' }, system)).data).toHaveLength(5);
  expect((await w.customers.list({ q: 'odd.one@exam' }, system)).data.map(({ externalId }) => externalId)).toEqual([
    'x7',
  ]);
  expect((await w.customers.list({ q: '"*) (' }, system)).data).toEqual([]);
  expect((await w.customers.list({ q: 'hopper', city: 'Paris' }, system)).data).toHaveLength(2);
  for (const sort of [undefined, 'name', '-updatedAt', 'lastSeenAt'] as const) {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await w.customers.list({ limit: 4, sort, cursor, city: 'Berlin' }, system);
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(new Set(seen).size).toBe(13);
    expect(seen).toHaveLength(13);
  }
  await expect(w.customers.list({ cursor: 'nonsense' }, system)).rejects.toMatchObject({ code: 'BAD_CURSOR' });
});
