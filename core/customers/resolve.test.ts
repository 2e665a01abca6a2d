// Who a reference means, one table for both databases: found, made, linked, merged or refused, and that reading changes nothing.
import type { CustomerRef } from '@rapport/sdk/schemas';
import { describe, expect, test } from 'vitest';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { createCore } from '../core.ts';
import { transactRetrying } from '../data/retry.ts';
import { system } from '../http/actor.ts';
import { identityKey } from './identity-store.ts';

const world = async (on: TestDatabase) => {
  const platform = await testPlatform(on);
  const people = createCore(platform);
  const { customers } = people;
  const { writer } = platform.database;
  const ada = await customers.create(
    { externalId: 'A', email: 'ada@example.com', phone: '+447911123456', name: 'Ada' },
    system,
  );
  const visitor = await transactRetrying(writer, (trx) =>
    customers.resolve(trx, { anonymousId: 'device-1' }, { actor: system, create: true }),
  );
  return {
    ...people,
    platform,
    ada: ada.id,
    visitor,
    count: async (): Promise<number> => Number((await writer('customers').count({ n: '*' }))[0]!.n),
    find: (...refs: CustomerRef[]) => customers.findByRefs(platform.database.reader, refs),
    take: (refs: readonly CustomerRef[], moved?: Map<string, string>) =>
      transactRetrying(writer, async (trx) =>
        customers.findOrCreate(trx, await customers.findByRefs(trx, refs), { actor: system, source: 'test', moved }),
      ),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
};

test('an identity is one whatever stands in it: kind and value never run together', () => {
  expect(identityKey({ kind: 'email', value: 'a' })).not.toBe(identityKey({ kind: 'emaila', value: '' }));
});

describe('finding', () => {
  eachDatabase('a reference finds by any identity however it is typed, and reading makes nobody', async (on) => {
    await using w = await world(on);
    const known: CustomerRef[] = [
      { id: w.ada },
      { externalId: ' A ' },
      { email: 'ADA@example.com ' },
      { phone: '0044 7911 123456' },
      { phone: '+44 (0)7911 123456' },
      // The first identity that somebody has decides.
      { externalId: 'unknown', email: 'ada@example.com' },
      { email: 'ada@example.com', anonymousId: 'device-2' },
    ];
    const found = await w.find(...known, { externalId: 'unknown' }, { anonymousId: 'device-1' });
    expect(found.map(({ id }) => id)).toEqual([...known.map(() => w.ada), undefined, w.visitor]);
    expect(found.map(({ link }) => link)).toEqual([...Array(6).fill(undefined), 'new', undefined, undefined]);
    expect(found.every(({ failure }) => failure === undefined)).toBe(true);
    expect(await w.count()).toBe(2);
  });

  eachDatabase('each reference of a batch has its own failure, with a pointer to the member', async (on) => {
    await using w = await world(on);
    const found = await w.find(
      { id: 'nobody' },
      { email: 'ada@' },
      { phone: '07911 123456' },
      { externalId: ' \u00a0 ' },
      { id: w.ada },
    );
    expect(found.map(({ failure }) => failure && [failure.code, failure.pointer])).toEqual([
      ['CUSTOMER_NOT_FOUND', '/id'],
      ['INVALID_VALUE', '/email'],
      ['INVALID_VALUE', '/phone'],
      ['INVALID_VALUE', '/externalId'],
      undefined,
    ]);
    await expect(
      transactRetrying(w.platform.database.writer, (trx) =>
        w.customers.resolve(trx, { email: 'nobody@example.com' }, { actor: system }),
      ),
    ).rejects.toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
  });

  eachDatabase('a merged customer leads to who lives on, an erased one is gone', async (on) => {
    await using w = await world(on);
    const twin = await w.customers.create({ externalId: 'T' }, system);
    const gone = await w.customers.create({ externalId: 'G' }, system);
    await w.customers.merge(twin.id, w.ada, system);
    await w.customers.erase(gone.id, system);
    const [byId, byExternal, erased, forgotten] = await w.find(
      { id: twin.id },
      { externalId: 'T' },
      { id: gone.id },
      { externalId: 'G' },
    );
    expect({ byId: byId!.id, byExternal: byExternal!.id, twin: twin.id }).toEqual({
      byId: w.ada,
      byExternal: w.ada,
      twin: twin.id,
    });
    expect(erased!.failure).toMatchObject({ code: 'CUSTOMER_GONE', pointer: '/id' });
    // What an erased person was known by is nobody's: it may become somebody else's.
    expect([forgotten!.id, forgotten!.failure]).toEqual([undefined, undefined]);
  });
});

describe('finding or making', () => {
  eachDatabase(
    'one customer is made for all references of a batch that say the same, however they are typed',
    async (on) => {
      await using w = await world(on);
      const ids = await w.take([
        { email: 'bob@example.com' },
        { externalId: 'A' },
        { email: ' BOB@Example.com' },
        { email: 'bob@example.com', phone: '+33142685300' },
      ]);
      expect(ids[1]).toBe(w.ada);
      expect([ids[2], ids[3]]).toEqual([ids[0], ids[0]]);
      expect(await w.customers.get(ids[0]!, system)).toMatchObject({
        email: 'bob@example.com',
        phone: '+33142685300',
        source: 'test',
      });
      expect(await w.count()).toBe(3);
      expect(await w.take([{ email: 'bob@example.com' }])).toEqual([ids[0]]);
    },
  );

  eachDatabase(
    'a device that was nobody’s is linked; one known by nothing else is merged into its owner, once',
    async (on) => {
      await using w = await world(on);
      const moved = new Map<string, string>();
      const ids = await w.take(
        [
          { externalId: 'A', anonymousId: 'device-2' },
          { externalId: 'A', anonymousId: 'device-1' },
          { email: 'ada@example.com', anonymousId: 'device-1' },
        ],
        moved,
      );
      expect(ids).toEqual([w.ada, w.ada, w.ada]);
      expect([...moved]).toEqual([[w.visitor, w.ada]]);
      const found = await w.find({ anonymousId: 'device-1' }, { anonymousId: 'device-2' }, { id: w.visitor });
      expect(found.map(({ id }) => id)).toEqual([w.ada, w.ada, w.ada]);
    },
  );

  eachDatabase('a device of a person who is known by name stays that person’s', async (on) => {
    await using w = await world(on);
    const [bob] = await w.take([{ email: 'bob@example.com', anonymousId: 'device-3' }]);
    const moved = new Map<string, string>();
    expect(await w.take([{ externalId: 'A', anonymousId: 'device-3' }], moved)).toEqual([w.ada]);
    expect(moved.size).toBe(0);
    expect((await w.find({ anonymousId: 'device-3' }))[0]!.id).toBe(bob);
  });

  eachDatabase('a merge of a device can be undone: both are who they were', async (on) => {
    await using w = await world(on);
    await w.take([{ externalId: 'A', anonymousId: 'device-1' }]);
    await w.customers.unmerge(w.visitor, undefined, system);
    const [device, ada] = await w.find({ anonymousId: 'device-1' }, { externalId: 'A' });
    expect([device!.id, ada!.id]).toEqual([w.visitor, w.ada]);
    expect(await w.customers.get(w.ada, system)).toMatchObject({ name: 'Ada', email: 'ada@example.com' });
  });
});
