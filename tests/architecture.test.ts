// The walls of the house. Each wall is a line of the table; each is first seen red on a planted violation.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { modules } from '../rapport.ts';

type SourceFile = { path: string; text: string };
type Wall = { name: string; planted: SourceFile; broken: (file: SourceFile) => string[] };

const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path) || path.startsWith('tests/');

/** Every module a file names: static and dynamic imports, re-exports, require. */
const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])([^'"]+)\1/g)].map((match) => match[2]!);

/** A relative import as a path from the root; a package as it is. */
const resolved = (file: string, name: string): string =>
  name.startsWith('.') ? new URL(name, `file:///${file}`).pathname.slice(1) : name;

const only =
  (folder: string, allowed: (target: string, from: string) => boolean) =>
  ({ path, text }: SourceFile): string[] =>
    path.startsWith(`${folder}/`) && !isTest(path)
      ? importsOf(text)
          .map((name) => resolved(path, name))
          .filter((target) => !allowed(target, path))
      : [];

const single =
  (name: RegExp, owners: RegExp) =>
  ({ path, text }: SourceFile): string[] =>
    isTest(path) || owners.test(path) || /^(bench|docs|console|\.ci)\//.test(path)
      ? []
      : importsOf(text).filter((target) => name.test(target));

const isPackage = (target: string): boolean =>
  !/^(core|rules|modules|marketplace|plugins|console|demo|migrations|sdk|tests|bench)\/|^[a-z]+\.ts$/.test(target);
const isSdk = (target: string): boolean => target === '@rapport/sdk' || target.startsWith('@rapport/sdk/');
const isOwnFolder = (target: string, from: string): boolean => target.startsWith(`${from.split('/')[0]}/`);

const walls: Wall[] = [
  {
    name: 'sdk imports nothing of ours, and Node only in testing and cli',
    planted: { path: 'sdk/index.ts', text: "import { x } from '../core/index.ts';" },
    broken: only(
      'sdk',
      (target, from) =>
        isOwnFolder(target, from) ||
        target === 'typebox' ||
        (/^sdk\/(testing|cli)/.test(from) && (target.startsWith('node:') || isPackage(target))),
    ),
  },
  {
    name: 'core imports only sdk and core',
    planted: { path: 'core/core.ts', text: "import { createRules } from '../rules/index.ts';" },
    broken: only('core', (target, from) => isOwnFolder(target, from) || isPackage(target) || target === 'package.json'),
  },
  {
    name: 'rules see core through its public entry only',
    planted: { path: 'rules/segments/store.ts', text: "import { page } from '../../core/data/page.ts';" },
    broken: only(
      'rules',
      (target, from) => isOwnFolder(target, from) || isPackage(target) || target === 'core/index.ts',
    ),
  },
  {
    name: 'a module sees its own folder and the core through its public entry',
    planted: { path: 'modules/webhooks/store.ts', text: "import { csvLine } from '../exports/exports.ts';" },
    broken: only(
      'modules',
      (target, from) =>
        target.startsWith(`${from.split('/').slice(0, 2).join('/')}/`) ||
        isPackage(target) ||
        target === 'core/index.ts',
    ),
  },
  {
    name: 'a sandbox process imports its own folder only, so that it needs to read nothing else',
    planted: { path: 'core/plugins/sandbox/worker.ts', text: "import { createLog } from '../../log.ts';" },
    broken: ({ path, text }) =>
      /^core\/plugins\/sandbox\/(worker|protocol)/.test(path) && !isTest(path)
        ? importsOf(text)
            .map((name) => resolved(path, name))
            .filter((target) => !target.startsWith('core/plugins/sandbox/') && !isPackage(target))
        : [],
  },
  {
    name: 'marketplace sees core through its public entry only',
    planted: { path: 'marketplace/index.ts', text: "import { createRules } from '../rules/index.ts';" },
    broken: only(
      'marketplace',
      (target, from) => isOwnFolder(target, from) || isPackage(target) || target === 'core/index.ts',
    ),
  },
  {
    name: 'a plugin imports the SDK and its own files, nothing else',
    planted: { path: 'plugins/channel-email/index.ts', text: "import nodemailer from 'nodemailer';" },
    broken: only(
      'plugins',
      (target, from) => isSdk(target) || target.startsWith(from.split('/').slice(0, 2).join('/')),
    ),
  },
  {
    name: 'the console uses the SDK, never the server',
    planted: { path: 'console/src/main.tsx', text: "import { serve } from '../../core/index.ts';" },
    broken: only('console', (target, from) => isOwnFolder(target, from) || isPackage(target)),
  },
  {
    name: 'a migration is frozen history: it imports knex types only',
    planted: { path: 'migrations/0001_platform.ts', text: "import { toIso } from '../core/index.ts';" },
    broken: only('migrations', (target) => target === 'knex'),
  },
  {
    name: 'the map and the command line import public entries, not insides',
    planted: { path: 'rapport.ts', text: "import { createJobs } from './core/jobs/jobs.ts';" },
    broken: ({ path, text }) =>
      /^((main|rapport|commands)\.ts$|demo\/)/.test(path)
        ? importsOf(text)
            .map((name) => resolved(path, name))
            .filter((target) =>
              /^(core|rules|marketplace|plugins)\/(?!index\.ts$)|^modules\/[a-z]+\/(?!index\.ts$)/.test(target),
            )
        : [],
  },
  {
    name: 'knex is opened in core/data and spoken in stores',
    planted: { path: 'core/customers/service.ts', text: "import knex from 'knex';" },
    broken: single(/^knex($|\/)/, /^core\/data\/|store\.ts$|^migrations\/|^rules\/language\/sql/),
  },
  {
    name: 'one SQLite in the process: a second copy breaks the locks of the first',
    planted: { path: 'core/data/point-reader.ts', text: "import { DatabaseSync } from 'node:sqlite';" },
    broken: single(/^(node:)?(sqlite|better-sqlite3)$/, /^$/),
  },
  {
    name: 'isolated-vm lives in the worker',
    planted: { path: 'core/plugins/sandbox/host.ts', text: "import ivm from 'isolated-vm';" },
    broken: single(/^isolated-vm$/, /^core\/plugins\/sandbox\/worker/),
  },
  {
    name: 'processes are started by the plugin host',
    planted: { path: 'modules/imports/service.ts', text: "import { spawn } from 'node:child_process';" },
    broken: single(/^(node:)?child_process$/, /^core\/plugins\/sandbox\/host|^(setup|rapport)\.mjs$|^sdk\/cli\//),
  },
  {
    name: 'requests for others leave through one place, where addresses are checked',
    planted: { path: 'modules/webhooks/delivery.ts', text: "import { fetch } from 'undici';" },
    broken: single(/^(undici|(node:)?https|(node:)?http2)$/, /^core\/plugins\/capabilities\/outgoing/),
  },
  {
    name: 'the environment is read in core/config.ts and handed over at the command line',
    planted: { path: 'core/log.ts', text: 'export const level = process.env.LEVEL;' },
    broken: ({ path, text }) =>
      isTest(path) || /^(core\/config|commands)\.ts$|^(bench|docs|console|sdk\/cli)\/|\.mjs$/.test(path)
        ? []
        : [...text.matchAll(/process\.env/g)].map(() => 'process.env'),
  },
];

const sources: SourceFile[] = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx', '*.mjs'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path && !path.startsWith('tests/sandbox/hostile/'))
  .flatMap((path) => {
    try {
      return [{ path, text: readFileSync(path, 'utf8') }];
    } catch {
      return [];
    }
  });

describe('walls', () => {
  test('there is something to look at', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  for (const wall of walls) {
    test(`${wall.name}: a planted violation is seen`, () => {
      expect(wall.broken(wall.planted)).not.toEqual([]);
    });

    test(wall.name, () => {
      const found = sources.flatMap((file) => wall.broken(file).map((target) => `${file.path} → ${target}`));
      expect(found).toEqual([]);
    });
  }
});

/** Groups of nodes that reach each other. */
const circlesIn = (graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] => {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    lowest.set(node, order.get(node)!);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(next)!));
    }
    if (lowest.get(node) !== order.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1) found.push(group);
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
};

const graphOf = (files: readonly SourceFile[], nodeOf: (path: string) => string) => {
  const graph = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    const from = nodeOf(path);
    const targets = graph.get(from) ?? new Set();
    graph.set(from, targets);
    for (const name of importsOf(text)) {
      if (!name.startsWith('.')) continue;
      const to = nodeOf(resolved(path, name));
      if (to !== from) targets.add(to);
    }
  }
  return graph;
};

