import { expect, test } from 'vitest';
import {
  monthDay,
  normaliseBirthday,
  normaliseCountry,
  normaliseDay,
  normaliseEmail,
  normaliseLanguage,
  normalisePhone,
  normaliseText,
  normaliseTime,
  normaliseTimeZone,
} from './normalise.ts';

const now = Date.parse('2026-03-01T00:00:00Z');

test.each([
  [' Ada@Example.COM ', 'ada@example.com'],
  ['ada+news@mail.example.org', 'ada+news@mail.example.org'],
  ['ada@example', undefined],
  ['ada example.com', undefined],
  ['a@b@c.com', undefined],
  [`${'x'.repeat(65)}@example.com`, undefined],
])('the e-mail %j is %j', (text, email) => expect(normaliseEmail(text)).toBe(email));

test.each([
  ['07911 123456', 'GB', '+447911123456'],
  ['+44 (0)7911 123456', null, '+447911123456'],
  ['0044 7911 123456', null, '+447911123456'],
  ['138 0013 8000', 'CN', '+8613800138000'],
  ['07911 123456', null, undefined],
  ['07911 123456', 'XX', undefined],
  ['call me', 'GB', undefined],
])('the phone %j in %j is %j', (text, country, phone) => expect(normalisePhone(text, country)).toBe(phone));

test.each([
  ['United Kingdom', 'GB'],
  ['uk', 'GB'],
  ['EIRE', 'IE'],
  [' de ', 'DE'],
  ['中国', 'CN'],
  ['USA', 'US'],
  ['RSA', 'ZA'],
  ['Unspecified', undefined],
  ['XX', undefined],
])('the country %j is %j', (text, code) => expect(normaliseCountry(text)).toBe(code));

test('days must be on the calendar, and birthdays in the past', () => {
  expect(normaliseDay('2024-02-29')).toBe('2024-02-29');
  expect(normaliseDay('1990/7/1')).toBe('1990-07-01');
  expect(normaliseDay('19900701')).toBe('1990-07-01');
  expect(normaliseDay('2023-02-29')).toBeUndefined();
  expect(normaliseDay('01.07.1990')).toBeUndefined();
  expect(normaliseBirthday('1990-07-01', now)).toBe('1990-07-01');
  expect(normaliseBirthday('2026-03-02', now)).toBeUndefined();
  expect(normaliseBirthday('1066-10-14', now)).toBeUndefined();
  expect(monthDay('1990-07-01')).toBe(701);
});

test('times need a zone; languages, zones and texts have one way to be written', () => {
  expect(normaliseTime('2026-01-01T00:00:00+01:00')).toBe(Date.parse('2025-12-31T23:00:00Z'));
  expect(normaliseTime('2026-01-01T00:00:00')).toBeUndefined();
  expect(normaliseTime('2016-12-31T23:59:60Z')).toBeUndefined();
  expect(normaliseLanguage('zh_cn')).toBe('zh-CN');
  expect(normaliseLanguage('not a language')).toBeUndefined();
  expect(normaliseTimeZone('europe/berlin')).toBe('Europe/Berlin');
  expect(normaliseTimeZone('Mars/Base')).toBeUndefined();
  expect(normaliseText('  a \n b ')).toBe('a b');
  expect(normaliseText(' ')).toBeUndefined();
});
