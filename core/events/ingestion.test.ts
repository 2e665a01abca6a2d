// Ingestion at its edges: bounds to the byte, clocks that are ahead, odd texts, ids that repeat, who may list what. On both databases.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTestDatabase, eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testClock, testPlatform } from '../../tests/support/platform.ts';
import { createCustomers } from '../customers/index.ts';
import { transactRetrying } from '../data/retry.ts';
import { type Actor, system } from '../http/actor.ts';
import { checkPast, createEvents } from './service.ts';

const noon = Date.parse('2026-03-01T12:00:00Z');
const ada = { email: 'ada@example.com' };
const world = async (on: TestDatabase) => {
  const platform = await testPlatform(on, testClock(noon));
  const { customers } = createCustomers(platform);
  return {
    platform,
    customers,
    events: createEvents({ platform, customers }),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
};
const textOf = (bytes: number): string => 'x'.repeat(bytes - '{"t":""}'.length);

eachDatabase('properties hold 16,384 bytes and 8 levels, and not one more', async (on) => {
  await using w = await world(on);
  const record = async (properties: Record<string, unknown>) =>
    w.events.record({ type: 'a', customer: ada, properties }, system);
  const nested = (levels: number): Record<string, unknown> =>
    levels === 1 ? { end: true } : { deeper: nested(levels - 1) };
  await expect(record({ t: textOf(16_384) })).resolves.toHaveLength(1);
  await expect(record({ t: textOf(16_385) })).rejects.toMatchObject({ code: 'INVALID_VALUE', pointer: '/properties' });
  // Bytes, not characters: 客 is three.
  await expect(record({ t: '客'.repeat(5459) })).rejects.toMatchObject({ pointer: '/properties' });
  await expect(record({ t: '客'.repeat(5458) })).resolves.toHaveLength(1);
  await expect(record(nested(8))).resolves.toHaveLength(1);
  await expect(record(nested(9))).rejects.toThrow('nest deeper than 8 levels');
  // Brackets in a text are no levels.
  await expect(record({ t: '[[[[[[[[[[{{{{{{{{{{' })).resolves.toHaveLength(1);
});

test.each([
  [0, true],
  [86_400_000, true],
  [86_400_001, false],
  [-86_400_000 * 3650, true],
])('a clock that is %i ms ahead: accepted %s', (ahead, accepted) => {
  const check = () => checkPast(noon + ahead, noon, '/occurredAt');
  if (accepted) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ code: 'INVALID_VALUE', pointer: '/occurredAt' }));
});

test.each([
  ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T12:00:00.123456Z', '2026-03-01T12:00:00.123Z'],
  ['2026-03-01T20:00:00+08:00', '2026-03-01T12:00:00.000Z'],
  ['2024-02-29T23:59:59-11:00', '2024-03-01T10:59:59.000Z'],
])('the time %s is kept as %s', async (given, kept) => {
  await using on = await createTestDatabase('sqlite', { migrated: true });
  await using w = await world(on);
  await w.events.record({ type: 'a', customer: ada, occurredAt: given }, system);
  const [event] = (await w.events.list({})).data;
  expect(event).toMatchObject({ occurredAt: kept, receivedAt: new Date(noon).toISOString() });
});

eachDatabase('whatever properties are sent come back as they were, in Unicode’s composed form', async (on) => {
  await using w = await world(on);
  const sent: Record<string, unknown>[] = fc.sample(
    fc.dictionary(
      fc.string({
        minLength: 1,
        maxLength: 8,
        unit: fc.constantFrom('a', 'é', '键', ' ', '"', '\\', '👩‍💻', "'", '?'),
      }),
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\u0000', '').toWellFormed()),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 3 }),
      ),
      { maxKeys: 6 },
    ),
    { numRuns: 60, seed: 20_260_301 },
  );
  sent.push({ 'e\u0301': 'Zu\u0308rich' }, { sql: "'); drop table events; --" }, { n: 0.1 + 0.2, big: 2 ** 53 });
  await w.events.record(
    sent.map((properties, n) => ({ type: 'a', customer: ada, id: `n${n}`, properties })),
    system,
  );
  const kept = (await w.events.list({ limit: 200 })).data.toReversed().map(({ properties }) => properties);
  const composed = sent.map((properties) => JSON.parse(JSON.stringify(properties).normalize('NFC')) as unknown);
  expect(kept).toEqual(composed);
});