describe('circles', () => {
  const ours = sources.filter(
    ({ path }) => /^(sdk|core|rules|modules|marketplace|console)\//.test(path) && !isTest(path),
  );
  const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
  const folders = new Set(ours.map(({ path }) => folderOf(path)));
  // A folder that holds folders is their hall: the files that stand in it (errors, clock, the composition) count for themselves.
  const isHall = (folder: string): boolean => [...folders].some((other) => other.startsWith(`${folder}/`));
  const roomOf = (path: string): string => (isHall(folderOf(path)) ? path : folderOf(path));
  const planted: SourceFile[] = [
    { path: 'core/jobs/jobs.ts', text: "import { serve } from '../http/serve.ts';" },
    { path: 'core/http/serve.ts', text: "import type { Jobs } from '../jobs/jobs.ts';" },
  ];

  test('a planted circle is seen', () => {
    expect(circlesIn(graphOf(planted, (path) => path))).toHaveLength(1);
    expect(circlesIn(graphOf(planted, folderOf))).toEqual([['core/jobs', 'core/http']]);
  });

  test('no circle between files', () => {
    const graph = graphOf(ours, (path) => path);
    const found = circlesIn(graph);
    console.log(`${found.length} circles between ${graph.size} files`);
    expect(found).toEqual([]);
  });

  test('no circle between folders', () => {
    expect(circlesIn(graphOf(ours, roomOf))).toEqual([]);
  });
});

