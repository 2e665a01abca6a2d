import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type LooseJson, type TestApp, testApp, type Who } from '../support/app.ts';
import { createTestDatabase, eachDatabase } from '../support/databases.ts';

type Sent = { status: number; body: LooseJson };

const send = async (app: TestApp, path: string, file: string | Buffer, who: Who = 'owner'): Promise<Sent> => {
  const reply = await fetch(`${app.url}/api/v1${path}`, {
    method: 'POST',
    headers: { ...(await app.as(who).credentials()), Origin: app.url, 'Content-Type': 'text/csv' },
    body: file as string,
  });
  return { status: reply.status, body: await reply.json() };
};

const fetchText = async (app: TestApp, path: string, who: Who = 'owner') => {
  const reply = await fetch(`${app.url}/api/v1${path}`, { headers: await app.as(who).credentials() });
  return { status: reply.status, type: reply.headers.get('content-type'), text: await reply.text() };
};

const ended = async (app: TestApp, id: string): Promise<LooseJson> => {
  for (const end = Date.now() + 20_000; Date.now() < end; await wait(20)) {
    const { body } = await app.as('owner').get(`/imports/${id}`);
    if (!['waiting', 'running'].includes(body.status)) return body;
  }
  throw new Error('the import did not end');
};

const importing = async (app: TestApp, path: string, file: string | Buffer): Promise<LooseJson> => {
  const { status, body } = await send(app, path, file);
  expect(body).toMatchObject({ status: 'waiting' });
  expect(status).toBe(202);
  return ended(app, body.id);
};

const people = `Customer ID,Name,E-Mail,Handy,Country,Birthday,Plan,Note
1, Ada  Lovelace ,Ada@Example.COM,07911 123456,United Kingdom,10.12.1990,gold,x
2,Bob,not-an-address,,UK,,,
3,Cid,cid@example.com,12,GB,,,
4,Dan,dan@example.com,,Atlantis,,,
5,Eve,eve@example.com,,FR,03/04/1990,,
,,,,,,,
6,Ada again,ada@example.com,,,,,
`;

eachDatabase('customers come in cleaned, found again by identity, with every refused row in the file', async (on) => {
  await using app = await testApp(on);
  const attribute = { key: 'plan', title: 'Plan', type: 'text' };
  expect((await app.as('owner').post('/attributes', attribute)).status).toBe(201);
  const path = '/imports/customers?mapping=Handy%3Dphone&fileName=people.csv';

  const rehearsal = await importing(app, `${path}&dryRun=true`, people);
  expect(rehearsal).toMatchObject({ dryRun: true, status: 'done', read: 7, accepted: 2, rejected: 5 });
  expect((await app.as('owner').get('/customers')).body.data).toEqual([]);

  const committed = await app.as('owner').post(`/imports/${rehearsal.id}/commit`);
  expect(committed.status).toBe(202);
  const done = await ended(app, committed.body.id);
  expect(done).toMatchObject({
    status: 'done',
    dryRun: false,
    fileName: 'people.csv',
    read: 7,
    accepted: 2,
    rejected: 5,
    created: { customers: 1 },
    updated: { customers: 1 },
    rejectedBy: { EMAIL_INVALID: 1, PHONE_INVALID: 1, COUNTRY_UNKNOWN: 1, DATE_AMBIGUOUS: 1, EMPTY_ROW: 1 },
    corrected: { 'name:trimmed': 1, 'email:email': 1, 'phone:phone': 1, 'country:country': 1, 'birthday:date': 1 },
    progress: { percent: 100 },
  });
  expect(done.columns).toContainEqual({ name: 'Note', field: null });
  expect(done.columns).toContainEqual({ name: 'Plan', field: 'attribute.plan' });
  expect(done.corrections).toContainEqual({
    row: 2,
    field: 'phone',
    kind: 'phone',
    from: '07911 123456',
    to: '+447911123456',
  });

  const { data } = (await app.as('owner').get('/customers')).body;
  expect(data).toHaveLength(1);
  expect(data[0]).toMatchObject({
    externalId: '1',
    name: 'Ada again',
    email: 'ada@example.com',
    phone: '+447911123456',
    country: 'GB',
    birthday: '1990-12-10',
    attributes: { plan: 'gold' },
  });

  const rejects = await fetchText(app, `/imports/${done.id}/rejects`);
  expect(rejects.type).toContain('text/csv');
  const lines = rejects.text.trimEnd().split('\r\n');
  expect(lines[0]).toBe('row,field,code,reason,original');
  expect(lines.slice(1).map((line) => line.split(',').slice(0, 3))).toEqual([
    ['3', 'email', 'EMAIL_INVALID'],
    ['4', 'phone', 'PHONE_INVALID'],
    ['5', 'country', 'COUNTRY_UNKNOWN'],
    ['6', 'birthday', 'DATE_AMBIGUOUS'],
    ['7', '', 'EMPTY_ROW'],
  ]);
  expect(lines[1]).toContain('"2,Bob,not-an-address,,UK,,,"');

  const again = await importing(
    app,
    '/imports/customers?mapping=Handy%3Dphone',
    gzipSync(people.split('\n').slice(0, 2).join('\n')),
  );
  expect(again).toMatchObject({ read: 1, accepted: 1, created: {}, updated: { customers: 1 } });
});

