// The command line as people and scripts meet it: real processes on a data folder of their own, their words and exit codes.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { system } from '../../core/index.ts';
import { testApp } from '../support/app.ts';
import { createTestDatabase, eachDatabase, type TestDatabase } from '../support/databases.ts';
import { withPlatform } from '../support/invariants.ts';
import { runCommand, startProcess } from '../support/process.ts';

const slow = 120_000;

eachDatabase(
  'audit verify counts the rows, and names the first bad one with exit code 1',
  async (on) => {
    await withPlatform(on, ({ audit, database }) =>
      database.writer.transaction(async (trx) => {
        const entry = (id: string) => ({ actor: system, action: 'thing.made', subject: { kind: 'thing', id } });
        await audit.record(trx, entry('a'), entry('b'), entry('c'));
      }),
    );
    const sound = await runCommand(on, ['audit', 'verify', '--json']);
    expect({ code: sound.code, said: JSON.parse(sound.out) }).toMatchObject({
      code: 0,
      said: { sound: true, firstBad: null },
    });
    const { rows } = JSON.parse(sound.out) as { rows: number };
    await withPlatform(on, ({ database }) =>
      database
        .writer('audit')
        .where({ seq: rows - 1 })
        .update({ actor_id: 'x' }),
    );
    const bad = await runCommand(on, ['audit', 'verify']);
    expect(bad).toMatchObject({ code: 1, out: expect.stringContaining(`Row ${rows - 1} of the audit`) });
    expect((await runCommand(on, ['audit', 'burn'])).code).toBe(2);
  },
  slow,
);

describe('a backup', () => {
  const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  const rowsOf = (on: TestDatabase) =>
    withPlatform(on, async ({ database, audit }) => ({
      customers: await database.reader('customers').orderBy('id').select('id', 'name', 'email'),
      verified: await audit.verify(database.reader),
    }));

  test('made while the server writes is consistent, and restores on an empty machine', { timeout: slow }, async () => {
    await using on = await createTestDatabase('sqlite');
    await using elsewhere = await createTestDatabase('sqlite');
    await using server = await startProcess(on);
    const ask = await server.signIn();
    let writing = true;
    const writer = (async () => {
      let accepted = 0;
      while (writing) {
        const reply = await ask('POST', '/customers', { name: `Customer ${accepted}` });
        expect(reply.status).toBe(201);
        accepted++;
      }
      return accepted;
    })();
    await mkdir(join(on.folder, 'imports'), { recursive: true });
    await writeFile(join(on.folder, 'imports', 'upload.csv'), 'name\nAda\n');
    const file = join(on.folder, 'backup.tgz');
    const made = await runCommand(on, ['backup', file, '--json']);
    writing = false;
    expect(await writer).toBeGreaterThan(0);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(existsSync(`${file}.partial`) || existsSync(`${file}.database`)).toBe(false);
    expect((await runCommand(on, ['backup', file])).code).toBe(1);

    const manifest = JSON.parse(made.out) as {
      files: { name: string; sha256: string }[];
      rows: Record<string, number>;
    };
    expect(Object.keys(manifest.rows)).toEqual(
      expect.arrayContaining(['customers', 'audit', 'plugin_data', 'imports']),
    );
    const restored = await runCommand(elsewhere, ['restore', file]);
    expect(restored).toMatchObject({ code: 0, err: '' });
    expect(manifest.files.map(({ name }) => name).sort()).toEqual(['imports/upload.csv', 'rapport.db', 'secret.key']);
    for (const { name, sha256 } of manifest.files) expect(hashOf(join(elsewhere.folder, name))).toBe(sha256);
    expect(statSync(join(elsewhere.folder, 'secret.key')).mode & 0o077).toBe(0);
    const found = await rowsOf(elsewhere);
    expect(manifest.rows.customers).toBe(found.customers.length);
    expect(found.verified.firstBad).toBeNull();
    const there = await rowsOf(on);
    // One committed state: the first customers without a gap, each with its row in the audit.
    expect(found.customers).toEqual(there.customers.slice(0, found.customers.length));
    expect(await runCommand(elsewhere, ['restore', file])).toMatchObject({
      code: 1,
      err: expect.stringContaining('exists'),
    });
  });

  test('that is damaged, cut off or something else restores nothing', { timeout: slow }, async () => {
    await using on = await createTestDatabase('sqlite');
    await withPlatform(on, async () => {});
    const file = join(on.folder, 'good.tgz');
    expect((await runCommand(on, ['backup', file])).code).toBe(0);
    const packed = await readFile(file);
    const plain = gunzipSync(packed);
    const flipped = Buffer.from(plain);
    flipped[plain.length >> 1]! ^= 0xff;
    const bad: [string, Buffer][] = [
      ['flipped', gzipSync(flipped)],
      ['cut', packed.subarray(0, packed.length >> 1)],
      ['text', Buffer.from('hello')],
      ['empty', Buffer.alloc(0)],
      ['empty tar', gzipSync(Buffer.alloc(1024))],
    ];
    for (const [name, bytes] of bad) {
      await using elsewhere = await createTestDatabase('sqlite');
      const path = join(on.folder, 'bad.tgz');
      await writeFile(path, bytes);
      const ended = await runCommand(elsewhere, ['restore', path]);
      expect({ name, code: ended.code, lines: ended.err.trim().split('\n').length }).toEqual({
        name,
        code: 1,
        lines: 1,
      });
      for (const left of ['rapport.db', 'secret.key', 'rapport.db.restoring'])
        expect(existsSync(join(elsewhere.folder, left))).toBe(false);
    }
  });

  test('of PostgreSQL is its own tool: the command is named, exit code 2', { timeout: slow }, async () => {
    await using on = await createTestDatabase('postgres');
    const ended = await runCommand(on, ['backup', "o'clock.dump"]);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toContain(`pg_dump --format=custom --file='o'\\''clock.dump' "$DATABASE_URL"`);
    expect(ended.err).not.toContain(on.url);
    expect((await runCommand(on, ['restore', 'x.dump'])).err).toContain('pg_restore');
  });
});

