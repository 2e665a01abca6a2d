// The shop's calendar by hand: days begin where they begin on its clocks, whatever summer time does; what is no date is none.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createZone, dayFromNumber, dayNumber, isDay } from './zone.ts';

const iso = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString().replace('.000Z', 'Z');

test.each([
  // Summer time begins: a day of 23 hours; it ends: one of 25.
  ['Europe/Berlin', '2025-03-30', '2025-03-29T23:00:00Z'],
  ['Europe/Berlin', '2025-03-31', '2025-03-30T22:00:00Z'],
  ['Europe/Berlin', '2025-10-26', '2025-10-25T22:00:00Z'],
  ['Europe/Berlin', '2025-10-27', '2025-10-26T23:00:00Z'],
  ['America/New_York', '2025-11-02', '2025-11-02T04:00:00Z'],
  ['Asia/Shanghai', '2024-02-29', '2024-02-28T16:00:00Z'],
  ['Asia/Kathmandu', '2025-01-01', '2024-12-31T18:15:00Z'],
  ['Pacific/Kiritimati', '2025-01-01', '2024-12-31T10:00:00Z'],
  ['Australia/Lord_Howe', '2025-10-06', '2025-10-05T13:00:00Z'],
  // Midnight was skipped: the day began at one o'clock.
  ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z'],
  ['Asia/Beirut', '2021-03-28', '2021-03-27T22:00:00Z'],
  ['UTC', '1970-01-01', '1970-01-01T00:00:00Z'],
])('in %s the day %s begins at %s', (name, day, at) => {
  const zone = createZone(name);
  expect(iso(zone.startOf(day))).toBe(at);
  expect(zone.dayOf(Date.parse(at))).toBe(day);
  expect(zone.dayOf(Date.parse(at) - 1)).toBe(dayFromNumber(dayNumber(day) - 1));
});

test.each([
  ['2025-06-15', '2025-06-14T22:00:00Z'],
  ['2025-06-15T12:30', '2025-06-15T10:30:00Z'],
  ['2025-06-15 12:30:01.5', '2025-06-15T10:30:01.500Z'],
  ['2025-12-15T12:30:00', '2025-12-15T11:30:00Z'],
  ['2025-06-15T12:30:00Z', '2025-06-15T12:30:00Z'],
  ['2025-06-15T12:30:00+05:45', '2025-06-15T06:45:00Z'],
  ['2025-06-15T12:30:00-0330', '2025-06-15T16:00:00Z'],
  // Twice: the earlier one, in summer time.
  ['2025-10-26T02:30:00', '2025-10-26T00:30:00Z'],
  // Skipped: half an hour into the gap is half an hour after it.
  ['2025-03-30T02:30:00', '2025-03-30T01:30:00Z'],
  ['2024-02-29', '2024-02-28T23:00:00Z'],
])('in Berlin %s is %s', (text, at) => {
  expect(iso(createZone('Europe/Berlin').instant(text))).toBe(at);
});

test.each([
  '',
  '2025',
  '2025-02-29',
  '2025-13-01',
  '2025-00-10',
  '2025-06-31',
  '25-06-15',
  '2025-6-15',
  '2025-06-15T',
  '2025-06-15T25:00',
  '2025-06-15T12:60',
  '2025-06-15T12:30+25:99',
  '2025-06-15T12:30:00.1234',
  '2025-06-15T12:30 Z',
  '15.06.2025',
  '２０２５-06-15',
  'today',
])('%j is no date', (text) => {
  expect(createZone('Europe/Berlin').instant(text)).toBeUndefined();
  expect(isDay(text)).toBe(false);
});

describe('days', () => {
  const days = fc.integer({ min: dayNumber('1900-01-01'), max: dayNumber('2199-12-31') });
  test('a day and its number lead to each other', () => {
    fc.assert(fc.property(days, (n) => isDay(dayFromNumber(n)) && dayNumber(dayFromNumber(n)) === n));
  });

  test.each(['Europe/Berlin', 'America/St_Johns', 'Asia/Tokyo'])(
    'in %s each day begins after the one before',
    (name) => {
      const zone = createZone(name);
      fc.assert(
        fc.property(fc.integer({ min: dayNumber('1995-01-01'), max: dayNumber('2035-12-31') }), (n) => {
          const [from, to] = [zone.startOf(dayFromNumber(n)), zone.startOf(dayFromNumber(n + 1))];
          const hours = (to - from) / 3_600_000;
          return (
            hours >= 22 &&
            hours <= 26 &&
            zone.dayOf(from) === dayFromNumber(n) &&
            zone.dayOf(to - 1) === dayFromNumber(n)
          );
        }),
        { numRuns: 60 },
      );
    },
  );
});
