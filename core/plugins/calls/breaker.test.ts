import { describe, expect, test } from 'vitest';
import { testClock } from '../../../tests/support/platform.ts';
import { breakerLimits, createBreaker, type Entry, type Place } from './breaker.ts';

const place: Place = { plugin: 'a/b', version: '1.0.0', hook: 'message.send' };

const make = () => {
  const clock = testClock('2026-05-04T12:00:00Z');
  const given: string[] = [];
  const opened: string[] = [];
  const breaker = createBreaker({
    clock,
    opened: (_plugin, hook) => opened.push(hook),
    giveUp: (plugin) => given.push(plugin),
  });
  const enter = (more: Partial<Place> = {}): Entry => {
    const entry = breaker.enter({ ...place, ...more }, 1000);
    if ('until' in entry) throw new Error('it is closed to this call');
    return entry;
  };
  const call = (kind: Parameters<Entry['report']>[0], more: Partial<Place> = {}): void => {
    const entry = enter(more);
    entry.report(kind);
    entry.leave();
  };
  const fail = (more: Partial<Place> = {}): void => {
    for (let i = 0; i < 10; i++) call('plugin_error', more);
  };
  const ask = (more: Partial<Place> = {}) => breaker.enter({ ...place, ...more }, 1000);
  return { clock, given, opened, breaker, enter, call, fail, ask };
};

describe('a circuit', () => {
  test('opens after failures in a row; a good trial after the pause closes it', () => {
    const { breaker, clock, call, ask, opened } = make();
    for (let i = 0; i < 9; i++) call('plugin_error');
    expect(breaker.circuit('a/b')).toBe('closed');
    call('plugin_error');
    expect(breaker.circuit('a/b')).toBe('open');
    expect(ask()).toEqual({ until: clock.now() + breakerLimits.pauseMs });
    clock.advance(breakerLimits.pauseMs);
    expect(breaker.circuit('a/b')).toBe('half-open');
    call('ok');
    expect(breaker.circuit('a/b')).toBe('closed');
    expect(opened).toEqual(['message.send']);
  });

  test('starts its count anew after a good call, and takes a refusal of scope for no failure', () => {
    const { breaker, call } = make();
    for (let i = 0; i < 30; i++) call(i % 5 === 0 ? 'ok' : 'plugin_error');
    for (const kind of ['denied', 'declined', 'unavailable'] as const) for (let i = 0; i < 30; i++) call(kind);
    expect(breaker.circuit('a/b')).toBe('closed');
  });

  test('opens sooner for killing a process than for throwing', () => {
    const { breaker, call } = make();
    for (let i = 0; i < 4; i++) call('killed');
    expect(breaker.circuit('a/b')).toBe('open');
  });

  test('opens once for a burst: 16 calls that time out together', () => {
    const { breaker, clock, enter, opened } = make();
    const burst = Array.from({ length: 16 }, () => enter());
    for (const entry of burst) entry.report('timeout');
    expect(opened).toHaveLength(1);
    clock.advance(breakerLimits.pauseMs);
    expect(breaker.circuit('a/b')).toBe('half-open');
  });

  test('is not closed by a good call that began before it opened', () => {
    const { breaker, enter, fail } = make();
    const slow = enter();
    fail();
    slow.report('ok');
    expect(breaker.circuit('a/b')).toBe('open');
  });

  test('belongs to one hook and one version of a plugin', () => {
    const { breaker, fail, call, ask } = make();
    fail({ hook: 'http.request' });
    expect(ask({ hook: 'http.request' })).toHaveProperty('until');
    call('ok');
    call('ok', { hook: 'http.request', version: '1.0.1' });
    expect([breaker.circuit('a/b', 'http.request'), breaker.circuit('a/b', 'message.send')]).toEqual([
      'open',
      'closed',
    ]);
    expect(breaker.circuit('a/b')).toBe('open');
    expect(breaker.circuit('a/c')).toBe('closed');
  });

  test('is closed by a reset, and calls from before it count no more', () => {
    const { breaker, enter, fail } = make();
    const burst = Array.from({ length: 16 }, () => enter());
    fail();
    breaker.reset('a/b');
    expect(breaker.circuit('a/b')).toBe('closed');
    enter();
    for (const entry of burst) entry.report('timeout');
    expect(breaker.circuit('a/b')).toBe('closed');
  });
});

describe('half-open', () => {
  const halfOpen = () => {
    const made = make();
    made.fail();
    made.clock.advance(breakerLimits.pauseMs);
    return made;
  };

  test('lets exactly one through, and tells the others a moment ahead', () => {
    const { clock, ask } = halfOpen();
    const answers = Array.from({ length: 16 }, () => ask());
    expect(answers.filter((answer) => 'report' in answer)).toHaveLength(1);
    for (const answer of answers) if ('until' in answer) expect(answer.until).toBeGreaterThan(clock.now());
  });

  test('frees itself when the trial leaves without a word, or with one that judges nothing', () => {
    const { ask, enter } = halfOpen();
    enter().leave();
    const denied = enter();
    denied.report('denied');
    expect(ask()).toHaveProperty('report');
  });

  test('frees itself when the trial never comes back', () => {
    const { clock, ask } = halfOpen();
    expect(ask()).toHaveProperty('report');
    clock.advance(1000 + breakerLimits.trialGraceMs - 1);
    expect(ask()).toHaveProperty('until');
    clock.advance(1);
    expect(ask()).toHaveProperty('report');
  });

  test('opens longer after a bad trial, once', () => {
    const { breaker, clock, enter, opened, ask } = halfOpen();
    const trial = enter();
    trial.report('timeout');
    trial.report('timeout');
    trial.leave();
    expect(opened).toHaveLength(2);
    expect(ask()).toEqual({ until: clock.now() + 2 * breakerLimits.pauseMs });
    expect(breaker.circuit('a/b')).toBe('open');
  });
});

test('a plugin that stays broken is given up once', () => {
  const { breaker, clock, given, fail, call } = make();
  fail();
  for (let i = 0; i < 10; i++) {
    clock.advance(breakerLimits.longestMs);
    call('timeout');
  }
  expect(given).toEqual(['a/b']);
  expect(breaker.circuit('a/b')).toBe('open');
});