eachDatabase(
  'an id is the sender’s own: two apps may use the same, one app twice may not, and the first answer stands',
  async (on) => {
    await using w = await world(on);
    const app = (id: string): Actor => ({ ...system, kind: 'client', id }) as Actor;
    const record = (actor: Actor, more: object = {}) =>
      w.events.record({ type: 'a', customer: ada, id: 'e-1', ...more }, actor);
    const [first] = await record(app('shop'));
    expect(await record(app('shop'), { type: 'b', customer: { email: 'bob@example.com' } })).toEqual([
      { ...first, duplicate: true },
    ]);
    expect((await record(app('till')))[0]).toMatchObject({ duplicate: false });
    expect((await record(app('till'), { source: 'client:shop' }))[0]).toMatchObject({ id: first!.id, duplicate: true });
    expect((await record(app('a b/c?')))[0]).toMatchObject({ duplicate: false });
    const { data } = await w.events.list({});
    expect(data.map(({ source }) => source).sort()).toEqual(['client:a-b-c-', 'client:shop', 'client:till']);
    expect(new Set(data.map(({ type }) => type))).toEqual(new Set(['a']));
  },
);

eachDatabase('a batch of one customer under many names is one customer, made once', async (on) => {
  await using w = await world(on);
  const refs = [
    { email: 'ada@example.com' },
    { email: ' ADA@Example.com' },
    { email: 'ada@EXAMPLE.COM', externalId: undefined },
    { anonymousId: 'browser-1' },
    { anonymousId: 'browser-1' },
  ];
  const receipts = await w.events.record(
    refs.map((customer) => ({ type: 'a', customer })),
    system,
  );
  const ids = receipts.map(({ customerId }) => customerId);
  expect(new Set(ids.slice(0, 3)).size).toBe(1);
  expect(new Set(ids).size).toBe(2);
  expect((await w.customers.list({}, system)).data).toHaveLength(2);
  const late = await w.events.record(
    { type: 'a', customer: { id: ids[0] }, occurredAt: '2020-01-01T00:00:00Z' },
    system,
  );
  expect(late[0]!.customerId).toBe(ids[0]);
  // An old event does not make somebody seen earlier.
  expect((await w.customers.get(ids[0]!, system)).lastSeenAt).toBe(new Date(noon).toISOString());
});

eachDatabase('lists filter by customer, type and time, from inside to outside, in pages without a gap', async (on) => {
  await using w = await world(on);
  const at = (n: number) => new Date(noon - n * 3_600_000).toISOString();
  const given = Array.from({ length: 24 }, (_, n) => ({
    type: n % 3 === 0 ? 'cart.abandoned' : 'page.viewed',
    customer: { externalId: n % 2 === 0 ? 'even' : 'odd' },
    occurredAt: at(n),
    properties: { n },
  }));
  const receipts = await w.events.record(given, system);
  const even = receipts[0]!.customerId;
  const read = async (query: Parameters<typeof w.events.list>[0], limit: number): Promise<unknown[]> => {
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await w.events.list({ ...query, limit, cursor });
      seen.push(...page.data.map(({ properties }) => properties.n));
      cursor = page.next ?? undefined;
    } while (cursor);
    return seen;
  };
  const wanted = (keep: (n: number) => boolean) => given.map((_, n) => n).filter(keep);
  for (const limit of [5, 200]) {
    expect(await read({ customerId: even }, limit)).toEqual(wanted((n) => n % 2 === 0));
    expect(await read({ type: 'cart.abandoned' }, limit)).toEqual(wanted((n) => n % 3 === 0));
    expect(await read({ customerId: even, type: 'cart.abandoned' }, limit)).toEqual(wanted((n) => n % 6 === 0));
    expect(await read({ type: 'page.viewed', from: at(10), to: at(4) }, limit)).toEqual(
      wanted((n) => n % 3 !== 0 && n <= 10 && n > 4),
    );
  }
  expect(new Set(await read({}, 7))).toEqual(new Set(given.map((_, n) => n)));
  await expect(w.events.list({ from: 'yesterday' })).rejects.toMatchObject({ pointer: '/query/from' });
});

eachDatabase('an import tells row by row what became of each, and says the same the second time', async (on) => {
  await using w = await world(on);
  const rows = [
    { type: 'a', customer: ada, id: '1' },
    { type: 'a', customer: ada, id: '2', occurredAt: '2999-01-01T00:00:00Z' },
    { type: 'a', customer: { email: 'no address' }, id: '3' },
    { type: 'a', customer: ada, id: '1' },
    { type: 'a', customer: { externalId: 'new' }, id: '5' },
  ];
  const load = async () =>
    (
      await transactRetrying(w.platform.database.writer, (trx) =>
        w.events.insertMany(trx, rows, { actor: system, source: 'file', quiet: true }),
      )
    ).map(({ index, id, duplicate, failure }) => [
      index,
      id !== null,
      duplicate,
      failure?.code ?? null,
      failure?.pointer ?? null,
    ]);
  expect(await load()).toEqual([
    [0, true, false, null, null],
    [1, false, false, 'INVALID_VALUE', '/occurredAt'],
    [2, false, false, 'INVALID_VALUE', '/customer/email'],
    [3, true, true, null, null],
    [4, true, false, null, null],
  ]);
  expect((await load()).map(([, , duplicate]) => duplicate)).toEqual([true, false, false, true, true]);
  expect((await w.events.list({})).data).toHaveLength(2);
});
