// When schedules are due: in UTC, so that a day on which clocks are changed has neither a missing nor a second run. The expected
// moments are worked out by hand.
import { describe, expect, test } from 'vitest';
import { isCron, nextDue } from './cron.ts';

const list = (cron: string, from: string, count: number): (string | null)[] => {
  const found: (string | null)[] = [];
  let at: number | null = Date.parse(from);
  for (let n = 0; n < count && at !== null; n++) {
    at = nextDue(cron, at);
    found.push(at === null ? null : new Date(at).toISOString().slice(0, 16));
  }
  return found;
};

describe('the next moment', () => {
  test.each([
    ['41 * * * *', '2026-01-31T22:41:00Z', ['2026-01-31T23:41', '2026-02-01T00:41']],
    ['0 4 29 2 *', '2026-03-01T00:00:00Z', ['2028-02-29T04:00', '2032-02-29T04:00']],
    ['30 9 * * 1-5', '2026-11-27T09:30:00Z', ['2026-11-30T09:30', '2026-12-01T09:30']],
    ['0 0 31 * *', '2026-01-31T00:00:00Z', ['2026-03-31T00:00', '2026-05-31T00:00']],
    ['*/25 6 * * *', '2026-06-01T06:00:00Z', ['2026-06-01T06:25', '2026-06-01T06:50', '2026-06-02T06:00']],
    ['0 12 * * 0', '2026-11-25T00:00:00Z', ['2026-11-29T12:00', '2026-12-06T12:00']],
    ['59 23 31 12 *', '2026-12-31T23:58:59.999Z', ['2026-12-31T23:59', '2027-12-31T23:59']],
  ])('of %s after %s', (cron, from, expected) => {
    expect(list(cron, from, expected.length)).toEqual(expected);
  });

  test.each([
    // Central Europe skips 02:00 to 03:00 on 29 March 2026 and has it twice on 25 October; New York on 8 March and 1 November.
    ['30 2 * * *', '2026-03-28T12:00:00Z', ['2026-03-29T02:30', '2026-03-30T02:30']],
    ['30 2 * * *', '2026-10-24T12:00:00Z', ['2026-10-25T02:30', '2026-10-26T02:30']],
    ['0 * * * *', '2026-10-25T00:30:00Z', ['2026-10-25T01:00', '2026-10-25T02:00', '2026-10-25T03:00']],
    ['30 6 * * *', '2026-11-01T05:59:00Z', ['2026-11-01T06:30', '2026-11-02T06:30']],
  ])('of %s knows no changed clocks (%s)', (cron, from, expected) => {
    expect(list(cron, from, expected.length)).toEqual(expected);
  });

  test('is after the moment asked about, not at it', () => {
    const at = Date.parse('2026-05-05T05:05:00Z');
    expect(nextDue('5 5 5 5 *', at)).toBe(Date.parse('2027-05-05T05:05:00Z'));
    expect(nextDue('5 5 5 5 *', at - 1)).toBe(at);
  });

  test('is null where the pattern never comes true', () => {
    expect(nextDue('0 0 30 2 *', Date.parse('2026-01-01T00:00:00Z'))).toBeNull();
    expect(nextDue('0 0 31 4,6,9,11 *', Date.parse('2026-01-01T00:00:00Z'))).toBeNull();
  });
});

test.each([
  ['* * * * *', true],
  ['0 4 * * 1,3,5', true],
  ['*/15 8-18 * * *', true],
  ['', false],
  ['* * * *', false],
  ['* * * * * *', false],
  ['60 * * * *', false],
  ['0 24 * * *', false],
  ['0 0 0 * *', false],
  ['0 0 32 * *', false],
  ['0 0 * 13 *', false],
  ['every day', false],
  ['0 4 * * 1;drop table jobs', false],
])('"%s" as a pattern of five fields: %s', (pattern, right) => {
  expect(isCron(pattern)).toBe(right);
});
