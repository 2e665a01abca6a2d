// What of a request body is read: bytes, levels, members, types and characters, each at its limit and one past it.

import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Failure } from '../errors.ts';
import { bodyLimits, parseJson, readJson } from './limits.ts';

/** A body as it comes from a socket, in pieces. */
const request = (body: string | Uint8Array, headers: Record<string, string> = {}): IncomingMessage => {
  const bytes = Buffer.from(body);
  const pieces = [bytes.subarray(0, 7), bytes.subarray(7, 50), bytes.subarray(50)].filter(({ length }) => length > 0);
  return Object.assign(Readable.from(pieces, { objectMode: false }), { headers }) as unknown as IncomingMessage;
};
const json = { 'content-type': 'application/json' };
const codeOf = (work: () => unknown): unknown => {
  try {
    return { read: work() };
  } catch (error) {
    return error instanceof Failure ? error.code : error;
  }
};
const read = (body: string | Uint8Array, headers: Record<string, string> = json, limit = 1000): Promise<unknown> =>
  readJson(request(body, headers), limit).catch((error: unknown) => (error instanceof Failure ? error.code : error));

describe('bytes', () => {
  test.each([
    ['as many as allowed', `"${'x'.repeat(98)}"`, 'x'.repeat(98)],
    ['one more', `"${'x'.repeat(99)}"`, 'BODY_TOO_LARGE'],
    ['few characters of many bytes', `"${'王'.repeat(32)}"`, '王'.repeat(32)],
    ['few characters of too many bytes', `"${'王'.repeat(33)}"`, 'BODY_TOO_LARGE'],
    ['spaces count too', `"x"${' '.repeat(98)}`, 'BODY_TOO_LARGE'],
  ])('%s', async (_, body, expected) => {
    expect(await read(body, json, 100)).toEqual(expected);
    const announced = { ...json, 'content-length': String(Buffer.byteLength(body)) };
    expect(await read(body, announced, 100)).toEqual(expected);
  });

  test('a length that is too large is refused before the body comes; the limit is told', async () => {
    const never = Object.assign(new Readable({ read: () => {} }), { headers: { ...json, 'content-length': '101' } });
    await expect(readJson(never as unknown as IncomingMessage, 100)).rejects.toMatchObject({
      status: 413,
      message: 'The body is larger than 100 bytes.',
    });
  });

  test('a body that ends before its length is refused', async () => {
    expect(await read('{"a":1}', { ...json, 'content-length': '9' })).toBe('INVALID_REQUEST');
  });
});

describe('levels and members', () => {
  const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

  test('64 levels are read, 65 are not, of lists, objects and both', () => {
    expect(bodyLimits.depth).toBe(64);
    for (const body of [lists(64), objects(64), objects(32).replace('1', lists(32))])
      expect(codeOf(() => parseJson(body))).toHaveProperty('read');
    for (const body of [lists(65), objects(65), objects(32).replace('1', lists(33)), `[${lists(64)},1]`])
      expect(codeOf(() => parseJson(body))).toBe('JSON_TOO_DEEP');
  });

  test('many beside each other are not deep, and brackets in texts are texts', () => {
    const wide = `[${Array.from({ length: 500 }, () => lists(63)).join(',')}]`;
    expect(parseJson(wide)).toHaveLength(500);
    for (const text of ['['.repeat(100), `"${'{'.repeat(100)}`, `\\${'['.repeat(100)}\\`, '\\"{'.repeat(100)])
      expect(parseJson(JSON.stringify({ text }))).toEqual({ text });
  });

  test('a text that is never closed, or closed too often, hides no depth', () => {
    expect(codeOf(() => parseJson(`"\\\\"${lists(65)}`))).toBe('JSON_TOO_DEEP');
    expect(codeOf(() => parseJson(`]]]]${lists(64)}`))).toBe('MALFORMED_JSON');
    expect(codeOf(() => parseJson(`"${lists(65)}`))).toBe('MALFORMED_JSON');
  });

  test('200,000 members are read and many more are refused, before they are made', () => {
    const of = (count: number) => `[${'0,'.repeat(count - 1)}0]`;
    expect(parseJson(of(bodyLimits.members))).toHaveLength(200_000);
    expect(codeOf(() => parseJson(of(bodyLimits.members + 2)))).toBe('JSON_TOO_DEEP');
    expect(codeOf(() => parseJson('0,'.repeat(300_000)))).toBe('JSON_TOO_DEEP');
    expect(parseJson(JSON.stringify(','.repeat(250_000)))).toHaveLength(250_000);
  });
});

