// What a request's customer becomes before it is written: every member in its one form, or a failure that names the member.
import type { CustomerRow } from '@rapport/sdk/schemas';
import { describe, expect, test } from 'vitest';
import { Failure } from '../errors.ts';
import type { AttributeRow, AttributeTypeName } from './attribute-values.ts';
import type { FieldContext } from './attributes.ts';
import { draftOf, normaliseCustomer, normaliseExtra } from './draft.ts';

const attribute = (key: string, type: AttributeTypeName, more: Partial<AttributeRow> = {}): [string, AttributeRow] => [
  key,
  {
    key,
    title: key,
    title_zh: null,
    description: null,
    type,
    options: null,
    personal: false,
    unique: false,
    created_at: 0,
    archived_at: null,
    ...more,
  },
];
const context = (more: Partial<FieldContext> = {}): FieldContext => ({
  definitions: new Map([
    attribute('plan', 'text', { options: ['gold', 'café'] }),
    attribute('card', 'text', { unique: true }),
    attribute('seen', 'datetime'),
    attribute('likes', 'list'),
  ]),
  defaultCountry: null,
  now: Date.parse('2026-03-01T12:00:00Z'),
  ...more,
});

const draft = (row: CustomerRow, more?: Partial<FieldContext>) => {
  const normal = normaliseCustomer(row, context(more));
  const written = normal instanceof Failure ? normal : draftOf(normal, 7, context(more));
  if (written instanceof Failure) throw written;
  return written;
};
const columns = (row: CustomerRow, more?: Partial<FieldContext>) => draft(row, more).columns;

describe('a customer of a request', () => {
  test.each<[CustomerRow, Record<string, unknown>]>([
    [{ email: ' Ada@Example.COM ' }, { email: 'ada@example.com' }],
    [{ email: 'ａｄａ＠example.com' }, { email: 'ada@example.com' }],
    [{ externalId: '  A  1 ' }, { external_id: 'A 1' }],
    [{ name: 'Zoe\u0308\u00a0\tDupont' }, { name: 'Zoë Dupont' }],
    [
      { firstName: '小明', lastName: '王' },
      { first_name: '小明', last_name: '王' },
    ],
    [
      { country: 'Deutschland', city: ' München ' },
      { country: 'DE', city: 'München' },
    ],
    [{ language: 'zh_hans_cn' }, { language: 'zh-Hans-CN' }],
    [{ timeZone: 'europe/berlin' }, { time_zone: 'Europe/Berlin' }],
    [{ birthday: '1990-07-01' }, { birthday: '1990-07-01', birthday_month_day: 701 }],
    [
      { type: 'company', company: 'Müller & Söhne' },
      { type: 'company', company: 'Müller & Söhne' },
    ],
    [{ extra: { shoe: 42, note: 'é' } }, { extra: '{"shoe":42,"note":"é"}' }],
  ])('%j is written as %j', (row, written) => expect(columns(row)).toEqual(written));

  test('a phone without a country code is of the row’s country, else of the shop’s, else refused', () => {
    expect(columns({ phone: '079 123 45 67', country: 'CH' }, { defaultCountry: 'GB' })).toMatchObject({
      phone: '+41791234567',
    });
    expect(columns({ phone: '07911 123456' }, { defaultCountry: 'GB' })).toEqual({ phone: '+447911123456' });
    expect(columns({ phone: '00 41 79 123 45 67'.replaceAll(' ', '') })).toEqual({ phone: '+41791234567' });
    expect(() => columns({ phone: '079 123 45 67' })).toThrow('international notation');
  });

  test('null clears a member and everything that hangs on it, absent members are not touched', () => {
    expect(columns({ birthday: null, email: null, extra: null, attributes: { plan: null } })).toEqual({
      birthday: null,
      birthday_month_day: null,
      email: null,
      extra: null,
      a_plan: null,
    });
    expect(draft({ email: null, attributes: { card: null } }).identities).toEqual([]);
    expect(columns({})).toEqual({});
  });

  test('identities are in the order in which they find a customer, unique attributes last', () => {
    const { identities } = draft({
      attributes: { card: 'K-9', plan: 'gold' },
      anonymousId: 'device-1',
      phone: '+447911123456',
      email: 'ADA@example.com',
      externalId: 'A1',
    });
    expect(identities).toEqual([
      { kind: 'external', value: 'A1', pointer: '/externalId' },
      { kind: 'email', value: 'ada@example.com', pointer: '/email' },
      { kind: 'phone', value: '+447911123456', pointer: '/phone' },
      { kind: 'anonymous', value: 'device-1', pointer: '/anonymousId' },
      { kind: 'a_card', value: 'K-9', pointer: '/attributes/card' },
    ]);
  });

  test('tags are composed and each is there once; a time of making is an instant', () => {
    const made = draft({ tags: ['cafe\u0301', 'café', 'VIP'], createdAt: '2024-01-01T01:00:00+01:00' });
    expect(made).toMatchObject({ index: 7, tags: ['café', 'VIP'], createdAt: Date.parse('2024-01-01T00:00:00Z') });
  });

  test.each<[CustomerRow, string]>([
    [{ email: 'ada@' }, '/email'],
    [{ phone: 'call me' }, '/phone'],
    [{ birthday: '2026-03-02' }, '/birthday'],
    [{ birthday: '1899-12-31' }, '/birthday'],
    [{ birthday: '1990-02-30' }, '/birthday'],
    [{ country: 'Atlantis' }, '/country'],
    [{ language: 'not a language' }, '/language'],
    [{ timeZone: 'Europe/Atlantis' }, '/timeZone'],
    [{ name: ' \u00a0 ' }, '/name'],
    [{ extra: { text: 'x'.repeat(16_384) } }, '/extra'],
    [{ attributes: { seen: 'yesterday' } }, '/attributes/seen'],
    [{ attributes: { plan: 'silver' } }, '/attributes/plan'],
    [{ attributes: { shoe: 42 } }, '/attributes/shoe'],
  ])('%j is refused with a pointer to %s', (row, pointer) => {
    expect(() => draft(row)).toThrow(expect.objectContaining({ pointer, status: 400 }));
  });

  test('the first member at fault is the one that is named, in the order of the fields', () => {
    expect(() => draft({ phone: 'x', email: 'y', attributes: { shoe: 1 } })).toThrow(
      expect.objectContaining({ pointer: '/email' }),
    );
  });
});

