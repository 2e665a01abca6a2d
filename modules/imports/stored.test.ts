// What an import stores is what the API stores of the same person, and what happens to files that cannot be read to their end.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CustomerRow } from '@rapport/sdk/schemas';
import { expect } from 'vitest';
import { system } from '../../core/http/actor.ts';
import { createCore } from '../../core/index.ts';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testClock, testPlatform } from '../../tests/support/platform.ts';
import { commerceModule } from '../commerce/index.ts';
import { createImportErasure } from './erasure.ts';
import { importsModule } from './index.ts';
import type { FileImport } from './service.ts';

const world = async (on: TestDatabase) => {
  const platform = await testPlatform(on, testClock('2026-03-01T12:00:00Z'));
  const core = createCore(platform);
  const commerce = core.modules.install(commerceModule, core);
  const imports = core.modules.install(importsModule, { ...core, commerce });
  const db = platform.database.writer;
  return {
    ...core,
    platform,
    db,
    run: async (what: FileImport['what'], bytes: string | Buffer, settings: FileImport['settings'] = {}) => {
      const path = join(on.folder, `${what}.file`);
      writeFileSync(path, bytes);
      const given = { what, path, fileName: 'file', settings, dryRun: false };
      return (await imports.runFile(given, {})).import;
    },
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
};

/** Of a customer, what a file and a request can both say. */
const ofTheTable = (row: Record<string, unknown>): Record<string, unknown> => {
  const { id: _, row_no, external_id, updated_at, ...rest } = row;
  return rest;
};

eachDatabase('a row of a file and a request with the same words become the same row of the table', async (on) => {
  await using w = await world(on);
  for (const [key, type] of [
    ['plan', 'text'],
    ['score', 'number'],
    ['visits', 'integer'],
    ['credit', 'money'],
    ['member', 'boolean'],
    ['since', 'date'],
    ['seen', 'datetime'],
    ['likes', 'list'],
  ] as const)
    await w.attributes.create({ key, title: key, type }, system);
  const sent: CustomerRow = {
    externalId: 'api',
    type: 'company',
    name: '  Zoe\u0308   Dupont ',
    phone: '079 123 45 67',
    country: 'Schweiz',
    city: 'Zu\u0308rich',
    birthday: '1990-07-01',
    language: 'de_ch',
    timeZone: 'europe/zurich',
    createdAt: '2024-01-15T00:00:00Z',
    extra: { note: 'a "b"' },
    attributes: {
      plan: 'cafe\u0301',
      score: -4.5,
      visits: 1200,
      credit: 123_450,
      member: false,
      since: '2024-02-29',
      seen: '2026-01-01T01:00:00+01:00',
      likes: ['tea', 'chess'],
    },
  };
  const { refused, results } = await w.customers.upsert([sent], system);
  expect([refused, results[0]!.outcome]).toEqual([0, 'created']);
  await w.db('identities').where({ kind: 'phone' }).delete();
  await w.db('customers').update({ phone: null });
  const columns = {
    externalId: 'file',
    type: 'Company',
    name: sent.name,
    phone: sent.phone,
    country: '瑞士',
    city: sent.city,
    birthday: '01.07.1990',
    language: 'de_ch',
    timeZone: sent.timeZone,
    createdAt: '2024-01-15',
    'extra.note': 'a "b"',
    'attribute.plan': 'cafe\u0301',
    'attribute.score': '-4,5',
    'attribute.visits': '1 200',
    'attribute.credit': '1.234,50 €',
    'attribute.member': 'no',
    'attribute.since': '29.2.2024',
    'attribute.seen': '2026-01-01T01:00:00+01:00',
    'attribute.likes': 'tea; chess;tea',
  };
  const row = await w.run('customers', `${JSON.stringify(columns)}\n`, { currency: 'EUR' });
  expect(row).toMatchObject({ read: 1, accepted: 1, rejected: 0, tally: { rejects: [] } });
  const [api, file] = (await w.db('customers').orderBy('external_id')) as Record<string, unknown>[];
  expect(ofTheTable(file!)).toEqual({ ...ofTheTable(api!), phone: '+41791234567' });
  expect(await w.db('identities').where({ customer_id: file!.id }).orderBy('kind').select('kind', 'value')).toEqual([
    { kind: 'external', value: 'file' },
    { kind: 'phone', value: '+41791234567' },
  ]);
});

eachDatabase(
  'a row whose values are none of their kind is refused for its first fault, and costs nobody else',
  async (on) => {
    await using w = await world(on);
    await w.attributes.create({ key: 'plan', title: 'Plan', type: 'text', options: ['gold'] }, system);
    const rows = [
      ['1', '+999 1234 5678', '', ''],
      ['2', '', '2026-03-02', ''],
      ['3', '', '1899-12-31', ''],
      ['4', '', '', 'silver'],
      ['5', '+447911123456', '1990-07-01', 'gold'],
    ];
    const head = 'externalId,phone,birthday,attribute.plan';
    const row = await w.run('customers', `${head}\n${rows.map((cells) => cells.join(',')).join('\n')}\n`);
    expect(row).toMatchObject({ read: 5, accepted: 1, rejected: 4, tally: { created: { customers: 1 } } });
    expect(row.tally.rejects.map(({ row: at, field, code }) => [at, field, code])).toEqual([
      [2, 'phone', 'PHONE_INVALID'],
      [3, 'birthday', 'INVALID_VALUE'],
      [4, 'birthday', 'INVALID_VALUE'],
      [5, 'attribute.plan', 'INVALID_VALUE'],
    ]);
  },
);

eachDatabase('an order of a customer whose phone cannot be one is refused where the phone is read', async (on) => {
  await using w = await world(on);
  const text =
    'externalId,customer.phone,orderedAt,currency,total\nO1,+999 1234 5678,2026-01-01,EUR,5\nO2,0044 7911 123456,2026-01-01,EUR,5\n';
  const row = await w.run('orders', text, { createCustomers: true });
  expect(row.tally.rejects).toMatchObject([{ row: 2, field: 'customer.phone', code: 'PHONE_INVALID' }]);
  expect(await w.db('customers').select('phone', 'source')).toEqual([{ phone: '+447911123456', source: 'import' }]);
});

eachDatabase('a gzip file that breaks off far below writes nothing; the whole one is read', async (on) => {
  await using w = await world(on);
  const lines = Array.from({ length: 4000 }, (_, i) => `C${i},Name ${(i * 7919) % 104_729}`).join('\n');
  const packed = gzipSync(`externalId,name\n${lines}\n`);
  const broken = await w.run('customers', packed.subarray(0, packed.length - 2000));
  expect(broken).toMatchObject({ status: 'failed', read: 0, error: { code: 'IMPORT_FILE_UNREADABLE' } });
  expect(await w.db('customers')).toEqual([]);
  expect(await w.run('customers', packed)).toMatchObject({ status: 'done', read: 4000, accepted: 4000 });
});

eachDatabase('an accent that first shows far below the plain rows of a file is read in its encoding', async (on) => {
  await using w = await world(on);
  const plain = Array.from({ length: 6000 }, (_, i) => `C${i},Somebody with a plain name`).join('\n');
  const bytes = Buffer.from(`externalId,name\n${plain}\nZ,Jürgen Weiß, Köln\n`.replace(', Köln', ''), 'latin1');
  expect(bytes.length).toBeGreaterThan(128 * 1024);
  expect(await w.run('customers', bytes)).toMatchObject({ status: 'done', accepted: 6001, rejected: 0 });
  expect(await w.db('customers').where({ external_id: 'Z' }).select('name')).toEqual([{ name: 'Jürgen Weiß' }]);
});

eachDatabase('a damaged gzip upload cannot be searched, so erasing a person removes it', async (on) => {
  await using w = await world(on);
  const folder = join(on.folder, 'imports');
  mkdirSync(folder, { recursive: true });
  const path = (name: string): string => join(folder, `${name}.upload`);
  const packed = gzipSync('name\nBob\n'.repeat(500));
  writeFileSync(path('damaged'), packed.subarray(0, packed.length - 12));
  writeFileSync(path('whole'), packed);
  writeFileSync(path('named'), gzipSync('name,email\nAda,ADA@example.com\n'));
  const { job } = createImportErasure(w.platform, folder);
  const values = w.platform.secrets.seal(JSON.stringify(['ada@example.com']), 'imports/erase');
  expect(await job.handle({ values } as never, undefined as never)).toEqual({ uploads: 2 });
  expect(['damaged', 'whole', 'named'].map((name) => existsSync(path(name)))).toEqual([false, true, false]);
});
