// What the API can do, a person can do in the console, or it is written down why not.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as contracts from '@rapport/sdk/routes';
import { expect, test } from 'vitest';
import { withoutPage } from './without-page.ts';

const isRoute = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'scope' in value;
const routes = Object.entries(contracts)
  .filter(([, value]) => isRoute(value))
  .map(([name]) => name);

const called = new Set(
  readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/^(dist|node_modules)\b|\.test\./.test(file))
    .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
    .flatMap((source) => [...source.matchAll(/import \{([^}]*)\} from '@rapport\/sdk\/routes'/g)])
    .flatMap(([, names]) => names!.split(',').map((name) => name.trim())),
);
const excused = Object.values(withoutPage).flat();

test('every route is called by a page, or has a reason why none calls it', () => {
  expect(routes.length).toBeGreaterThan(150);
  expect(called.size).toBeGreaterThan(60);
  expect(routes.filter((name) => !called.has(name) && !excused.includes(name))).toEqual([]);
});

test('a reason names routes that exist and that no page calls, each once', () => {
  expect(excused.filter((name) => !routes.includes(name))).toEqual([]);
  expect(excused.filter((name) => called.has(name))).toEqual([]);
  expect(excused.toSorted()).toEqual([...new Set(excused)].toSorted());
  for (const reason of Object.keys(withoutPage)) expect(reason.length).toBeGreaterThan(20);
});

test('the pages import only routes that exist', () => {
  expect([...called].filter((name) => name !== '' && !routes.includes(name))).toEqual([]);
});
