import { describe, expect, test } from 'vitest';
import { type DateSettings, parseMoment } from './dates.ts';

const iso = (text: string, settings?: DateSettings): string => {
  const found = parseMoment(text, settings);
  return typeof found === 'string' ? found : new Date(found.ms).toISOString();
};

describe('dates from text', () => {
  test.each([
    ['2010-12-01 08:26:00', '2010-12-01T08:26:00.000Z'],
    ['2010-12-01T08:26:00Z', '2010-12-01T08:26:00.000Z'],
    ['2010-12-01T08:26:00.5+02:00', '2010-12-01T06:26:00.500Z'],
    ['2010-12-01T08:26-0530', '2010-12-01T13:56:00.000Z'],
    ['2010/1/5', '2010-01-05T00:00:00.000Z'],
    ['2010年1月5日', '2010-01-05T00:00:00.000Z'],
    ['20100105', '2010-01-05T00:00:00.000Z'],
    ['5.1.2010', '2010-01-05T00:00:00.000Z'],
    ['25/12/2010', '2010-12-25T00:00:00.000Z'],
    ['12/25/2010 1:05 PM', '2010-12-25T13:05:00.000Z'],
    ['12/25/2010 12:05 AM', '2010-12-25T00:05:00.000Z'],
    ['1291191960', '2010-12-01T08:26:00.000Z'],
    ['1291191960000', '2010-12-01T08:26:00.000Z'],
  ])('%s', (text, expected) => expect(iso(text)).toBe(expected));

  test('a day that may be two is refused unless the order is said', () => {
    expect(iso('03/04/2026')).toBe('ambiguous');
    expect(iso('03/04/2026', { dateOrder: 'dmy' })).toBe('2026-04-03T00:00:00.000Z');
    expect(iso('03/04/2026', { dateOrder: 'mdy' })).toBe('2026-03-04T00:00:00.000Z');
    expect(iso('04/04/2026')).toBe('2026-04-04T00:00:00.000Z');
  });

  test('a time without a zone is of the zone that is said, in summer and in winter', () => {
    expect(iso('2026-07-01 12:00', { timeZone: 'Europe/Paris' })).toBe('2026-07-01T10:00:00.000Z');
    expect(iso('2026-01-01 12:00', { timeZone: 'Europe/Paris' })).toBe('2026-01-01T11:00:00.000Z');
    expect(iso('2026-01-01T12:00Z', { timeZone: 'Europe/Paris' })).toBe('2026-01-01T12:00:00.000Z');
  });

  test.each([
    '2026-02-30',
    '2026-13-01',
    '2026-01-01 25:00',
    '31/04/2026',
    'yesterday',
    '12/25/2010 13:05 PM',
    '0000-01-01',
  ])('%s is no date', (text) => expect(iso(text)).toBe('unreadable'));
});