eachDatabase('orders come in line by line, exact to the penny, and once', async (on) => {
  await using app = await testApp(on);
  await importing(app, '/imports/customers', 'External id,Email\nC1,one@example.com\n');
  const orders = `Order ID;Customer ID;Order date;Currency;SKU;Qty;Price;Shipping
A1;C1;2026-03-01 10:00;EUR;tea;3;1,15;4,90
A1;C1;2026-03-01 10:00;EUR;tea;3;1,15;4,90
A1;C1;2026-03-01 10:00;EUR;dust;5;0,001;4,90
A2;C1;2026-03-02;EUR;tea;1;1,15;
A2;C1;2026-03-02;USD;tea;1;1,15;
A3;C9;2026-03-02;EUR;tea;1;1,15;
A4;C1;2026-03-02;EUR;tea;0;1,15;
A5;C1;2026-03-02;EUR;tea;1;cheap;
`;
  const first = await importing(app, '/imports/orders?timeZone=Europe/Berlin', orders);
  expect(first).toMatchObject({
    read: 8,
    accepted: 4,
    created: { orders: 2, lines: 4 },
    rejectedBy: { CURRENCY_DIFFERS: 1, CUSTOMER_NOT_FOUND: 1, QUANTITY_NOT_POSITIVE: 1, NUMBER_INVALID: 1 },
  });
  const again = await importing(app, '/imports/orders?timeZone=Europe/Berlin', orders);
  expect(again).toMatchObject({ accepted: 4, created: {}, updated: {} });
  const rows = await app.rapport.platform.database.writer('orders').orderBy('external_id');
  expect(rows).toMatchObject([
    {
      external_id: 'A1',
      subtotal: 691,
      shipping: 490,
      total: 1181,
      quantity: 11,
      ordered_at: Date.parse('2026-03-01T09:00Z'),
    },
    { external_id: 'A2', subtotal: 115, total: 115, quantity: 1 },
  ]);

  const strangers = await importing(
    app,
    '/imports/orders?createCustomers=true&currency=EUR',
    'order id,email,date,total\nB1,New@Example.com,2026-01-01,12.50\n',
  );
  expect(strangers).toMatchObject({ accepted: 1, created: { customers: 1, orders: 1 } });
});

