// Bad files and bad documents, by hand: what the sweep of contracts (bad-input.test.ts) cannot think of. Every row of a broken file
// is accepted or refused, none is lost; a rule or manifest that asks for what is not there is refused with a pointer to it.
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type LooseJson, type TestApp, testApp } from '../support/app.ts';
import { createTestDatabase, eachDatabase } from '../support/databases.ts';
import { packageOf, tgz } from '../support/plugins.ts';

const send = async (app: TestApp, path: string, body: Buffer, type: string) => {
  const reply = await fetch(`${app.url}/api/v1${path}`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'content-type': type, ...(await app.as('owner').credentials()) },
  });
  return { status: reply.status, body: (await reply.json()) as LooseJson };
};

const ended = async (app: TestApp, id: string): Promise<LooseJson> => {
  for (const end = Date.now() + 20_000; Date.now() < end; await wait(20)) {
    const { body } = await app.as('owner').get(`/imports/${id}`);
    if (!['waiting', 'running'].includes(body.status)) return body;
  }
  throw new Error('the import did not end');
};

const heads: Record<string, string> = {
  customers: 'external id,name,email',
  products: 'sku,name,price',
  orders: 'order id,customer external id,sku,quantity,unit price',
  events: 'type,customer external id,occurred at',
};

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

const brokenFiles = (head: string): [string, Buffer][] => [
  ['unclosed quotes', bytes(`${head}\n1,"a,b\n2,"c\n3,d,e\n`)],
  ['uneven columns', bytes(`${head}\n1\n1,2,3,4,5,6,7,8,9\n,,\n1,2,3\n`)],
  ['NUL bytes', bytes(`${head}\n1,a`, [0, 0], 'b,c\n', [0], '\n2,d,e\n')],
  ['bytes that are no UTF-8', bytes(`${head}\n1,`, [0xff, 0xfe, 0xc3, 0x28], ',c\n2,d,e\n')],
  ['a line of a megabyte', bytes(`${head}\n1,${'x'.repeat(1_100_000)},c\n2,d,e\n`)],
  ['half of a surrogate pair', bytes(`${head}\n1,`, [0xed, 0xa0, 0x80], ',c\n')],
  ['only a header', bytes(`${head}\n`)],
  ['nothing', Buffer.alloc(0)],
  ['a header nobody knows', bytes('a,b,c\n1,2,3\n')],
  ['the header twice', bytes(`${head},${head}\n1,2,3,4,5,6\n`)],
  ['a picture', bytes([0x89], 'PNG\r\n', [0x1a, 0x0a, 0, 0, 0, 13], 'IHDR', [0, 0, 1, 0, 0xff])],
  ['gzip within gzip', gzipSync(gzipSync(`${head}\n1,2,3\n`))],
  ['gzip cut off', gzipSync(`${head}\n1,2,3\n`).subarray(0, 20)],
  ['JSON Lines that are none', bytes('{"a":1\n[1,2]\nnull\n{"__proto__":{"a":1}}\n')],
  ['prototypes for columns', bytes('__proto__,constructor,toString\n1,2,3\n')],
];

eachDatabase(
  'rows of broken files are accepted or refused, none is lost, for everything that is imported',
  async (on) => {
    await using app = await testApp(on, { environment: { RAPPORT_RATE_LIMIT: '0' } });
    const wrong: string[] = [];
    for (const [what, head] of Object.entries(heads))
      for (const [name, file] of brokenFiles(head)) {
        const taken = await send(app, `/imports/${what}`, file, 'text/csv');
        if (taken.status >= 500 || (taken.status >= 400 && !taken.body.code))
          wrong.push(`${what}, ${name}: ${taken.status} ${JSON.stringify(taken.body)}`);
        if (taken.status >= 400) continue;
        const done = await ended(app, taken.body.id);
        const adds = done.accepted + done.rejected === done.read;
        const said =
          done.status === 'done' || (done.status === 'failed' && done.error?.code && done.error.code !== 'INTERNAL');
        if (!adds || !said) wrong.push(`${what}, ${name}: ${JSON.stringify(done).slice(0, 400)}`);
      }
    expect(wrong).toEqual([]);
    expect((await app.as('anonymous').get('/healthz')).status).toBe(200);
  },
  120_000,
);

