// Everything the database holds is declared by a module: a table, a column that names a customer, a queue. A new table is one
// declaration, from which erasing, merging, undoing a merge and the export of a person follow.
import { AlertAction } from '@rapport/sdk/schemas';
import { describe, expect, test } from 'vitest';
import {
  createCatalogueStore,
  createCore,
  defineModule,
  findUndeclared,
  type Platform,
  silentLog,
  system,
  type TablePolicy,
} from '../core/index.ts';
import { createRapport, modules } from '../rapport.ts';
import { eachDatabase } from './support/databases.ts';
import { testConfig, testPlatform } from './support/platform.ts';

eachDatabase('every table and every customer column of the migrated database is declared', async (on) => {
  const { platform, stop } = await createRapport(testConfig(on), silentLog);
  try {
    const tables = await createCatalogueStore(platform.database.reader).listTables();
    const declared = platform.declared.tables();
    console.log(
      `${on.dialect}: ${tables.length} tables, ${declared.length} declared, ${declared.filter(({ customerColumns }) => customerColumns).length} of customers`,
    );
    expect(tables.length).toBeGreaterThan(50);
    expect(findUndeclared(tables, declared)).toEqual([]);
    expect(declared.length).toBe(modules.flatMap((module) => [...module.tables]).length);

    await platform.database.writer.raw('create table planted (id text primary key, customer_id text)');
    const red = findUndeclared(await createCatalogueStore(platform.database.writer).listTables(), declared);
    expect(red).toEqual(['No module declares the table planted.']);
    // One line is enough to make it green.
    const line: TablePolicy = {
      table: 'planted',
      owner: 'customer',
      customerColumns: ['customer_id'],
      onErase: 'delete',
      onMerge: 'rekey',
      grows: 'with customers',
    };
    expect(
      findUndeclared(await createCatalogueStore(platform.database.writer).listTables(), [...declared, line]),
    ).toEqual([]);
  } finally {
    await stop();
  }
});

test('what a declaration forgets is said', () => {
  const table = { name: 'visits', columns: ['id', 'customer_id', 'guest_of_customer', 'note'] };
  const policy: TablePolicy = { table: 'visits', owner: 'customer', grows: 'with time' };
  expect(findUndeclared([table], [{ ...policy, customerColumns: ['customer_id'], personal: ['remark'] }])).toEqual([
    'visits.guest_of_customer is not among the customer columns of its declaration.',
    'There is no column visits.remark.',
    'visits holds customers and does not say what erasing and merging do.',
    'visits holds personal data and does not say what erasing does.',
    'visits grows with time and does not say for how long its rows are kept.',
  ]);
  expect(
    findUndeclared(
      [{ name: 'notes', columns: ['id', 'text'] }],
      [{ table: 'notes', owner: 'shop', personal: ['text'], onErase: 'keep', grows: 'with settings' }],
    ),
  ).toEqual(['notes keeps personal data of those who are erased.']);
  const kept = {
    ...policy,
    customerColumns: ['customer_id', 'guest_of_customer'],
    onErase: 'keep',
    onMerge: 'stay',
  } as const;
  expect(findUndeclared([table], [{ ...kept, keptBecause: 'books' }])).toEqual([]);
  expect(
    findUndeclared([table], [{ ...kept, keepFor: { column: 'seen_at', ms: 1, where: { state: 'over' } } }]),
  ).toEqual(['There is no column visits.seen_at.', 'There is no column visits.state.']);
});

/** Every word a policy may hold, and whether a table of the product says it. A new word is a compile error here until it is used. */
const words = {
  owner: { customer: true, shop: true, machinery: true } satisfies Record<TablePolicy['owner'], true>,
  onErase: { delete: true, clear: true, keep: true, search: true, heard: true } satisfies Record<
    Extract<TablePolicy['onErase'], string>,
    true
  >,
  onMerge: { rekey: true, union: true, stay: true, heard: true } satisfies Record<
    Extract<TablePolicy['onMerge'], string>,
    true
  >,
  grows: { 'with customers': true, 'with time': true, 'with settings': true } satisfies Record<
    TablePolicy['grows'],
    true
  >,
};

test.each(Object.entries(words))('every word of %s is said by a table of the product', (member, expected) => {
  const said = modules.flatMap(({ tables }) =>
    (tables as readonly TablePolicy[]).map((each) => each[member as 'grows']),
  );
  const used = new Set(said.filter((word) => typeof word === 'string'));
  expect([...used].toSorted()).toEqual(Object.keys(expected).toSorted());
});

test('every member of a policy is used by a table of the product', () => {
  const members = {
    table: true,
    owner: true,
    customerColumns: true,
    personal: true,
    onErase: true,
    onMerge: true,
    inExport: true,
    hidden: true,
    grows: true,
    keepFor: true,
    keptBecause: true,
  } satisfies Record<keyof Required<TablePolicy>, true>;
  const used = new Set(modules.flatMap(({ tables }) => tables.flatMap((policy) => Object.keys(policy))));
  expect([...used].toSorted()).toEqual(Object.keys(members).toSorted());
});

