// Wrong requests, generated from a route's contract: bodies, queries and paths that must be refused or survived.
// Not the cases that need to know what a route means: those are in the tests of its feature.
import { gzipSync } from 'node:zlib';
import type { AnyRoute } from '@rapport/sdk';
import type { TSchema } from 'typebox';
import { bodyFor, exampleOf, isWritten, membersOf } from './examples.ts';

export type BadRequest = {
  name: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
  /** Appended to the path, with its `?`. */
  search?: string;
  /** Instead of the path's parameters, encoded. */
  id?: string;
  /** Where the problem must point. */
  pointer?: string;
  /** No right answer but a refusal. Others may be accepted where the schema leaves room. */
  refused: boolean;
  /** Nothing is wrong with it: were it refused for its form, those bent from it would show nothing. */
  wellFormed?: boolean;
};

const json = { 'content-type': 'application/json' };
const wrongValues: readonly unknown[] = [12.5, 'x', null, [], {}, true, -1, 1e308, Number.MAX_SAFE_INTEGER, ''];

/** The same body however it is nested, written out: `JSON.stringify` would need the depth on its own stack. */
const deep = (levels: number, open: string, close: string): string => open.repeat(levels) + close.repeat(levels);

export const badBodies = (route: AnyRoute): BadRequest[] => {
  if (!route.body || route.rawBody) return [];
  const limit = route.maxBody ?? 1024 * 1024;
  const example = bodyFor(route);
  const text = JSON.stringify(example);
  const whole: BadRequest[] = [
    { name: 'not JSON', body: '{"a":', headers: json, refused: true },
    { name: 'a bare word', body: 'NaN', headers: json, refused: true },
    { name: 'two values', body: `${text}${text}`, headers: json, refused: true },
    { name: '__proto__', body: '{"__proto__":{"scope":"owner"}}', headers: json, refused: true },
    { name: '__proto__ in escapes', body: '{"\\u005f_proto__":{"a":1}}', headers: json, refused: true },
    { name: 'constructor', body: '{"constructor":{"prototype":{"a":1}}}', headers: json, refused: false },
    { name: 'U+0000', body: '{"name":"a\\u0000b"}', headers: json, refused: true },
    { name: 'a raw U+0000', body: '{"name":"a\u0000b"}', headers: json, refused: true },
    { name: 'half a surrogate pair', body: '{"name":"a\\ud800b"}', headers: json, refused: true },
    { name: 'depth 10,000 of lists', body: deep(10_000, '[', ']'), headers: json, refused: true },
    { name: 'depth 10,000 of objects', body: `${'{"a":'.repeat(10_000)}1`, headers: json, refused: true },
    { name: 'a huge number', body: '{"limit":1e999,"amount":-1e999}', headers: json, refused: false },
    {
      name: 'over the limit',
      body: text,
      headers: { ...json, 'content-length': String(limit + 1) },
      refused: true,
    },
    { name: 'another type', body: text, headers: { 'content-type': 'text/plain' }, refused: true },
    { name: 'a form', body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' }, refused: true },
    {
      name: 'another charset',
      body: text,
      headers: { 'content-type': 'application/json; charset=utf-16' },
      refused: true,
    },
    { name: 'UTF-16', body: Buffer.from(text, 'utf16le'), headers: json, refused: true },
    { name: 'bytes that are no UTF-8', body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), headers: json, refused: true },
    { name: 'gzip', body: gzipSync(text), headers: { ...json, 'content-encoding': 'gzip' }, refused: true },
    { name: 'gzip unsaid', body: gzipSync(text), headers: json, refused: true },
    { name: 'empty', body: '', headers: json, refused: false },
    { name: 'nothing wrong', body: text, headers: json, refused: false, wellFormed: isWritten(route) },
  ];
  const values = [12.5, 'x', null, [[]], true].map((value) => change('all of it', value, false));
  const full = exampleOf(route.body) as object;
  return [...whole, ...values, ...badMembers(route.body, example), ...badDepths(full)];
};

const change = (name: string, value: unknown, refused: boolean): BadRequest => ({
  name: `${name}: ${JSON.stringify(value).slice(0, 60)}`,
  body: JSON.stringify(value),
  headers: json,
  refused,
});