describe('types', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    'application/json;charset=utf8',
    'application/json; profile="x"; charset=UTF-8',
    'application/merge-patch+json',
    'application/vnd.api+json',
  ])('%s is read', async (type) => {
    expect(await read('{"a":"é"}', { 'content-type': type })).toEqual({ a: 'é' });
    expect(await read('{"a":"é"}', { 'content-type': type, 'content-encoding': 'identity' })).toEqual({ a: 'é' });
  });

  test.each([
    '',
    'text/plain',
    'text/json',
    'application/jsonp',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/json;charset=iso-8859-1',
    'application/json; charset=',
  ])('"%s" is not', async (type) => {
    expect(await read('{"a":1}', type === '' ? {} : { 'content-type': type })).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  test.each(['gzip', 'br', 'deflate', 'x-gzip', 'gzip, identity'])(
    'a body packed with %s is refused',
    async (encoding) => {
      expect(await read('{"a":1}', { ...json, 'content-encoding': encoding })).toBe('UNSUPPORTED_MEDIA_TYPE');
    },
  );

  test('no body is none where no type is given, and no JSON where JSON is announced', async () => {
    expect(await read('', {})).toBeUndefined();
    expect(await read('', json)).toBe('MALFORMED_JSON');
    expect(await read('null')).toBeNull();
  });
});

describe('characters', () => {
  test.each([
    ['bytes that are no UTF-8', Uint8Array.of(0x22, 0xc3, 0x28, 0x22)],
    ['Latin-1', Buffer.from('"Zoë"', 'latin1')],
    ['half of a character at the end', Buffer.from('"王"').subarray(0, 3)],
    ['a comma at the end', '{"a":1,}'],
    ['single quotes', "{'a':1}"],
    ['no number of JSON', '{"a":NaN}'],
    ['two documents', '{} {}'],
    ['__proto__', '{"a":{"__proto__":{"admin":true}}}'],
    ['__proto__ in escapes', '{"\\u005f_proto__":1}'],
    ['U+0000', '{"a":"\\u0000"}'],
    ['U+0000 in a name', '{"a\\u0000":1}'],
    ['half of a pair', '["\\ud83d"]'],
    ['the other half', '["\\udc4d\\ud83d"]'],
  ])('%s: refused', async (_, body) => {
    expect(await read(body)).toBe('MALFORMED_JSON');
  });

  test.each([
    ['a whole pair in escapes', '["\\ud83d\\udc4d"]', ['👍']],
    ['a mark of byte order', '\ufeff[1]', [1]],
    ['constructor is a name like others', '{"constructor":1}', { constructor: 1 }],
    ['a text that speaks of __proto__', '["__proto__"]', ['__proto__']],
    ['letter and accent as two characters', '{"name":"Zoe\u0308"}', { name: 'Zoë' }],
    ['letter and accent as two escapes', '{"name":"Zo\\u0065\\u0308"}', { name: 'Zoë' }],
    ['a letter, and its accent as an escape', '{"tags":["Zoe\\u0308"]}', { tags: ['Zoë'] }],
    ['Hangul in parts', '["\\u1112\\u1161\\u11ab"]', ['한']],
  ])('%s: read', async (_, body, expected) => {
    expect(await read(body)).toEqual(expected);
  });
});
