// What an export promises byte for byte: quoting, harmless cells, exact money, times in UTC, masks, and pages that hold while
// others write. The reader here is a CSV library, so that our own writer is not its own judge.
import { parse } from 'csv-parse/sync';
import { describe, expect } from 'vitest';
import { type Actor, system } from '../../core/http/actor.ts';
import { createCore } from '../../core/index.ts';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testClock, testPlatform } from '../../tests/support/platform.ts';
import { commerceModule } from '../commerce/index.ts';
import { exportsModule } from './index.ts';

const now = '2026-03-01T12:00:00.000Z';
const masked: Actor = { kind: 'client', id: 'c', name: 'Reader', scopes: new Set(['exports:read']) };

const world = async (on: TestDatabase) => {
  const platform = await testPlatform(on, testClock(now));
  const core = createCore(platform);
  const commerce = core.modules.install(commerceModule, core);
  const exports = core.modules.install(exportsModule, core);
  const text = async (
    what: Parameters<typeof exports.start>[0],
    query = {},
    actor: Actor = system,
  ): Promise<string> => {
    let out = '';
    for await (const part of await exports.start(what, query, actor)) out += String(part);
    return out;
  };
  return {
    ...core,
    platform,
    commerce,
    exports,
    text,
    rows: async (...given: Parameters<typeof text>): Promise<Record<string, string>[]> =>
      parse(await text(...given), { columns: true, record_delimiter: '\r\n' }),
    lines: async (...[what, query, actor]: Parameters<typeof text>): Promise<Record<string, unknown>[]> =>
      (await text(what, { ...query, format: 'jsonl' }, actor))
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
};

describe('cells', () => {
  eachDatabase('what stands in a cell comes out of a CSV reader as it is, quotes, line ends and all', async (on) => {
    await using w = await world(on);
    const address = '12 "High" Street,\nFlat 3;\tLondon';
    await w.customers.create({ externalId: 'A', name: 'O’Neill, Zoë 王', extra: { note: 'x,"y"' } }, system);
    // Written beside the normaliser: rows of earlier days may hold line ends.
    await w.platform.database.writer('customers').where({ external_id: 'A' }).update({ address });
    expect(await w.rows('customers')).toMatchObject([
      { externalId: 'A', name: 'O’Neill, Zoë 王', address, extra: '{"note":"x,\\"y\\""}' },
    ]);
    expect(await w.lines('customers')).toMatchObject([{ externalId: 'A', address, extra: { note: 'x,"y"' } }]);
  });

  eachDatabase('a formula is text in CSV, and itself in JSON Lines; numbers and phones keep their sign', async (on) => {
    await using w = await world(on);
    const names = ['=HYPERLINK("http://evil","x")', '@SUM(A1)', '-2+3', '＝1+1', '+1 (a)'];
    for (const name of names) await w.customers.create({ name }, system);
    await w.customers.create({ name: '-5.20', phone: '+447911123456' }, system);
    const csv = await w.rows('customers');
    expect(csv.map(({ name }) => name)).toEqual([...names.map((name) => `'${name}`), '-5.20']);
    expect(csv.at(-1)).toMatchObject({ phone: '+447911123456' });
    expect((await w.lines('customers')).map(({ name }) => name)).toEqual([...names, '-5.20']);
  });

  eachDatabase(
    'every record ends with CRLF in CSV and LF in JSON Lines; a table without rows has its head',
    async (on) => {
      await using w = await world(on);
      expect(await w.text('products')).toBe('sku,name,category,description,imageUrl,price,currency,stock,status\r\n');
      expect(await w.text('products', { format: 'jsonl' })).toBe('');
      await w.commerce.products.create({ sku: 'T', name: 'Tea', price: 5, currency: 'EUR' }, system);
      expect(await w.text('products')).toMatch(/\r\nT,Tea,,,,0\.05,EUR,,active\r\n$/);
      expect(await w.text('products', { format: 'jsonl' })).toMatch(/^\{"sku":"T",.*"stock":null,.*\}\n$/);
    },
  );
});

eachDatabase('money has the decimals of its currency and no float in it, from nothing to the largest', async (on) => {
  await using w = await world(on);
  const prices: [string, number, string, string][] = [
    ['a', 0, 'EUR', '0.00'],
    ['b', 5, 'EUR', '0.05'],
    ['c', 123_456, 'EUR', '1234.56'],
    ['d', 1234, 'JPY', '1234'],
    ['e', 1, 'KWD', '0.001'],
    ['f', 999_999_999_999, 'USD', '9999999999.99'],
    ['g', 29, 'USD', '0.29'],
  ];
  for (const [sku, price, currency] of prices)
    await w.commerce.products.create({ sku, name: sku, price, currency }, system);
  await w.commerce.products.create({ sku: 'h', name: 'no price' }, system);
  const shown = (await w.rows('products')).map(({ sku, price, currency }) => [sku, price, currency]);
  expect(shown).toEqual([...prices.map(([sku, , currency, text]) => [sku, text, currency]), ['h', '', '']]);
});

eachDatabase('orders and their lines say whose they are, add up, and have times in UTC', async (on) => {
  await using w = await world(on);
  const order = await w.commerce.orders.create(
    {
      externalId: 'O-1',
      customer: { externalId: 'A' },
      currency: 'EUR',
      orderedAt: '2026-01-01T00:30:00+02:00',
      shipping: 495,
      lines: [
        { sku: 'tea', name: 'Tea', quantity: 3, unitPrice: 333 },
        { sku: 'mug', name: 'Mug, "blue"', quantity: 1, unitPrice: 1000, discount: 1 },
      ],
    },
    system,
  );
  expect(await w.rows('orders')).toMatchObject([
    {
      id: order.id,
      externalId: 'O-1',
      'customer.id': order.customerId,
      'customer.externalId': 'A',
      orderedAt: '2025-12-31T22:30:00.000Z',
      currency: 'EUR',
      quantity: '4',
      shipping: '4.95',
      // 3 × 3.33 + 10.00 − 0.01 + 4.95
      total: '24.93',
      refunded: '0.00',
    },
  ]);
  expect(await w.rows('order-lines')).toMatchObject([
    { externalId: 'O-1', sku: 'tea', quantity: '3', unitPrice: '3.33', lineDiscount: '0.00', lineTotal: '9.99' },
    { sku: 'mug', name: 'Mug, "blue"', unitPrice: '10.00', lineDiscount: '0.01', lineTotal: '9.99' },
  ]);
});

eachDatabase(
  'who may not see personal data gets masks in every member that is personal, in both formats',
  async (on) => {
    await using w = await world(on);
    await w.attributes.create({ key: 'size', title: 'Size', type: 'integer' }, system);
    await w.attributes.create({ key: 'illness', title: 'Illness', type: 'text', personal: true }, system);
    const secrets = ['ada@example.com', '7911123456', '1990-07-01', '12 High Street', 'SW1A', 'asthma', 'birthmark'];
    await w.customers.create(
      {
        externalId: 'A',
        name: 'Ada',
        email: 'ada@example.com',
        phone: '+447911123456',
        birthday: '1990-07-01',
        address: '12 High Street',
        postalCode: 'SW1A 1AA',
        extra: { note: 'birthmark' },
        attributes: { size: 42, illness: 'asthma' },
      },
      system,
    );
    const open = await w.text('customers');
    for (const secret of secrets) expect(open).toContain(secret);
    for (const format of ['csv', 'jsonl'] as const) {
      const hidden = await w.text('customers', { format }, masked);
      for (const secret of secrets) expect(hidden).not.toContain(secret);
      expect(hidden).toContain('a***@example.com');
      expect(hidden).toContain('42');
    }
  },
);

eachDatabase(
  'lists are parts with semicolons in CSV and lists in JSON Lines; booleans and times are one on both databases',
  async (on) => {
    await using w = await world(on);
    for (const [key, type] of [
      ['likes', 'list'],
      ['member', 'boolean'],
      ['seen', 'datetime'],
    ] as const)
      await w.attributes.create({ key, title: key, type }, system);
    const attributes = { likes: ['tea', 'chess'], member: false, seen: '2026-01-01T01:00:00+01:00' };
    await w.customers.create({ name: 'Ada', tags: ['vip', 'a b'], attributes }, system);
    expect(await w.rows('customers')).toMatchObject([
      {
        tags: 'a b;vip',
        'attribute.likes': 'tea;chess',
        'attribute.member': 'false',
        'attribute.seen': '2026-01-01T00:00:00.000Z',
        createdAt: now,
      },
    ]);
  },
);

eachDatabase('merged and erased customers are not exported; their orders are, as those of who lives on', async (on) => {
  await using w = await world(on);
  const [ada, twin, gone] = await Promise.all(
    ['A', 'T', 'G'].map((externalId) => w.customers.create({ externalId }, system)),
  );
  const lines = [{ sku: 'tea', name: 'Tea', quantity: 1, unitPrice: 100 }];
  await w.commerce.orders.create({ customer: { id: twin!.id }, currency: 'EUR', lines }, system);
  await w.customers.merge(twin!.id, ada!.id, system);
  await w.customers.erase(gone!.id, system);
  expect((await w.rows('customers')).map(({ id }) => id)).toEqual([ada!.id]);
  expect((await w.rows('orders')).map((row) => [row['customer.id'], row['customer.externalId']])).toEqual([
    [ada!.id, 'A'],
  ]);
});

eachDatabase(
  'from is included and to is not, and what cannot be asked is refused before the first byte',
  async (on) => {
    await using w = await world(on);
    const customer = { externalId: 'A' };
    for (const [type, occurredAt] of [
      ['before', '2026-01-31T23:59:59.999Z'],
      ['first', '2026-02-01T00:00:00.000Z'],
      ['last', '2026-02-28T23:59:59.999Z'],
      ['after', '2026-03-01T00:00:00.000Z'],
    ] as const)
      await w.events.record({ type, customer, occurredAt, properties: { place: 'Köln', n: 1 } }, system);
    const february = { from: '2026-02-01T01:00:00+01:00', to: '2026-03-01T00:00:00Z' };
    expect((await w.rows('events', february)).map(({ type }) => type)).toEqual(['first', 'last']);
    expect((await w.lines('events', february))[0]).toMatchObject({ properties: { place: 'Köln', n: 1 } });
    await expect(w.exports.start('products', { segment: 'x' }, system)).rejects.toMatchObject({
      pointer: '/query/segment',
    });
    await expect(w.exports.start('orders', { segment: 'nobody' }, system)).rejects.toMatchObject({ status: 400 });
  },
);

eachDatabase(
  'rows that were there when it began come exactly once, whatever is added, changed or deleted meanwhile',
  async (on) => {
    await using w = await world(on);
    const skus = Array.from({ length: 2300 }, (_, i) => `S${String(i).padStart(4, '0')}`);
    const { writer } = w.platform.database;
    const products = skus.map((sku) => ({ sku, name: sku }));
    await writer.transaction((trx) => w.commerce.products.upsertMany(trx, products));
    const seen: string[] = [];
    let pages = 0;
    for await (const part of await w.exports.start('products', { format: 'jsonl' }, system)) {
      for (const line of String(part).split('\n').filter(Boolean)) seen.push((JSON.parse(line) as { sku: string }).sku);
      pages++;
      const change = [
        { sku: `N${pages}`, name: 'new' },
        { sku: seen[0]!, name: 'changed' },
      ];
      await writer.transaction((trx) => w.commerce.products.upsertMany(trx, change));
      await writer('products').where({ sku: seen[1]! }).delete();
    }
    expect(pages).toBeGreaterThanOrEqual(3);
    const old = seen.filter((sku) => sku.startsWith('S'));
    expect(old.toSorted()).toEqual(skus);
    expect(new Set(seen).size).toBe(seen.length);
  },
);
