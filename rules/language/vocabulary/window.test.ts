// Windows at their exact ends, durations, and what is refused of them with a pointer to the member that is wrong.
import { expect, test } from 'vitest';
import { checkWindow, durationMs, endAt, momentsOf, readWindow, spanOf, startAt } from './window.ts';
import { createZone } from './zone.ts';

const zone = createZone('Europe/Berlin');
const now = Date.parse('2025-06-15T10:30:00Z');
const minute = 60_000;
const day = 1440 * minute;

test.each([
  ['P90D', 90 * day],
  ['P2W', 14 * day],
  ['P1DT1H', 25 * 60 * minute],
  ['PT90M', 90 * minute],
  ['PT1S', 1000],
  ['P0D', 0],
  ['PT36H', 36 * 60 * minute],
])('%s is %d ms', (text, ms) => expect(durationMs(text)).toBe(ms));

test.each([
  '',
  'P',
  'PT',
  'P1',
  '90D',
  'P1M',
  'P1Y',
  'P-1D',
  'P1.5D',
  'P1WT1H',
  'P1D1H',
  'PT1H1D',
  'p1d',
  'P１D',
  ' P1D',
  'P123456D',
])('%j is no duration', (text) => expect(durationMs(text)).toBeUndefined());

test('a window back from now holds its start and not its end', () => {
  const window = readWindow('P7D', zone);
  expect([startAt(window, now), endAt(window, now)]).toEqual([now - 7 * day, now]);
  expect(spanOf(window)).toEqual({ backMs: 7 * day, from: null });
});

test('without a window all time up to now counts, and never what is to come', () => {
  const window = readWindow(undefined, zone);
  expect([startAt(window, now), endAt(window, now)]).toEqual([-Infinity, now]);
  expect(spanOf(window)).toBe('all');
});

test('dates without a zone are the shop’s, and an end in the future is cut at now', () => {
  const window = readWindow({ from: '2025-06-01', to: '2025-07-01' }, zone);
  expect(new Date(startAt(window, now)).toISOString()).toBe('2025-05-31T22:00:00.000Z');
  expect(endAt(window, now)).toBe(now);
  expect(new Date(endAt(window, Date.parse('2026-01-01T00:00:00Z'))).toISOString()).toBe('2025-06-30T22:00:00.000Z');
  expect(startAt(readWindow({ to: '2025-06-01' }, zone), now)).toBe(-Infinity);
});

test.each([
  // What is to come counts one ms after its moment, and leaves one ms after the window passed it.
  ['P7D', now + day, [now + day + 1, now + 8 * day + 1]],
  ['P7D', now, [now + 1, now + 7 * day + 1]],
  ['P7D', now - 7 * day, [now + 1]],
  ['P7D', now - 7 * day - 1, []],
  [undefined, now - 1, []],
  [undefined, now + 5, [now + 6]],
  [{ from: '2025-06-01' }, now - day, []],
])('with %j a row moves in and out at its moments', (within, at, moments) => {
  expect(momentsOf(readWindow(within, zone), at, now)).toEqual(moments);
});

test.each([
  [undefined, []],
  ['P90D', []],
  ['P36600D', []],
  [{ from: '2025-01-01' }, []],
  [{ to: '2025-01-01T10:00:00+02:00' }, []],
  ['P36601D', [['WINDOW_INVALID', '/within']]],
  ['P0D', [['WINDOW_INVALID', '/within']]],
  ['PT0S', [['WINDOW_INVALID', '/within']]],
  ['90 days', [['WINDOW_INVALID', '/within']]],
  [90, [['WINDOW_INVALID', '/within']]],
  [null, [['WINDOW_INVALID', '/within']]],
  [['P90D'], [['WINDOW_INVALID', '/within']]],
  [{}, [['WINDOW_INVALID', '/within']]],
  [{ from: '2025-01-01', until: '2025-02-01' }, [['WINDOW_INVALID', '/within/until']]],
  [{ 'a/b~c': 1 }, [['WINDOW_INVALID', '/within/a~1b~0c']]],
  [{ from: '2025-02-30' }, [['DATE_INVALID', '/within/from']]],
  [{ to: 5 }, [['DATE_INVALID', '/within/to']]],
  [{ from: null }, [['DATE_INVALID', '/within/from']]],
  [{ from: '2025-01-01', to: '2025-01-01' }, [['WINDOW_INVALID', '/within/to']]],
  [{ from: '2025-01-02', to: '2025-01-01' }, [['WINDOW_INVALID', '/within/to']]],
  // Midnight in Berlin is an hour before midnight UTC: this is an hour long.
  [{ from: '2025-01-01', to: '2025-01-01T00:00:00Z' }, []],
] as const)('%j is checked', (within, wrong) => {
  expect(checkWindow(within, zone).map(({ code, pointer }) => [code, pointer])).toEqual(wrong);
});