eachDatabase('events and products come in, as CSV and as JSON Lines, and once', async (on) => {
  await using app = await testApp(on);
  await importing(app, '/imports/customers', '{"externalId":"C1","email":"one@example.com"}\n');
  const events = [
    {
      type: 'page.viewed',
      customer: { externalId: 'C1' },
      occurredAt: '2026-01-01T10:00:00Z',
      properties: { page: '/a', seconds: 12 },
    },
    { type: 'page.viewed', customer: { externalId: 'C1' }, occurredAt: '2026-01-01T10:01:00Z', id: 'e2' },
    { type: '1 bad type', customer: { externalId: 'C1' }, occurredAt: '2026-01-01T10:01:00Z' },
    { type: 'page.viewed', customer: { email: 'nobody@example.com' }, occurredAt: '2026-01-01T10:01:00Z' },
  ];
  const file = events.map((event) => JSON.stringify(event)).join('\n');
  const first = await importing(app, '/imports/events', file);
  expect(first).toMatchObject({
    read: 4,
    accepted: 2,
    created: { events: 2 },
    rejectedBy: { VALUE_INVALID: 1, CUSTOMER_NOT_FOUND: 1 },
  });
  expect(await importing(app, '/imports/events', file)).toMatchObject({ accepted: 2, created: {} });

  const products =
    'sku,name,category,price,currency,stock\nT1,Tea,Drinks,1.15,EUR,5\nT2,Cup,,3.999,EUR,\nT3,Pot,,8,XXQ,\nT1,Green tea,,,,\n';
  expect(await importing(app, '/imports/products', products)).toMatchObject({
    accepted: 2,
    created: { products: 1 },
    rejectedBy: { MONEY_PRECISION: 1, CURRENCY_INVALID: 1 },
  });
  expect(await app.rapport.platform.database.writer('products')).toMatchObject([
    { sku: 'T1', name: 'Green tea', category: 'Drinks', price: 115, currency: 'EUR', stock: 5 },
  ]);
});

eachDatabase('an export is masked without pii, harmless in a spreadsheet, and bounded by a segment', async (on) => {
  await using app = await testApp(on);
  await importing(
    app,
    '/imports/customers',
    'External id,Name,Email,Phone\nC1,"=HYPERLINK(""http://x"")",one@example.com,+447911123456\nC2,Bea,two@example.com,\n',
  );
  await importing(
    app,
    '/imports/orders',
    'order id,customer id,date,currency,sku,qty,price\nA1,C1,2026-01-01,GBP,tea,2,1.15\n',
  );
  const all = await fetchText(app, '/exports/customers');
  expect(all.text).toContain(`"'=HYPERLINK(""http://x"")"`);
  expect(all.text).toContain('one@example.com');
  expect(all.text.trimEnd().split('\r\n')).toHaveLength(3);
  const masked = await fetchText(app, '/exports/customers?format=jsonl', ['exports:read']);
  expect(masked.type).toContain('application/x-ndjson');
  expect(masked.text).not.toContain('one@example.com');
  expect(masked.text).not.toContain('447911123456');
  expect(masked.text.trimEnd().split('\n')).toHaveLength(2);
  expect((await fetchText(app, '/exports/order-lines')).text).toContain('tea,,,2,1.15,0.00,2.30');
  expect((await fetchText(app, '/exports/orders?from=2026-02-01T00:00:00Z')).text.trimEnd().split('\r\n')).toHaveLength(
    1,
  );
  expect((await fetchText(app, '/exports/customers?segment=nobody')).status).toBe(400);
});

