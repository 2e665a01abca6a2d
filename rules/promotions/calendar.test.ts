import { expect, test } from 'vitest';
import { createZone } from '../language/index.ts';
import { addMonths, isWithin, pointsDates, readSchedule } from './calendar.ts';

const utc = createZone('UTC');
const at = (text: string): number => Date.parse(text);

test('a schedule starts inside; an end that is a day includes the day, in its own zone or the shop’s; a time is outside', () => {
  const period = readSchedule({ from: '2026-07-01', to: '2026-07-02', timeZone: 'Asia/Shanghai' }, utc);
  expect(isWithin(period, at('2026-06-30T15:59:59.999Z'))).toBe(false);
  expect(isWithin(period, at('2026-06-30T16:00:00Z'))).toBe(true);
  expect(isWithin(period, at('2026-07-02T15:59:59.999Z'))).toBe(true);
  expect(isWithin(period, at('2026-07-02T16:00:00Z'))).toBe(false);
  const timed = readSchedule({ to: '2026-07-02T00:00', timeZone: 'Asia/Shanghai' }, utc);
  expect(timed.to).toBe(at('2026-07-01T16:00:00Z'));
  // The day on which the clocks go back has 25 hours in Berlin.
  const long = readSchedule({ from: '2026-10-25', to: '2026-10-25' }, createZone('Europe/Berlin'));
  expect(long.to! - long.from!).toBe(25 * 3_600_000);
  expect(readSchedule({ from: '2026-07-01' }, createZone('Europe/Berlin')).from).toBe(at('2026-06-30T22:00:00Z'));
});

test('an offset in the time wins over the zone, and no schedule is always', () => {
  const period = readSchedule({ from: '2026-07-01T00:00:00Z', timeZone: 'Asia/Shanghai' }, utc);
  expect(period).toEqual({ from: at('2026-07-01T00:00:00Z'), to: null });
  expect(isWithin(readSchedule(undefined, utc), 0)).toBe(true);
});

test('a schedule that ends before it starts, a date that is none and a zone that is none are refused where they stand', () => {
  const pointer = (schedule: Parameters<typeof readSchedule>[0]): unknown => {
    try {
      return readSchedule(schedule, utc);
    } catch (error) {
      return (error as { pointer?: string }).pointer;
    }
  };
  expect(pointer({ from: '2026-07-02', to: '2026-07-01' })).toBe('/event/params/schedule/to');
  expect(pointer({ from: '2026-02-30' })).toBe('/event/params/schedule/from');
  expect(pointer({ timeZone: 'Mars/Olympus' })).toBe('/event/params/schedule/timeZone');
});

test('points wait whole days of the shop’s zone and expire months later, at the start of a day', () => {
  const berlin = createZone('Europe/Berlin');
  // 23:30 in Berlin: the day there is still the 20th, although it is 21:30 in UTC.
  const now = at('2026-10-20T21:30:00Z');
  expect(pointsDates({ per: 1, unit: 100, pendingDays: 14, expireMonths: 12 }, berlin, now)).toEqual({
    availableAt: at('2026-11-02T23:00:00Z'),
    expiresAt: at('2027-11-02T23:00:00Z'),
  });
  expect(pointsDates({ per: 1, unit: 100 }, berlin, now)).toEqual({ availableAt: now, expiresAt: null });
});

test('a month later is the same day, or the last day of a shorter month', () => {
  expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
  expect(addMonths('2027-12-31', 2)).toBe('2028-02-29');
  expect(addMonths('2026-11-20', 14)).toBe('2028-01-20');
});