describe('doctor', () => {
  type Report = { ok: boolean; findings: { name: string; ok: boolean; detail: string }[] };
  const problemsOf = (out: string) =>
    (JSON.parse(out) as Report).findings.filter(({ ok }) => !ok).map(({ name }) => name);

  eachDatabase(
    'says that all is well, line by line',
    async (on) => {
      await withPlatform(on, async () => {});
      const ended = await runCommand(on, ['doctor']);
      expect(ended).toMatchObject({ code: 0, err: '' });
      const names = [
        'node',
        'data folder',
        'secret key',
        'mail server',
        'database',
        'integrity',
        'schema',
        'tables',
        'orphans',
        'jobs',
        'plugins',
      ];
      for (const name of names) expect(ended.out).toMatch(new RegExp(`^ok +${name} `, 'm'));
    },
    slow,
  );

  test('names each problem, and ends with 1', { timeout: slow }, async () => {
    await using on = await createTestDatabase('sqlite');
    await withPlatform(on, async ({ database, jobs }) => {
      jobs.work({ queue: 'messages', handle: async () => {} });
      await jobs.enqueue(database.writer, { queue: 'messages', payload: {} });
      await database.writer('jobs').update({ status: 'dead' });
      await database.writer('knex_migrations').where('name', 'like', '0009%').delete();
    });
    await chmod(join(on.folder, 'secret.key'), 0o644);
    const silent = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const ended = await runCommand(on, ['doctor', '--json'], { SMTP_URL: `smtp://127.0.0.1:${port}` });
    silent.close();
    expect(ended.code).toBe(1);
    expect(problemsOf(ended.out).toSorted()).toEqual(['jobs', 'mail server', 'schema', 'secret key']);
  });

  test('makes nothing where nothing is, and says so', { timeout: slow }, async () => {
    await using on = await createTestDatabase('sqlite');
    const ended = await runCommand(on, ['doctor', '--json']);
    expect(ended.code).toBe(1);
    expect(problemsOf(ended.out).toSorted()).toEqual(['database', 'secret key']);
    expect(existsSync(join(on.folder, 'rapport.db'))).toBe(false);
  });
});

