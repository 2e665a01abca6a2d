// Records as their owners write them: what fits the type, what is kept when a member is not named, whose they are, who is told.
import { expect } from 'vitest';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import type { Change } from '../changes.ts';
import { createCustomers } from '../customers/index.ts';
import type { Actor } from '../http/actor.ts';
import { system } from '../http/actor.ts';
import { createRecords } from './service.ts';

type Properties = Record<string, Record<string, unknown>>;
const deal = (properties: Properties, required: string[] = []) => ({
  type: 'deal',
  plugin: 'acme/sales',
  title: 'Deal',
  schema: { type: 'object' as const, properties: properties as never, required },
});
const stage = { type: 'string', enum: ['open', 'won', 'lost'], default: 'open' };

const world = async (on: Parameters<Parameters<typeof eachDatabase>[1]>[0]) => {
  const platform = await testPlatform(on);
  const { customers } = createCustomers(platform);
  const records = createRecords({ platform, customers });
  const told: Change[] = [];
  platform.changes.subscribe(async (_trx, changes) => void told.push(...changes));
  return {
    platform,
    customers,
    records,
    told,
    define: (properties: Properties, required?: string[]) =>
      records.defineType(platform.database.writer, deal(properties, required)),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
};

eachDatabase('put adds once for a key, then replaces the data and keeps a customer that is not named', async (on) => {
  await using its = await world(on);
  const { records, customers } = its;
  await its.define({ stage, value: { type: 'integer' } });
  const [ada, grace] = [
    await customers.create({ name: 'Ada' }, system),
    await customers.create({ name: 'Grace' }, system),
  ];
  const first = await records.put('deal', { key: 'D-1', customerId: ada.id, data: { value: 100 } }, system);
  expect(first).toMatchObject({ key: 'D-1', customerId: ada.id, version: 1, data: { stage: 'open', value: 100 } });
  its.told.length = 0;
  const second = await records.put('deal', { key: 'D-1', data: { stage: 'won' } }, system);
  expect(second).toMatchObject({ id: first.id, customerId: ada.id, version: 2, data: { stage: 'won' } });
  expect(second.data).not.toHaveProperty('value');
  expect(its.told.map(({ customerId, kind }) => [customerId, kind])).toEqual([[ada.id, 'record']]);

  its.told.length = 0;
  const moved = await records.put('deal', { key: 'D-1', customerId: grace.id, data: {} }, system);
  expect(moved).toMatchObject({ id: first.id, customerId: grace.id, data: { stage: 'open' } });
  // Both are told: the one who has it now and the one who had it.
  expect(new Set(its.told.map(({ customerId }) => customerId))).toEqual(new Set([ada.id, grace.id]));
  const freed = await records.put('deal', { key: 'D-1', customerId: null, data: {} }, system);
  expect(freed).toMatchObject({ customerId: null, version: 4 });
  expect((await records.list('deal', {})).data).toHaveLength(1);
  // Without a key each is a record of its own.
  await records.put('deal', { data: {} }, system);
  await records.put('deal', { data: {} }, system);
  expect((await records.list('deal', {})).data).toHaveLength(3);
});

eachDatabase('two that put one key at once make one record, and neither is lost', async (on) => {
  await using its = await world(on);
  await its.define({ n: { type: 'integer' } });
  const writes = Array.from({ length: 6 }, (_, n) => its.records.put('deal', { key: 'D', data: { n } }, system));
  const done = await Promise.allSettled(writes);
  const kept = done.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  for (const one of done) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'VERSION_CONFLICT' });
  expect(new Set(kept.map(({ id }) => id)).size).toBe(1);
  const found = await its.records.find('deal', 'D');
  expect(found!.version).toBe(kept.length);
  expect(kept.map(({ data }) => data.n)).toContain(found!.data.n);
});

eachDatabase(
  'a new version of the type counts for what is written from then on, on every node; rows stay',
  async (on) => {
    await using its = await world(on);
    const other = createRecords({ platform: its.platform, customers: its.customers });
    await its.define({ stage, value: { type: 'integer', maximum: 10 } });
    const old = await its.records.create('deal', { data: { value: 5 } }, system);
    await expect(other.create('deal', { data: { value: 11 } }, system)).rejects.toMatchObject({
      pointer: '/data/value',
    });
    await its.define({ value: { type: 'integer', minimum: 11 }, note: { type: 'string' } }, ['note']);
    expect(await other.get('deal', old.id)).toEqual(old);
    await expect(other.create('deal', { data: { value: 5, note: 'x' } }, system)).rejects.toMatchObject({
      pointer: '/data/value',
    });
    await expect(other.create('deal', { data: { value: 11 } }, system)).rejects.toMatchObject({
      pointer: '/data/note',
    });
    await expect(other.create('deal', { data: { stage: 'open', note: 'x' } }, system)).rejects.toMatchObject({
      pointer: '/data/stage',
    });
    expect(await other.create('deal', { data: { value: 11, note: '好' } }, system)).toMatchObject({ version: 1 });
    // Another plugin cannot take the type, and what is in it stays.
    await expect(
      its.records.defineType(its.platform.database.writer, { ...deal({}), plugin: 'evil/sales' }),
    ).rejects.toMatchObject({ code: 'RECORD_TYPE_TAKEN', pointer: '/provides/recordTypes' });
    expect(await its.records.ownerOf('deal')).toBe('acme/sales');
    expect((await its.records.list('deal', {})).data).toHaveLength(2);
  },
);