eachDatabase('a job for a queue that nobody declares is refused', async (on) => {
  await using platform = await testPlatform(on);
  await expect(platform.jobs.enqueue(platform.database.writer, { queue: 'nobodys', payload: 1 })).rejects.toThrow(
    'No module declares the queue nobodys',
  );
});

describe('one declaration is enough for a new table', () => {
  const own = { owner: 'customer', inExport: true, grows: 'with time' } as const;
  const plantedModule = defineModule({
    name: 'planted',
    create: (_platform: Platform, _deps: object) => ({}),
    tables: [
      { ...own, table: 'visits', customerColumns: ['customer_id', 'host_id'], onErase: 'delete', onMerge: 'rekey' },
      { ...own, table: 'likes', customerColumns: ['customer_id'], onErase: 'delete', onMerge: 'union' },
      {
        ...own,
        table: 'letters',
        customerColumns: ['customer_id'],
        personal: ['body'],
        onErase: 'clear',
        onMerge: 'stay',
      },
      { table: 'scribbles', owner: 'machinery', personal: ['body'], onErase: 'search', grows: 'with time' },
    ],
  });
  const statements = [
    'create table visits (id text primary key, customer_id text not null, host_id text)',
    'create table likes (customer_id text not null, thing text not null, degree integer, primary key (customer_id, thing))',
    'create table letters (id text primary key, customer_id text not null, body text)',
    'create table scribbles (id text primary key, body text)',
  ];

  eachDatabase('erase, merge, undo and export reach it', async (on) => {
    await using platform = await testPlatform(on);
    const db = platform.database.writer;
    for (const statement of statements) await db.raw(statement);
    const { customers, modules: installed } = createCore(platform);
    installed.install(plantedModule, {});
    const [ann, bob, eve] = [
      await customers.create({ name: 'Ann', email: 'ann.arbor@example.com' }, system),
      await customers.create({ name: 'Bob' }, system),
      await customers.create({ name: 'Eve' }, system),
    ];
    await db('visits').insert([
      { id: 'v1', customer_id: ann.id, host_id: eve.id },
      { id: 'v2', customer_id: bob.id, host_id: ann.id },
      { id: 'v3', customer_id: eve.id, host_id: null },
    ]);
    await db('likes').insert([
      { customer_id: ann.id, thing: 'tea', degree: 3 },
      { customer_id: ann.id, thing: 'rain', degree: 1 },
      { customer_id: bob.id, thing: 'tea', degree: 5 },
    ]);
    await db('letters').insert({ id: 'l1', customer_id: ann.id, body: 'Dear Ann' });
    await db('scribbles').insert([
      { id: 's1', body: 'sent to Ann.Arbor@example.com' },
      { id: 's2', body: 'sent to bob' },
    ]);
    const all = async () => ({
      visits: await db('visits').orderBy('id'),
      likes: await db('likes').orderBy(['customer_id', 'thing']),
      letters: await db('letters'),
    });
    const before = await all();

    const merge = await customers.merge(ann.id, bob.id, system);
    expect((await all()).visits).toMatchObject([
      { id: 'v1', customer_id: bob.id, host_id: eve.id },
      { id: 'v2', customer_id: bob.id, host_id: bob.id },
      { id: 'v3', customer_id: eve.id },
    ]);
    expect(await db('likes').orderBy('thing')).toMatchObject([
      { customer_id: bob.id, thing: 'rain', degree: 1 },
      { customer_id: bob.id, thing: 'tea', degree: 5 },
    ]);
    expect((await all()).letters).toEqual(before.letters);
    await customers.unmerge(bob.id, merge.id, system);
    expect(await all()).toEqual(before);

    const { tables } = await customers.export(ann.id, system);
    expect(tables.visits?.map(({ id }) => id).sort()).toEqual(['v1', 'v2']);
    expect(tables.likes).toHaveLength(2);
    expect(tables.letters).toMatchObject([{ id: 'l1', body: 'Dear Ann' }]);

    await customers.erase(ann.id, system);
    const after = await all();
    expect(after.visits.map(({ id }) => id)).toEqual(['v3']);
    expect(after.likes).toMatchObject([{ customer_id: bob.id, thing: 'tea' }]);
    expect(after.letters).toMatchObject([{ id: 'l1', body: null }]);
    expect(await db('scribbles')).toMatchObject([{ id: 's2' }]);
  });
});

eachDatabase(
  'every kind of alert action has one owner, and every owner’s kind can be written in an alert',
  async (on) => {
    const { core, stop } = await createRapport(testConfig(on), silentLog);
    try {
      const written = AlertAction.anyOf.map((kind) => kind.properties.kind.const);
      expect(core.modules.actions.kinds().toSorted()).toEqual(written.toSorted());
    } finally {
      await stop();
    }
  },
);
