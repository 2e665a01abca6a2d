import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { topics } from '@rapport/sdk/hooks';
import { expect, vi } from 'vitest';
import type { Change } from '../../core/changes.ts';
import { system } from '../../core/http/actor.ts';
import { createCore } from '../../core/index.ts';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { commerceModule } from '../commerce/index.ts';
import { importsModule } from './index.ts';
import type { FileImport } from './service.ts';
import { createImportStore } from './store.ts';
import { sweepFiles } from './sweep.ts';

const world = async (on: TestDatabase) => {
  const platform = await testPlatform(on);
  const core = createCore(platform);
  const imports = core.modules.install(importsModule, {
    ...core,
    commerce: core.modules.install(commerceModule, core),
  });
  const heard: { topic: string; payload: unknown }[] = [];
  const changes: Change[] = [];
  platform.changes.subscribe(async (_trx, published) => void changes.push(...published));
  platform.outbox.consume({
    name: 'ears',
    topics,
    handle: async ({ topic, payload }) => void heard.push({ topic, payload }),
  });
  const given = (what: FileImport['what'], text: string, more: Partial<FileImport> = {}): FileImport => {
    const path = join(on.folder, `${what}.csv`);
    writeFileSync(path, text);
    return { what, path, fileName: `${what}.csv`, settings: {}, dryRun: false, ...more };
  };
  return {
    ...core,
    platform,
    imports,
    heard,
    changes,
    given,
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
};

const people = (count: number): string =>
  `external id,email\n${Array.from({ length: count }, (_, i) => (i % 10 === 9 ? `C${i},bad` : `C${i},p${i}@example.com`)).join('\n')}\n`;

eachDatabase(
  'an import tells the world once, at its end, with the facts it touched; rules hear nothing row by row',
  async (on) => {
    await using w = await world(on);
    await w.imports.runFile(w.given('customers', people(30)), {});
    expect(w.changes).toEqual([]);
    await w.platform.jobs.start();
    await vi.waitFor(() => expect(w.heard).toHaveLength(1), 8000);
    expect(w.heard[0]).toMatchObject({
      topic: 'import.finished',
      payload: {
        what: 'customers',
        status: 'done',
        facts: ['customer.createdAt', 'customer.externalId', 'customer.email'],
        read: 30,
        accepted: 27,
        rejected: 3,
        created: { customers: 27 },
      },
    });
    expect(await w.platform.database.writer('audit').where({ subject_kind: 'import' }).select('action')).toEqual([
      { action: 'import.finished' },
    ]);
  },
);

eachDatabase(
  'an import that is stopped goes on with the same command where it was, and counts every row once',
  async (on) => {
    await using w = await world(on);
    const given = w.given('customers', people(3000));
    const stopping = new AbortController();
    const first = await w.imports.runFile(given, { signal: stopping.signal, onProgress: () => stopping.abort() });
    expect(first.import.status).toBe('running');
    expect(first.import.read).toBeGreaterThan(0);
    expect(first.import.read).toBeLessThan(3000);
    const second = await w.imports.runFile(given, {});
    expect(second.resumedAt).toBe(first.import.read);
    expect(second.import).toMatchObject({
      id: first.import.id,
      status: 'done',
      read: 3000,
      accepted: 2700,
      rejected: 300,
    });
    const rejects = readFileSync(second.import.rejects_path, 'utf8').trimEnd().split('\r\n');
    expect(rejects).toHaveLength(301);
    expect(rejects.at(-1)).toBe('3001,email,EMAIL_INVALID,"""bad"" is no e-mail address.","C2999,bad"');
  },
);

eachDatabase('whoever takes an import over keeps it: a chunk of the former holder does not commit', async (on) => {
  await using w = await world(on);
  const given = w.given('customers', people(3000));
  let other: Promise<unknown> | undefined;
  const running = w.imports.runFile(given, {
    onProgress: async () => {
      other ??= w.imports.runFile(given, {});
      await other;
    },
  });
  await expect(running).rejects.toMatchObject({ code: 'IMPORT_TAKEN_OVER' });
  const { import: done } = (await other) as Awaited<ReturnType<typeof w.imports.runFile>>;
  expect(done).toMatchObject({
    status: 'done',
    read: 3000,
    accepted: 2700,
    rejected: 300,
    tally: { created: { customers: 2700 } },
  });
  const rows = await w.platform.database.writer('customers').count({ count: '*' });
  expect(Number(rows[0]!.count)).toBe(2700);
});

eachDatabase(
  'customers are found by external id, e-mail and phone, in this order, and nobody loses an identity to another',
  async (on) => {
    await using w = await world(on);
    const head = 'external id,email,phone,name\n';
    await w.imports.runFile(
      w.given('customers', `${head}A,ada@example.com,+447911123456,Ada\nB,bob@example.com,,Bob\n`),
      {},
    );
    const { import: second } = await w.imports.runFile(
      w.given(
        'customers',
        `${head},ADA@example.com,,Ada L\nX7,ada@example.com,,\n,,+44 7911 123456,Ada M\nA,bob@example.com,,\n,,,Nobody\n`,
      ),
      {},
    );
    expect(second).toMatchObject({
      accepted: 3,
      rejected: 2,
      tally: { created: {}, rejectedBy: { IDENTITY_TAKEN: 1, NO_IDENTITY: 1 } },
    });
    const { data } = await w.customers.list({ sort: 'name' }, system);
    expect(data).toMatchObject([
      { externalId: 'A', email: 'ada@example.com', phone: '+447911123456', name: 'Ada M' },
      { externalId: 'B', email: 'bob@example.com', name: 'Bob' },
    ]);
  },
);

eachDatabase('a dry run counts what would happen and leaves no customer, no notice and no audit', async (on) => {
  await using w = await world(on);
  const { import: rehearsal } = await w.imports.runFile(w.given('customers', people(500), { dryRun: true }), {});
  expect(rehearsal).toMatchObject({
    status: 'done',
    read: 500,
    accepted: 450,
    rejected: 50,
    tally: { created: { customers: 450 } },
  });
  const db = w.platform.database.writer;
  for (const table of ['customers', 'identities', 'outbox', 'audit']) expect(await db(table)).toEqual([]);
});

eachDatabase(
  'files of people are deleted: uploads a day after, refused rows a month after, leftovers a day old',
  async (on) => {
    await using w = await world(on);
    const folder = join(on.folder, 'imports');
    const { import: row } = await w.imports.runFile(w.given('customers', people(10)), {});
    const names = {
      upload: join(folder, `${row.id}.upload`),
      left: join(folder, 'gone.upload'),
      stdin: join(folder, 'x.stdin'),
    };
    for (const path of Object.values(names)) writeFileSync(path, 'a');
    const store = createImportStore(w.platform.database.writer);
    await store.relocate(row.id, names.upload);
    const after = async (days: number) => {
      await sweepFiles({ store, folder, now: w.platform.clock.now() + days * 86_400_000 });
      return readdirSync(folder).toSorted();
    };
    const rejects = basename(row.rejects_path);
    expect(await after(0.5)).toHaveLength(4);
    expect(await after(2)).toEqual([rejects]);
    expect(await after(31)).toEqual([]);
  },
);
