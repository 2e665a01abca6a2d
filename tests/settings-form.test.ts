// The form that the console draws from a plugin's settings schema and the server's check of what it sends agree, patterns apart.
import type { SettingsSchema } from '@rapport/sdk/schemas';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { validator } from '../console/pages/plugins/validator.ts';
import { faultsOf } from '../core/records/given-schema.ts';

const schema: SettingsSchema = {
  type: 'object',
  properties: {
    address: { type: 'string', format: 'uri', title: { en: 'Address', zh: '地址' } },
    reply: { type: 'string', format: 'email' },
    day: { type: 'string', format: 'date' },
    size: { type: 'integer', minimum: 1, maximum: 10, default: 3 },
    share: { type: 'number', maximum: 1 },
    mode: { type: 'string', enum: ['a', 'b'] },
    label: { type: 'string', minLength: 2, maxLength: 5 },
    on: { type: 'boolean' },
    list: { type: 'array', maxItems: 2 },
    key: { type: 'string', secret: true },
  },
  required: ['address'],
};

const placesOfForm = (value: Record<string, unknown>): string[] => {
  const { errors } = validator.validateFormData(value, schema as object);
  return [...new Set(errors.map(({ property }) => (property ?? '').replaceAll('.', '/')))].toSorted();
};
const placesOfServer = (value: Record<string, unknown>): string[] =>
  [...new Set(faultsOf(schema, value).map(({ pointer }) => pointer))].toSorted();

const text = fc.constantFrom(
  'https://a.example',
  'HTTP://localhost:3000/x',
  'ftp://a.example',
  'ada@example.com',
  'ada',
  '2026-02-28',
  '2026-02-30',
  'a',
  'abc',
  '😀😀😀😀😀',
  'abcdef',
  'x'.repeat(10_001),
);
const value = fc.oneof(
  text,
  fc.integer({ min: -3, max: 12 }),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.array(fc.nat(), { maxLength: 4 }),
);

test('any settings are refused at the same members', () => {
  const settings = fc.record(Object.fromEntries(Object.keys(schema.properties).map((name) => [name, value])), {
    requiredKeys: [],
  });
  fc.assert(
    fc.property(settings, (given) => {
      expect(placesOfForm(given)).toEqual(placesOfServer(given));
    }),
    { numRuns: 500 },
  );
  expect(placesOfForm({ address: 'https://a.example', size: 3, key: 'k' })).toEqual([]);
  expect(placesOfForm({})).toEqual(['/address']);
});

test("a pattern in RE2's language does not break the form", () => {
  const withPattern: SettingsSchema = {
    type: 'object',
    properties: { code: { type: 'string', pattern: '(?i)^[a-z]{3}\\z' } },
  };
  expect(validator.validateFormData({ code: 'x' }, withPattern as object).errors).toEqual([]);
  expect(faultsOf(withPattern, { code: 'x' })).toEqual([
    { pointer: '/code', detail: 'It must match (?i)^[a-z]{3}\\z.' },
  ]);
  expect(faultsOf(withPattern, { code: 'ABC' })).toEqual([]);
});