/** Tables that a file writes: in SQL of its own, or by a builder over a table it names. */
const tablesWritten = (text: string): string[] => [
  ...new Set(
    [
      ...text.matchAll(/\b(?:insert into|update|delete from)\s+"?([a-z_]+)\b/gi),
      ...text.matchAll(
        /\(\s*'([a-z_]+)'\s*\)(?:(?!;\n|,\n {2}\w)[\s\S]){0,600}?\.(?:insert|update|delete|del|increment|decrement)\(/g,
      ),
      ...text.matchAll(/batchInsert\(\s*'([a-z_]+)'/g),
    ].map(([, table]) => table!),
  ),
];

describe('tables', () => {
  // Folders whose stores may write the tables of a module, where that is not `modules/<name>`.
  const homes: Record<string, RegExp> = {
    machinery: /^core\/(jobs|http|audit|data)\//,
    access: /^core\/auth\//,
    customers: /^core\/customers\//,
    events: /^core\/events\//,
    records: /^core\/records\//,
    plugins: /^core\/plugins\//,
    rules: /^rules\//,
  };
  const owners = new Map(modules.flatMap(({ name, tables }) => tables.map(({ table }) => [table, name] as const)));
  const foreign = ({ path, text }: SourceFile): string[] =>
    tablesWritten(text)
      .map((table) => ({ table, owner: owners.get(table) }))
      .filter(({ owner }) => owner && !(homes[owner] ?? new RegExp(`^modules/${owner}/`)).test(path))
      .map(({ table, owner }) => `${path} writes ${table} of ${owner}`);

  test.each([
    ["db('orders').where({ id }).update({ status })"],
    ['insert into customers (id) values (?)'],
    ["await db.batchInsert('events', rows, 100)"],
    ['delete from jobs where id = ?'],
  ])('a planted write is seen: %s', (text) => {
    expect(foreign({ path: 'modules/webhooks/store.ts', text })).toHaveLength(1);
  });

  test('a table is written by its owner only', () => {
    expect(
      sources.filter(({ path }) => /^(core|rules|modules)\//.test(path) && !isTest(path)).flatMap(foreign),
    ).toEqual([]);
  });
});

describe('sizes', () => {
  const limit = 300;
  const linesOf = ({ text }: SourceFile): number => text.split('\n').length - 1;
  const lines = (files: readonly SourceFile[], folder: string): number =>
    files
      .filter(({ path }) => path.startsWith(`${folder}/`) && path.endsWith('.ts') && !isTest(path))
      .reduce((sum, file) => sum + linesOf(file), 0);
  const tooDeep = (files: readonly SourceFile[]): string[] =>
    files.filter(({ path }) => /^(core|rules|modules)\/([^/]+\/){3}/.test(path)).map(({ path }) => path);
  const tooLong = (files: readonly SourceFile[]): string[] =>
    files.filter((file) => !isTest(file.path) && linesOf(file) > limit).map(({ path }) => path);
  const depthOf = (path: string): number => path.split('/').length - 1;
  const fileOf = (path: string, count: number): SourceFile => ({ path, text: '//\n'.repeat(count) });

  test('the core stays small: at most 15,000 lines', () => {
    const ours = sources.filter(({ path }) => /^(sdk|core|rules|modules|plugins|console)\//.test(path));
    const source = ours.filter(({ path }) => !isTest(path));
    console.log(
      `${source.length} source files of ${source.reduce((sum, file) => sum + linesOf(file), 0)} lines, core ${lines(sources, 'core')}; ` +
        `${walls.length} walls, each seen red; deepest ${Math.max(...source.map(({ path }) => depthOf(path)))} folders`,
    );
    expect(lines(sources, 'core')).toBeLessThanOrEqual(15_000);
  });

  test('a core that is too large is seen', () => {
    expect(lines([...sources, fileOf('core/planted.ts', 15_001)], 'core')).toBeGreaterThan(15_000);
    // Tests do not count.
    expect(lines([fileOf('core/planted.test.ts', 100), fileOf('core/a/b.ts', 7)], 'core')).toBe(7);
  });

  test('three folders deep at most', () => {
    expect(tooDeep(sources)).toEqual([]);
  });

  test('a planted folder that is too deep is seen', () => {
    const planted = ['core/a/b/c/d.ts', 'modules/x/a/b/c.ts', 'rules/a/b/c/d/e.ts'];
    expect(tooDeep([...planted, 'core/a/b/c.ts', 'rules/a.ts'].map((path) => fileOf(path, 1)))).toEqual(planted);
  });

  test('no source file is longer than 300 lines', () => {
    expect(tooLong(sources)).toEqual([]);
  });

  test('a planted file that is too long is seen', () => {
    expect(
      tooLong([fileOf('core/a.ts', limit + 1), fileOf('core/b.ts', limit), fileOf('core/a.test.ts', limit + 1)]),
    ).toEqual(['core/a.ts']);
  });

  test('no folder is a drawer', () => {
    expect(
      sources.filter((file) => /(^|\/)(utils?|helpers?|common|lib)(\/|\.ts)/.test(file.path)).map((file) => file.path),
    ).toEqual([]);
  });

  test('every source file says in its first line what it is for', () => {
    const bare = sources
      .filter(
        (file) =>
          !isTest(file.path) && !/^(#!|\/\/|\/\*)/.test(file.text) && !/\/index\.ts$|config\.ts$/.test(file.path),
      )
      .map((file) => file.path);
    expect(bare).toEqual([]);
  });
});