eachDatabase(
  'a change names members: the others stay, null takes one away, and what is required cannot go',
  async (on) => {
    await using its = await world(on);
    const { records } = its;
    await its.define({ stage, value: { type: 'number' }, note: { type: 'string', maxLength: 5 } }, ['value']);
    const made = await records.create('deal', { data: { value: 1.5, note: 'a' } }, system);
    const change = (data: Record<string, unknown>, version?: number) =>
      records.change('deal', made.id, { data }, system, version);
    expect((await change({ note: null })).data).toEqual({ stage: 'open', value: 1.5 });
    // A default is for new records: what was taken away does not come back.
    expect((await change({ stage: null })).data).toEqual({ value: 1.5 });
    await expect(change({ value: null })).rejects.toMatchObject({ code: 'INVALID_VALUE', pointer: '/data/value' });
    await expect(change({ note: 'longer' })).rejects.toMatchObject({ pointer: '/data/note' });
    expect((await change({ note: '五个汉字啊' })).data).toEqual({ value: 1.5, note: '五个汉字啊' });
    const { version } = await records.get('deal', made.id);
    await expect(change({ value: 2 }, version - 1)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await change({ value: 2 }, version)).toMatchObject({ version: version + 1 });
    await expect(records.change('deal', 'nobody', { data: {} }, system)).rejects.toMatchObject({
      code: 'RECORD_NOT_FOUND',
    });
  },
);

eachDatabase('a record has at most 64 KiB, counted in bytes whatever the alphabet', async (on) => {
  await using its = await world(on);
  await its.define({ text: { type: 'string', maxLength: 70_000 } });
  const most = 65_536 - '{"text":""}'.length;
  const put = (text: string) => its.records.create('deal', { data: { text } }, system);
  expect((await put('x'.repeat(most))).data.text).toHaveLength(most);
  for (const text of [
    'x'.repeat(most + 1),
    '茶'.repeat(Math.ceil((most + 1) / 3)),
    '🍵'.repeat(Math.ceil((most + 1) / 4)),
  ])
    await expect(put(text)).rejects.toMatchObject({ code: 'INVALID_VALUE', pointer: '/data' });
  expect((await put('茶'.repeat(Math.floor(most / 3)))).version).toBe(1);
});

eachDatabase('pages of records are newest first, by customer and by key, and hold each once', async (on) => {
  await using its = await world(on);
  const { records, platform } = its;
  await its.define({ n: { type: 'integer' } });
  const ada = await its.customers.create({ name: 'Ada' }, system);
  for (let n = 0; n < 7; n++) {
    platform.clock.advance(1000);
    await records.create('deal', { key: `k${n}`, data: { n }, ...(n % 2 === 0 && { customerId: ada.id }) }, system);
  }
  const numbers: unknown[] = [];
  let cursor: string | undefined;
  do {
    const found = await records.list('deal', { limit: 3, cursor });
    numbers.push(...found.data.map(({ data }) => data.n));
    cursor = found.next ?? undefined;
  } while (cursor);
  expect(numbers).toEqual([6, 5, 4, 3, 2, 1, 0]);
  const hers = await records.list('deal', { customerId: ada.id });
  expect(hers.data.map(({ data }) => data.n)).toEqual([6, 4, 2, 0]);
  expect((await records.list('deal', { key: 'k3' })).data.map(({ data }) => data.n)).toEqual([3]);
  await expect(records.list('nothing', {})).rejects.toMatchObject({ code: 'RECORD_TYPE_NOT_FOUND' });
});

eachDatabase('what is written is audited with who wrote it, and nothing is when it is refused', async (on) => {
  await using its = await world(on);
  const plugin: Actor = { kind: 'plugin', id: 'acme/sales', name: 'acme/sales', scopes: new Set() };
  await its.define({ n: { type: 'integer' } });
  const made = await its.records.put('deal', { key: 'k', data: { n: 1 } }, plugin);
  await its.records.put('deal', { key: 'k', data: { n: 2 } }, plugin);
  await expect(its.records.put('deal', { key: 'k', data: { n: 'x' } }, plugin)).rejects.toMatchObject({
    code: 'INVALID_VALUE',
  });
  await its.records.remove('deal', made.id, system);
  const rows = await its.platform.database.reader('audit').where({ subject_kind: 'record' }).orderBy('seq');
  expect(rows.map((row) => [row.action, row.actor_kind, row.actor_id, row.subject_id])).toEqual([
    ['record.created', 'plugin', 'acme/sales', made.id],
    ['record.updated', 'plugin', 'acme/sales', made.id],
    ['record.deleted', 'system', 'system', made.id],
  ]);
  await expect(its.records.remove('deal', made.id, system)).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
  // The key is free again.
  expect(await its.records.create('deal', { key: 'k', data: {} }, system)).toMatchObject({ version: 1 });
});