describe('between the reading of a value and its writing', () => {
  test('an attribute that was archived meanwhile is refused, not written into a column nobody knows', () => {
    const normal = normaliseCustomer({ attributes: { plan: 'gold' } }, context());
    const later = context({ definitions: new Map() });
    expect(draftOf(normal as never, 0, later)).toMatchObject({
      code: 'ATTRIBUTE_UNKNOWN',
      pointer: '/attributes/plan',
    });
  });

  test('options are those of the moment of writing', () => {
    const normal = normaliseCustomer({ attributes: { plan: 'gold' } }, context());
    const narrowed = context({ definitions: new Map([attribute('plan', 'text', { options: ['free'] })]) });
    expect(draftOf(normal as never, 0, narrowed)).toMatchObject({ code: 'INVALID_VALUE', pointer: '/attributes/plan' });
  });

  test('what a normal customer holds is written as it is', () => {
    // The members were made by the normalisers; nothing in the draft reads them again, so that what a file's cleaner
    // counted as its correction is what the column keeps.
    const normal = { email: 'AS IT IS', city: '  two  blanks ' } as never;
    expect(draftOf(normal, 0, context())).toMatchObject({
      columns: { email: 'AS IT IS', city: '  two  blanks ' },
      identities: [{ kind: 'email', value: 'AS IT IS' }],
    });
  });

  test('members without a column are kept up to 16,384 characters of JSON', () => {
    const filled = (length: number) => normaliseExtra({ t: 'x'.repeat(length - '{"t":""}'.length) });
    expect(filled(16_384)).toHaveLength(16_384);
    expect(filled(16_385)).toBeUndefined();
  });
});
