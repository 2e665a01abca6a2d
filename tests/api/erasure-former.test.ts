// Erasing a person also finds what they were called and reached by earlier: changed names, merged people, other spellings; and what
// the books keep names nobody any more.
import { expect } from 'vitest';
import { createCatalogueStore, system, toJson } from '../../core/index.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

const everyText = async (app: TestApp): Promise<string> => {
  const { writer } = app.rapport.platform.database;
  const tables = await createCatalogueStore(writer).listTables();
  const found: string[] = [];
  for (const { name } of tables.filter((table) => !table.name.startsWith('customer_search')))
    for (const row of (await writer(name)) as object[]) found.push(`${name}: ${JSON.stringify(row)}`);
  return found.join('\n');
};

const log = async (app: TestApp, message: string, fields: object | null = null): Promise<void> => {
  const { platform } = app.rapport;
  const at = platform.clock.now();
  await platform.database.writer('plugin_logs').insert({
    id: platform.ids.next(),
    plugin: 'acme/x',
    level: 'info',
    message,
    fields: fields && toJson(fields),
    at,
  });
};

const logged = async (app: TestApp): Promise<string[]> =>
  (await app.rapport.platform.database.writer('plugin_logs').orderBy('id').pluck('message')) as string[];

eachDatabase(
  'an earlier name, e-mail, phone and address are found in texts, however often they changed',
  async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    const { id } = (
      await owner.post('/customers', {
        name: 'Ottoline Farquhar',
        email: 'ottoline@farquhar.example',
        phone: '+4930901821',
        address: '12 Mulberry Mews',
      })
    ).body;
    const changes = [
      { name: 'Ottoline Vandersloot' },
      { email: 'otti@vandersloot.example', phone: '+4930901822' },
      { address: '3 Elderflower Row' },
      { name: 'Tilly Smith' },
      { email: null, phone: null, address: null },
    ];
    for (const change of changes) expect((await owner.patch(`/customers/${id}`, change)).status).toBe(200);
    const naming = [
      'hello OTTOLINE FARQUHAR',
      'mail to ottoline@farquhar.example bounced',
      'called +4930901821',
      'parcel for 12 mulberry mews',
      'Ottoline Vandersloot again',
      'otti@vandersloot.example',
      'called +4930901822',
      '3 Elderflower Row',
      'Tilly Smith',
    ];
    for (const message of naming) await log(app, message);
    await log(app, 'in its fields', { to: ['x', { name: 'Ottoline Farquhar' }] });
    await log(app, 'a bystander on 3 Elder Row');
    expect((await owner.post(`/customers/${id}/erase`, {})).status).toBe(200);
    expect(await logged(app)).toEqual(['a bystander on 3 Elder Row']);
    const left = await everyText(app);
    for (const trace of [/ottoline/i, /farquhar/i, /vandersloot/i, /mulberry/i, /elderflower/i, /3090182/, /tilly/i])
      expect(left).not.toMatch(trace);
  },
);

eachDatabase('letters beyond ASCII are found in either case and as JSON writes them', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  for (const [name, spellings] of [
    ['Émile Ångström', ['Émile Ångström', 'ÉMILE ÅNGSTRÖM', 'émile ångström']],
    ['Юлия Щербакова', ['Юлия Щербакова', 'ЮЛИЯ ЩЕРБАКОВА']],
    ['欧阳娜娜小姐', ['致欧阳娜娜小姐：您好']],
    ['Ada "Countess" O\'Neill', ['{"name":"Ada \\"Countess\\" O\'Neill"}', 'Ada "Countess" O\'Neill']],
  ] as const) {
    const { id } = (await owner.post('/customers', { name })).body;
    for (const spelling of spellings) await log(app, spelling);
    expect(await logged(app)).toHaveLength(spellings.length);
    expect((await owner.post(`/customers/${id}/erase`, {})).status).toBe(200);
    expect([name, await logged(app)]).toEqual([name, []]);
    await app.rapport.platform.database.writer('plugin_logs').delete();
  }
});