describe('rules', () => {
  const city = (value: string) => ({ all: [{ fact: 'customer.city', operator: 'equal', value }] });
  const alert = {
    kind: 'alert',
    key: 'londoner',
    name: 'A Londoner',
    status: 'draft',
    trigger: { kind: 'segment', segment: 'london', moment: 'entered' },
    actions: [{ kind: 'tag', tag: 'londoner' }],
  };
  const segment = {
    kind: 'segment',
    key: 'london',
    name: 'London',
    status: 'active',
    conditions: city('London'),
    tests: [{ facts: { 'customer.city': 'London' }, expected: true }],
  };
  // It reads a segment and is read by one: what comes first is decided by names, not by kinds.
  const named = {
    kind: 'condition',
    key: 'at-home',
    name: 'At home',
    status: 'active',
    context: 'customer',
    conditions: { any: [{ fact: 'segment.london', operator: 'equal', value: true }] },
  };
  const reader = {
    kind: 'segment',
    key: 'a-reader',
    name: 'Reader',
    status: 'active',
    conditions: { all: [{ condition: 'at-home' }] },
  };
  const params = { target: 'order', bp: 1000 };
  const promotion = {
    kind: 'promotion',
    key: 'ten',
    name: 'Ten',
    status: 'active',
    conditions: { all: [] },
    confirmEveryone: true,
    event: { type: 'grant', params },
  };

  eachDatabase(
    'are applied from a file, again without a change, and exported as they were written',
    async (on) => {
      const file = join(on.folder, 'rules.json');
      // The alert comes first and refers to the segment after it: order is not the writer's trouble.
      await writeFile(file, JSON.stringify([alert, reader, segment, promotion, named]));
      const outcomes = (out: string) =>
        (JSON.parse(out) as { rules: { key: string; outcome: string }[] }).rules.map(({ key, outcome }) => [
          key,
          outcome,
        ]);
      const first = await runCommand(on, ['rules', 'apply', file, '--json']);
      expect(outcomes(first.out)).toEqual([
        ['london', 'created, active'],
        ['at-home', 'created, active'],
        ['a-reader', 'created, active'],
        ['londoner', 'created, draft'],
        ['ten', 'created, active'],
      ]);
      expect(first.code).toBe(0);
      const exported = await runCommand(on, ['rules', 'export']);
      expect(JSON.parse(exported.out)).toMatchObject([named, reader, segment, alert, promotion]);
      await writeFile(file, exported.out);
      const again = await runCommand(on, ['rules', 'apply', file, '--json']);
      expect(outcomes(again.out).map(([, outcome]) => outcome)).toEqual(Array(5).fill('unchanged'));
      await writeFile(file, JSON.stringify({ ...segment, conditions: city('Paris'), tests: [] }));
      const changed = await runCommand(on, ['rules', 'apply', file]);
      expect(changed).toMatchObject({ code: 0, out: expect.stringContaining('changed, active, version 2') });
      await using app = await testApp(on);
      expect((await app.as('owner').get('/segments/london')).body).toMatchObject({
        activeVersion: 2,
        conditions: city('Paris'),
      });
    },
    slow,
  );

  test('are tested without a change; what is wrong is named with code and pointer', { timeout: slow }, async () => {
    await using on = await createTestDatabase('sqlite');
    const file = join(on.folder, 'rules.json');
    const failing = { ...segment, key: 'failing', tests: [{ facts: { 'customer.city': 'Rome' }, expected: true }] };
    const unknown = {
      ...segment,
      key: 'unknown',
      conditions: { all: [{ fact: 'customer.shoe', operator: 'equal', value: 1 }] },
    };
    const odd = {
      ...segment,
      key: 'odd',
      conditions: { all: [{ fact: 'customer.city', operator: 'smells', value: 1 }] },
    };
    const tests = [{ facts: { 'customer.city': 'Rome' }, expected: true }];
    const home = { ...named, key: 'rome', conditions: city('Rome'), tests };
    const through = { ...reader, key: 'through', conditions: { all: [{ condition: 'rome' }] }, tests };
    await writeFile(file, JSON.stringify([segment, through, failing, unknown, odd, home]));
    const ended = await runCommand(on, ['rules', 'test', file, '--json']);
    expect(ended.code).toBe(1);
    expect((JSON.parse(ended.out) as { rules: unknown[] }).rules).toMatchObject([
      { key: 'rome', outcome: 'passed 1 tests' },
      { key: 'london', outcome: 'passed 1 tests' },
      { key: 'through', outcome: 'passed 1 tests' },
      { key: 'failing', outcome: 'failed', code: 'RULE_TEST_FAILED', pointer: '/tests/0' },
      { key: 'unknown', outcome: 'failed', code: 'FACT_UNKNOWN', pointer: '/conditions/all/0/fact' },
      { key: 'odd', outcome: 'failed', code: 'OPERATOR_UNKNOWN', pointer: '/conditions/all/0/operator' },
    ]);
    expect(JSON.parse((await runCommand(on, ['rules', 'export'])).out)).toEqual([]);
    const wrong: [string, string, string][] = [
      ['{', 'MALFORMED_JSON', ''],
      ['[{"kind":"spell","key":"x"}]', 'INVALID_REQUEST', '/0/kind'],
      [JSON.stringify([{ ...segment, colour: 'red' }]), 'INVALID_REQUEST', '/0/colour'],
      [JSON.stringify({ ...segment, status: 'archived' }), 'INVALID_REQUEST', '/status'],
      [JSON.stringify({ ...named, status: 'paused' }), 'INVALID_REQUEST', '/status'],
    ];
    for (const [text, code, pointer] of wrong) {
      await writeFile(file, text);
      const refused = await runCommand(on, ['rules', 'apply', file, '--json']);
      expect({ code: refused.code, ...JSON.parse(refused.out) }).toMatchObject({ code: 1, rules: [{ code, pointer }] });
    }
    const missing = await runCommand(on, ['rules', 'apply', join(on.folder, 'none.json')]);
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('none.json') });
  });
});
