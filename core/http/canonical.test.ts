import { type NewCustomer, NewCustomer as Schema } from '@rapport/sdk/schemas';
import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { canonical } from './canonical.ts';

const same = (a: unknown, b: unknown, schema?: Parameters<typeof canonical>[1]): boolean =>
  canonical(a, schema) === canonical(b, schema);

test('the order of members makes no difference, at any depth; that of a list does', () => {
  expect(same({ a: 1, b: { c: 2, d: [{ e: 1, f: 2 }] } }, { b: { d: [{ f: 2, e: 1 }], c: 2 }, a: 1 })).toBe(true);
  expect(same([1, 2], [2, 1])).toBe(false);
});

test('an optional list or object that is empty is the same as none, where the schema says that it is optional', () => {
  const ada: NewCustomer = { name: 'Ada' };
  expect(same(ada, { ...ada, tags: [], attributes: {} }, Schema)).toBe(true);
  expect(same([ada], [{ ...ada, tags: [] }], Type.Array(Schema))).toBe(true);
  expect(same(ada, { ...ada, tags: ['vip'] }, Schema)).toBe(false);
  // Null clears, where none keeps; nothing is known of what no schema describes.
  expect(same(ada, { ...ada, phone: null }, Schema)).toBe(false);
  expect(same({ all: [] }, { any: [] })).toBe(false);
  const needed = Type.Object({ list: Type.Array(Type.String()) });
  expect(same({ list: [] }, {}, needed)).toBe(false);
});

test('what is absent is a text too', () => {
  expect(canonical(undefined)).toBe('null');
});