eachDatabase('a rule that asks for what is not there is refused with a pointer, wherever it is written', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const leaf = { fact: 'customer.city', operator: 'equal', value: 'London' };
  const bad: [Record<string, unknown>, string, string][] = [
    [{ ...leaf, fact: 'customer.shoe' }, 'FACT_UNKNOWN', '/fact'],
    [{ ...leaf, fact: 'constructor' }, 'FACT_UNKNOWN', '/fact'],
    [{ ...leaf, fact: 'attribute.nope' }, 'FACT_UNKNOWN', '/fact'],
    [{ ...leaf, operator: 'smells' }, 'OPERATOR_UNKNOWN', '/operator'],
    [{ ...leaf, operator: '__proto__' }, 'OPERATOR_UNKNOWN', '/operator'],
  ];
  const alert = { trigger: { kind: 'change' }, actions: [{ kind: 'tag', tag: 'x' }] };
  const event = { type: 'grant', params: { target: 'order', bp: 1000 } };
  const routes: [string, Record<string, unknown>][] = [
    ['/segments', {}],
    ['/alerts', alert],
    ['/promotions', { event }],
  ];
  for (const [condition, code, pointer] of bad)
    for (const [path, more] of routes) {
      const conditions = { all: [leaf, { any: [condition] }] };
      const { status, body } = await owner.post(path, { key: 'bad', name: 'Bad', conditions, ...more });
      expect({ path, condition, status, body }).toMatchObject({
        status: expect.toSatisfy((got: number) => got === 400 || got === 422),
        body: { code, pointer: `/conditions/all/1/any/0${pointer}` },
      });
    }
  for (const [path] of routes) expect((await owner.get(path)).body.data).toEqual([]);
});

test('a manifest with keywords, hooks or members nobody knows is refused with a pointer', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const settings = (member: object, more: object = {}) => ({
    settings: { type: 'object', properties: { a: { type: 'string', ...member } }, ...more },
  });
  const at = '/settings/properties/a';
  const bad: [Record<string, unknown>, string][] = [
    [settings({ allOf: [] }), `${at}/allOf`],
    [settings({ $ref: '#/evil' }), `${at}/$ref`],
    [settings({ properties: {} }), `${at}/properties`],
    [settings({ type: 'function' }), `${at}/type`],
    [settings({ pattern: '(a+' }), `${at}/pattern`],
    [settings({}, { patternProperties: {} }), '/settings/patternProperties'],
    [settings({}, { $defs: {} }), '/settings/$defs'],
    [{ settings: { type: 'array' } }, '/settings'],
    [{ provides: { spells: [] } }, '/provides/spells'],
    [{ provides: { hooks: ['constructor'] } }, '/provides/hooks/0'],
    [{ limits: { memory: 1e9 } }, '/limits'],
    [{ hosts: [{ origin: 'file:///etc', methods: ['GET'], reason: 'x' }] }, '/hosts/0/origin'],
    [{ rapport: 'latest' }, '/rapport'],
    [{ version: '1' }, '/version'],
    [{ entry: '../index.ts' }, '/entry'],
  ];
  for (const [manifest, pointer] of bad) {
    const reply = await send(app, '/plugins', await tgz(packageOf({ manifest })), 'application/gzip');
    expect({ manifest, ...reply }).toMatchObject({
      status: 422,
      body: { code: expect.any(String), pointer: expect.stringContaining(pointer) },
    });
  }
  expect((await app.as('owner').get('/plugins')).body.data).toEqual([]);
});
