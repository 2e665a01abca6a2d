// How much each page may cost a visitor: gzipped JavaScript and CSS it loads beyond the entry. Reads Vite's manifest and the built
// files; `node console/budget.ts` prints the table, tests/budgets.test.ts fails when something is over.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const kib = 1024;

/** KiB gzipped. The entry is what every page loads; a route is counted without it. */
export const budgets = {
  entry: { js: 205, css: 38 },
  list: 25,
  rule: 45,
  pluginForm: 175,
} as const;

/** Which budget a page falls under, and what a page loads only when a tab of it is opened. */
const routes: Record<string, 'list' | 'rule' | 'pluginForm'> = {
  'pages/overview.tsx': 'list',
  'pages/setup.tsx': 'list',
  'pages/customers/list.tsx': 'list',
  'pages/customers/one.tsx': 'list',
  'pages/customers/orders.tsx': 'list',
  'pages/imports/list.tsx': 'list',
  'pages/imports/new.tsx': 'list',
  'pages/imports/one.tsx': 'list',
  'pages/segments/list.tsx': 'list',
  'pages/promotions/list.tsx': 'list',
  'pages/alerts/list.tsx': 'list',
  'pages/conditions/list.tsx': 'list',
  'pages/conditions/new.tsx': 'rule',
  'pages/conditions/one.tsx': 'rule',
  'pages/plugins/list.tsx': 'list',
  'pages/plugins/one.tsx': 'list',
  'pages/settings/settings.tsx': 'list',
  'pages/developers/developers.tsx': 'list',
  'pages/segments/new.tsx': 'rule',
  'pages/segments/one.tsx': 'rule',
  'pages/promotions/new.tsx': 'rule',
  'pages/promotions/one.tsx': 'rule',
  'pages/alerts/new.tsx': 'rule',
  'pages/alerts/one.tsx': 'rule',
  'pages/plugins/scorers.tsx': 'list',
  'pages/plugins/activity.tsx': 'list',
  'pages/plugins/settings-form.tsx': 'pluginForm',
};

type Chunk = { file: string; imports?: string[]; dynamicImports?: string[]; css?: string[]; isEntry?: boolean };
type Manifest = Record<string, Chunk>;
export type Cost = { what: string; kib: number; budget: number };

const dist = join(import.meta.dirname, 'dist');

/** What the built console costs, page by page. Throws when it is not built, or has a page without a budget. */
export const measure = (folder: string = dist): Cost[] => {
  const path = join(folder, '.vite', 'manifest.json');
  if (!existsSync(path)) throw new Error('The console is not built: run "node setup.mjs" first.');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  const size = (file: string): number => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length / kib;
  const entry = Object.keys(manifest).find((key) => manifest[key]!.isEntry)!;
  const shared = filesOf(manifest, [entry, 'words/en.ts', 'pages/login.tsx']);
  const first = filesOf(manifest, [entry, 'words/en.ts']);
  const unknown = (manifest[entry]!.dynamicImports ?? []).filter(
    (key) => key.startsWith('pages/') && key !== 'pages/login.tsx' && !(key in routes),
  );
  if (unknown.length > 0) throw new Error(`Pages without a budget in console/budget.ts: ${unknown.join(', ')}`);
  const sum = (files: Iterable<string>, extension: string): number =>
    [...files].filter((file) => file.endsWith(extension)).reduce((total, file) => total + size(file), 0);
  return [
    { what: 'entry, JavaScript', kib: sum(first, '.js'), budget: budgets.entry.js },
    { what: 'entry, CSS', kib: sum(first, '.css'), budget: budgets.entry.css },
    ...Object.entries(routes).map(([key, budget]) => ({
      what: key,
      kib: sum(filesOf(manifest, [key]).difference(shared), ''),
      budget: budgets[budget],
    })),
  ];
};

/** A chunk with everything it imports at once. */
const filesOf = (manifest: Manifest, keys: string[], seen = new Set<string>()): Set<string> => {
  const files = new Set<string>();
  for (const key of keys) {
    const chunk = manifest[key];
    if (!chunk || seen.has(key)) continue;
    seen.add(key);
    for (const file of [chunk.file, ...(chunk.css ?? []), ...filesOf(manifest, chunk.imports ?? [], seen)])
      files.add(file);
  }
  return files;
};

if (process.argv[1] === import.meta.filename)
  for (const { what, kib: cost, budget } of measure())
    process.stdout.write(
      `${cost > budget ? 'OVER' : '    '} ${cost.toFixed(1).padStart(7)} of ${budget} KiB  ${what}\n`,
    );
