// Every name a contract offers has an effect: each value of each enumeration in the SDK's schemas is set or read by the product's own
// code, and is exercised by a test. What nobody sets or reads is a promise that nobody keeps.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { grantableScopes } from '@rapport/sdk';
import * as routes from '@rapport/sdk/routes';
import * as schemas from '@rapport/sdk/schemas';
import { expect, test } from 'vitest';

type Node = { const?: unknown; enum?: unknown; [member: string]: unknown };

/** Values of enumerations and constants, each with the first place that offers it. */
const valuesIn = (node: unknown, at: string, found = new Map<string, string>(), seen = new Set<unknown>()) => {
  if (typeof node !== 'object' || node === null || seen.has(node)) return found;
  seen.add(node);
  const { const: constant, enum: values } = node as Node;
  for (const value of [constant, ...(Array.isArray(values) ? values : [])])
    if (typeof value === 'string' && !found.has(value)) found.set(value, at);
  for (const [name, child] of Object.entries(node)) valuesIn(child, `${at}.${name}`, found, seen);
  return found;
};

const files = (patterns: readonly string[]): { path: string; text: string }[] =>
  execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...patterns], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const isTest = (path: string): boolean => /(\.test|-fixture)\.tsx?$/.test(path) || path.startsWith('tests/');
const all = files(['*.ts', '*.tsx', '*.json', '*.mjs']).filter(
  ({ path }) => !/^(docs|demo|bench|migrations)\/|package(-lock)?\.json$/.test(path) && path !== 'tests/names.test.ts',
);
const textOf = (wanted: (path: string) => boolean): string =>
  all
    .filter(({ path }) => wanted(path))
    .map(({ text }) => text)
    .join('\n');

/** Written as a text, as a member's name, or as the name of a kind in a template or an attribute. */
const names = (text: string, value: string): boolean => {
  const literal = RegExp.escape(value);
  return new RegExp(
    `(['"\`])${literal}\\1|(?<![\\w.-])${literal}\\s*:|\`${literal}[.:]|['"\`/=?&,]${literal}['"\`/&,]`,
  ).test(text);
};

const product = textOf((path) => /^(core|rules|modules|plugins|console)\//.test(path) && !isTest(path));
const tests = textOf(isTest);
const offered = [...valuesIn({ ...routes }, 'routes', valuesIn({ ...schemas }, 'schemas'))];

/** Values that the product never names one by one, each with what uses it. */
const handedOn: Readonly<Record<string, string>> = {
  PUT: "an endpoint of a plugin is found by its request's own method",
  DELETE: "an endpoint of a plugin is found by its request's own method",
  PATCH: "a plugin's request is held against the methods its manifest lists",
  'order.paid': 'the topic is made of the status an order moves to',
  'order.shipped': 'the topic is made of the status an order moves to',
  'order.completed': 'the topic is made of the status an order moves to',
  'https://rapport.dev/schemas/plugin.json': 'tells editors how to complete a manifest',
};
/** Named by the contract's type and tried through it: a test that names each would only repeat the list. */
const triedAsAList: Readonly<Record<string, string>> = {
  fraction: 'the type of every average in the vocabulary, compared in tests/support/rule-world.ts',
  window: 'the kind of every parameter over time, in random rules',
  scalar: 'the kind of most operators, in random rules',
  'https://rapport.dev/schemas/plugin.json': handedOn['https://rapport.dev/schemas/plugin.json']!,
};

const isScope = (value: string): boolean => (grantableScopes as readonly string[]).includes(value);

test('every value of every enumeration is set or read by the product', () => {
  expect(offered.length).toBeGreaterThan(150);
  const idle = offered.filter(([value]) => !isScope(value) && !(value in handedOn) && !names(product, value));
  expect(idle.map(([value, at]) => `${value} (${at})`)).toEqual([]);
});

test('every value of every enumeration is exercised by a test', () => {
  const untried = offered.filter(([value]) => !isScope(value) && !(value in triedAsAList) && !names(tests, value));
  expect(untried.map(([value, at]) => `${value} (${at})`)).toEqual([]);
});

test('an exception that is no longer needed goes', () => {
  const values = new Set(offered.map(([value]) => value));
  expect(Object.keys({ ...handedOn, ...triedAsAList }).filter((value) => !values.has(value))).toEqual([]);
});

/** Scopes that guard nothing yet. Roles and stored grants hold them, so that taking one away would break those; none may be added. */
const guardNothing = [
  'journeys:read',
  'journeys:write',
  'audit:read',
  'audit:write',
  'exports:write',
  'marketplace:publish',
  'marketplace:review',
];

test('every scope guards a route, a capability of plugins, or what a route shows', () => {
  const guarding = new Set<unknown>([
    ...Object.values(routes as Record<string, { scope?: unknown }>).map(({ scope }) => scope),
    ...[...product.matchAll(/scope: '([a-z]+:[a-z]+)'/g)].map(([, scope]) => scope),
    ...[...product.matchAll(/scopes\.has\('([a-z:]+)'\)/g)].map(([, scope]) => scope),
  ]);
  expect(grantableScopes.filter((scope) => !guarding.has(scope))).toEqual(guardNothing);
});