const badMembers = (schema: TSchema, example: unknown): BadRequest[] => {
  const members = membersOf(schema);
  if (Array.isArray(example)) return badDepths(example);
  if (!members || typeof example !== 'object' || example === null) return [];
  const made: BadRequest[] = [];
  const text = JSON.stringify(example);
  if (members.closed)
    made.push({
      ...change('a member nobody knows', { ...example, noContractKnowsThis: 1 }, true),
      pointer: '/noContractKnowsThis',
    });
  for (const name of members.required) {
    const { [name]: _left, ...rest } = example as Record<string, unknown>;
    made.push({ ...change(`without ${name}`, rest, true), pointer: `/${name}` });
  }
  for (const name of members.names) {
    for (const value of wrongValues) made.push(change(name, { ...example, [name]: value }, false));
    made.push(change(name, { ...example, [name]: 'x'.repeat(100_000) }, false));
    made.push(change(name, { ...example, [name]: "'; drop table customers; --\u202e\ufeff" }, false));
    made.push(change(name, { ...example, [name]: [null, {}, 1, 'x'] }, false));
    made.push(change(name, { ...example, [name]: { a: { b: [{}] }, constructor: 1 } }, false));
    made.push({
      name: `${name} twice`,
      body: `{${JSON.stringify(name)}:[],${text.slice(1)}`.replace(/,\}$/, '}'),
      headers: json,
      refused: false,
    });
  }
  return [...made, ...badDepths(example)];
};

/** Wrong values everywhere below the top: in members of members and items of lists. */
const badDepths = (example: object): BadRequest[] =>
  placesIn(example, [])
    .filter((place) => place.length > 1)
    .flatMap((place) =>
      [12.5, 'x', null, [], {}, true, -1, 1e308].map((value) =>
        change(place.join('.'), withValue(example, place, value), false),
      ),
    );

const placesIn = (value: unknown, at: string[]): string[][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, member]) => [[...at, name], ...placesIn(member, [...at, name])])
    : [];

const withValue = (from: object, [name, ...rest]: string[], value: unknown): object => {
  const copy = (Array.isArray(from) ? [...from] : { ...from }) as Record<string, unknown>;
  copy[name!] = rest.length === 0 ? value : withValue(copy[name!] as object, rest, value);
  return copy;
};

const badIds = [
  'nobody',
  "'%20or%20'1'='1",
  '%27%3B%20drop%20table%20customers%3B%20--',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e',
  '%E5%AE%A2%E6%88%B7',
  '%F0%9F%98%80',
  'x'.repeat(7000),
  '%00',
  'a%0d%0aSet-Cookie:%20a=b',
  '__proto__',
  'constructor',
  '-1',
  '1e400',
  '%5B%5D',
  '*',
  'acme~..',
];
/** No text at all: the address itself is refused. */
const brokenIds = ['%E0%A4%A', '%', '%zz', '%ff%fe'];

export const badPaths = (route: AnyRoute): BadRequest[] =>
  /[:*]/.test(route.path)
    ? [
        ...badIds.map((id) => ({ name: `id ${id.slice(0, 40)}`, id, refused: false })),
        ...brokenIds.map((id) => ({ name: `broken id ${id}`, id, refused: true })),
      ]
    : [];

const wrongTexts = ['', 'abc', '-1', '0', '1e9', '99999999999999999999', 'true', '%E5%AE%A2', '%27', '%7B%7D'];

export const badQueries = (route: AnyRoute): BadRequest[] => {
  if (route.rawBody) return [];
  const names = Object.keys(route.query?.properties ?? {});
  const made: BadRequest[] = [
    { name: 'a parameter nobody knows', search: '?noContractKnowsThis=1', refused: true },
    { name: '__proto__', search: '?__proto__=1', refused: false },
    { name: 'a broken escape', search: '?a=%E0%A4%A', refused: true },
    { name: 'U+0000', search: '?a=%00', refused: true },
  ];
  for (const name of names) {
    for (const value of wrongTexts)
      made.push({ name: `${name}=${value}`, search: `?${name}=${value}`, refused: false });
    made.push({ name: `${name} twice`, search: `?${name}=1&${name}=2`, refused: true });
    made.push({ name: `${name} as a list`, search: `?${name}[]=1`, refused: true });
    made.push({ name: `${name} of 8 kB`, search: `?${name}=${'x'.repeat(8000)}`, refused: false });
  }
  if (names.includes('limit'))
    for (const value of ['0', '-1', '1e9', 'abc', '1.5', '201'])
      made.push({ name: `limit ${value}`, search: `?limit=${value}`, refused: true });
  if (names.includes('cursor'))
    for (const value of badCursors) made.push({ name: `cursor ${value}`, search: `?cursor=${value}`, refused: false });
  return made;
};

const cursorOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const badCursors = [
  'xyz',
  '%20',
  cursorOf(null),
  cursorOf({}),
  cursorOf([]),
  cursorOf([{}, {}]),
  cursorOf([['a'], null]),
  cursorOf(['text', 'id']),
  cursorOf([1e308, 'id']),
  cursorOf(['a\u0000', 'id']),
];