eachDatabase(
  'who was merged into them is found by their own earlier names; who was parted again is left alone',
  async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    const make = async (name: string, email: string): Promise<string> =>
      (await owner.post('/customers', { name, email })).body.id;
    const kept = await make('Persephone Quill', 'persephone@quill.example');
    const merged = await make('Percy Quillfeather', 'percy@quillfeather.example');
    const parted = await make('Marmaduke Ffoulkes', 'marmaduke@ffoulkes.example');
    await owner.patch(`/customers/${merged}`, { name: 'Percival Quillfeather' });
    expect((await owner.post(`/customers/${merged}/merge`, { into: kept })).status).toBe(200);
    const second = await owner.post(`/customers/${parted}/merge`, { into: kept });
    expect((await owner.post(`/customers/${kept}/unmerge`, { mergeId: second.body.id })).status).toBe(200);
    for (const message of [
      'Percy Quillfeather',
      'percy@quillfeather.example',
      'PERCIVAL QUILLFEATHER',
      'persephone quill',
    ])
      await log(app, message);
    await log(app, 'Marmaduke Ffoulkes <marmaduke@ffoulkes.example>');
    expect((await owner.post(`/customers/${kept}/erase`, {})).status).toBe(200);
    expect(await logged(app)).toEqual(['Marmaduke Ffoulkes <marmaduke@ffoulkes.example>']);
    const left = await everyText(app);
    for (const trace of [/quill/i, /perciv/i, /persephone/i]) expect(left).not.toMatch(trace);
    expect((await owner.get(`/customers/${parted}`)).body).toMatchObject({ name: 'Marmaduke Ffoulkes' });
  },
);

eachDatabase(
  'earlier traits are handed out with the person’s data, move with a merge, and are kept for longer texts only',
  async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    const { id } = (await owner.post('/customers', { name: 'Old Name', email: 'a@b.co' })).body;
    const into = (await owner.post('/customers', { name: 'Other One' })).body.id;
    for (const name of ['New Name', 'Old Name', 'New Name', 'Ann', 'Newest Name'])
      await owner.patch(`/customers/${id}`, { name });
    const { writer } = app.rapport.platform.database;
    const former = async () =>
      (await writer('former_traits').orderBy('value').select('customer_id', 'value')) as object[];
    expect(await former()).toEqual([
      { customer_id: id, value: 'New Name' },
      { customer_id: id, value: 'Old Name' },
    ]);
    const { tables } = await app.rapport.core.customers.export(id, system);
    expect(tables.former_traits?.map(({ value }) => value).sort()).toEqual(['New Name', 'Old Name']);
    await owner.post(`/customers/${id}/merge`, { into });
    expect(await former()).toMatchObject([{ customer_id: into }, { customer_id: into }]);
  },
);

eachDatabase('books keep amounts, and not what staff wrote beside them', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const { id } = (await owner.post('/customers', { name: 'Cordelia Wexford', email: 'cordelia@wexford.example' })).body;
  const order = await owner.post('/orders', {
    customer: { id },
    currency: 'EUR',
    lines: [{ sku: 'kettle', quantity: 1, unitPrice: 4000 }],
  });
  expect(order.status).toBe(201);
  const refund = await owner.post(`/orders/${order.body.id}/refund`, {
    amount: 1500,
    reason: 'Cordelia called, it leaks',
  });
  expect(refund.status).toBeLessThan(300);
  const points = await owner.post(`/customers/${id}/points`, { kind: 'earn', points: 40, reason: 'sorry, Cordelia' });
  expect(points.status).toBeLessThan(300);
  expect(await everyText(app)).toContain('sorry, Cordelia');
  expect((await owner.post(`/customers/${id}/erase`, {})).status).toBe(200);
  const left = await everyText(app);
  for (const trace of [/cordelia/i, /wexford/i, /leaks/]) expect(left).not.toMatch(trace);
  const { writer } = app.rapport.platform.database;
  expect(await writer('refunds').select('amount', 'reason')).toEqual([{ amount: 1500, reason: null }]);
  expect(await writer('points_ledger').where({ kind: 'earn' }).select('available_delta', 'reason')).toContainEqual({
    available_delta: 40,
    reason: null,
  });
});
