// The menu offers an area exactly to those whom the router lets in, and has words for it in both languages.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { en } from '../words/en.ts';
import { zh } from '../words/zh.ts';
import { areas } from './navigation.tsx';

const source = readFileSync(join(import.meta.dirname, '..', 'router.tsx'), 'utf8');
/** Address → the scope its route needs, as the router is written. */
const needed = new Map(
  source.split('createRoute({').flatMap((route) => {
    const path = /\bpath: '([^']+)'/.exec(route)?.[1];
    return path === undefined ? [] : [[path, /needs\('([\w:]+)'\)/.exec(route)?.[1]] as const];
  }),
);
const list = areas.flatMap((group) => group.areas);

test.each(list.map(({ to, scope, words }) => ({ to, scope, words })))('$to needs $scope', ({ to, scope, words }) => {
  expect(needed.has(to)).toBe(true);
  expect(needed.get(to)).toBe(scope);
  expect(en.nav[words]).not.toBe('');
  expect(zh.nav[words]).not.toBe(en.nav[words]);
});

test('each area is there once, and every page under it needs a scope of the same things', () => {
  expect(new Set(list.map(({ to }) => to)).size).toBe(list.length);
  for (const { to, scope } of list.filter((area) => area.scope))
    for (const [path, other] of needed)
      if (path.startsWith(`${to}/`)) expect([path, other?.split(':')[0]]).toEqual([path, scope!.split(':')[0]]);
});