test('looking at a file gives its columns, where they would go, and twenty rows; it writes nothing', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const rows = Array.from({ length: 40 }, (_, i) => `${i},person${i}@example.com,上海`).join('\n');
  const { status, body } = await send(app, '/imports/customers/inspect', `编号,邮箱,城市\n${rows}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    format: 'csv',
    encoding: 'utf-8',
    delimiter: ',',
    columns: [
      { name: '编号', field: 'externalId' },
      { name: '邮箱', field: 'email' },
      { name: '城市', field: 'city' },
    ],
    missing: [],
  });
  expect(body.rows).toHaveLength(20);
  expect(body.rows[0]).toEqual({ row: 2, cells: ['0', 'person0@example.com', '上海'], problem: null });
  expect((await app.as('owner').get('/imports')).body.data).toEqual([]);
});

test('what cannot be imported is refused with a code, a pointer and nothing left behind', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const refused = async (path: string, file: string | Buffer, who?: Who) => {
    const { status, body } = await send(app, path, file, who);
    return [status, body.code, body.pointer];
  };
  expect(await refused('/imports/customers', '')).toEqual([400, 'INVALID_REQUEST', undefined]);
  expect(await refused('/imports/people', 'a,b\n1,2\n')).toEqual([400, 'INVALID_REQUEST', '/params/what']);
  expect(await refused('/imports/customers?colour=red', 'a\n1\n')).toEqual([400, 'INVALID_REQUEST', '/query/colour']);
  expect(await refused('/imports/customers?mapping=a%3Dnonsense', 'a,b\n1,2\n')).toEqual([
    422,
    'IMPORT_MAPPING_INVALID',
    '/query/mapping',
  ]);
  expect(await refused('/imports/orders', 'a,b\n1,2\n')).toEqual([422, 'IMPORT_MAPPING_INVALID', '/query/mapping']);
  expect(await refused('/imports/customers?timeZone=Mars/Base', 'email\na@b.cc\n')).toEqual([
    422,
    'IMPORT_MAPPING_INVALID',
    '/query/timeZone',
  ]);
  expect(await refused('/imports/customers', '[{"email":"a@b.cc"}]')).toEqual([
    422,
    'IMPORT_FILE_UNREADABLE',
    undefined,
  ]);
  expect(await refused('/imports/customers', Buffer.from('1f8b0000deadbeef', 'hex'))).toEqual([
    422,
    'IMPORT_FILE_UNREADABLE',
    undefined,
  ]);
  expect(await refused('/imports/customers', 'email\na@b.cc\n', ['imports:read'])).toEqual([
    403,
    'INSUFFICIENT_SCOPE',
    undefined,
  ]);
  expect((await send(app, '/imports/customers', 'email\na@b.cc\n', 'anonymous')).status).toBe(401);
  expect((await app.as('owner').get('/imports')).body.data).toEqual([]);
});

test('a broken file gives refused rows and never a failure: quotes, encodings, a line of more than a megabyte', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const file = Buffer.concat([
    Buffer.from('external id,name\n1,"Ada"\n2,"never closed\n3,Bob "the" Builder\n4,"x"y\n5\n6,'),
    Buffer.from([0xc3, 0x28]),
    Buffer.from(`\n7,${'x'.repeat(1_200_000)}\n8,${'y'.repeat(300)}\n9,Zoë\n`),
  ]);
  const done = await importing(app, '/imports/customers?encoding=utf-8', file);
  expect(done).toMatchObject({
    status: 'done',
    read: 9,
    accepted: 3,
    rejected: 6,
    rejectedBy: { BAD_QUOTE: 2, COLUMN_COUNT: 1, ENCODING: 1, LINE_TOO_LONG: 1, VALUE_INVALID: 1 },
  });
  const cut = gzipSync(`external id\n${Array.from({ length: 50_000 }, (_, i) => `C${i}`).join('\n')}`);
  const broken = await importing(app, '/imports/customers', cut.subarray(0, cut.length - 2000));
  expect(broken).toMatchObject({ status: 'failed', error: { code: 'IMPORT_FILE_UNREADABLE' } });
  expect(broken).toMatchObject({ read: 0, accepted: 0, rejected: 0 });
});

test('those without pii follow an import but see no cell of a person', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const done = await importing(app, '/imports/customers', 'email,phone\nADA@example.com,\nbob@example.com,12\n');
  const seen = (await app.as(['imports:read']).get(`/imports/${done.id}`)).body;
  expect(seen).toMatchObject({ read: 2, accepted: 1, rejected: 1, rejectedBy: { PHONE_INVALID: 1 } });
  expect(JSON.stringify(seen).toLowerCase()).not.toContain('ada@example.com');
  expect(JSON.stringify(seen)).not.toContain('\\"12\\"');
  expect((await fetchText(app, `/imports/${done.id}/rejects`, ['imports:read'])).status).toBe(403);
  expect((await app.as('owner').get('/imports/nobody')).body.code).toBe('IMPORT_NOT_FOUND');
});

test('an import can be stopped, says so, and leaves what it has brought in', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const rows = Array.from({ length: 60_000 }, (_, i) => `C${i},person${i}@example.com`).join('\n');
  const { body } = await send(app, '/imports/customers', `external id,email\n${rows}\n`);
  for (let read = 0; read === 0; await wait(5)) read = (await app.as('owner').get(`/imports/${body.id}`)).body.read;
  expect((await app.as('owner').post(`/imports/${body.id}/cancel`)).status).toBe(200);
  const stopped = await ended(app, body.id);
  expect(stopped.status).toBe('cancelled');
  expect(stopped.read).toBeLessThan(60_000);
  expect(stopped.accepted + stopped.rejected).toBe(stopped.read);
  const [row] = await app.rapport.platform.database.writer('customers').count({ count: '*' });
  expect(Number(row!.count)).toBe(stopped.accepted);
  expect((await app.as('owner').post(`/imports/${body.id}/cancel`)).status).toBe(409);
});
