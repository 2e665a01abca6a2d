import { expect, test } from 'vitest';
import { testClock } from '../../../tests/support/platform.ts';
import { breakerLimits, createBreaker } from './breaker.ts';

const make = () => {
  const clock = testClock('2026-05-04T12:00:00Z');
  const given: string[] = [];
  const breaker = createBreaker({ clock, opened: () => {}, giveUp: (plugin) => given.push(plugin) });
  return { clock, given, breaker };
};

test('failures in a row open the circuit; a good trial after the pause closes it', () => {
  const { breaker, clock } = make();
  for (let i = 0; i < 9; i++) breaker.report('a/b', 'plugin_error');
  expect(breaker.refuses('a/b')).toBeUndefined();
  breaker.report('a/b', 'plugin_error');
  expect(breaker.circuit('a/b')).toBe('open');
  expect(breaker.refuses('a/b')).toBeTypeOf('number');
  clock.advance(breakerLimits.pauseMs);
  expect(breaker.circuit('a/b')).toBe('half-open');
  expect(breaker.refuses('a/b')).toBeUndefined();
  expect(breaker.refuses('a/b')).toBeTypeOf('number');
  breaker.report('a/b', 'ok');
  expect(breaker.circuit('a/b')).toBe('closed');
});

test('a good call between failures starts the count anew, and a refusal of scope is no failure', () => {
  const { breaker } = make();
  for (let i = 0; i < 30; i++) breaker.report('a/b', i % 5 === 0 ? 'ok' : 'plugin_error');
  for (let i = 0; i < 30; i++) breaker.report('a/b', 'denied');
  expect(breaker.circuit('a/b')).toBe('closed');
});

test('killing a process counts more than throwing', () => {
  const { breaker } = make();
  for (let i = 0; i < 4; i++) breaker.report('a/b', 'killed');
  expect(breaker.circuit('a/b')).toBe('open');
});

test('a plugin that stays broken is switched off', () => {
  const { breaker, clock, given } = make();
  for (let i = 0; i < 4; i++) breaker.report('a/b', 'killed');
  while (given.length === 0) {
    clock.advance(breakerLimits.longestMs);
    expect(breaker.refuses('a/b')).toBeUndefined();
    breaker.report('a/b', 'timeout');
  }
  expect(given).toEqual(['a/b']);
});
