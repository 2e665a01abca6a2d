// Windows over history: `"P90D"` is [now − 90 days, now), `{ from, to }` absolute; start inside, end outside, never past now.

import type { ParamProblem } from './fact.ts';
import type { Span } from './facts.ts';
import { type Fragment, join, sql, value } from './fragment.ts';
import type { Zone } from './zone.ts';

/** `backMs` from now, or absolute bounds; both null: all time up to now. */
export type Window = { backMs: number | null; from: number | null; to: number | null };

const pattern = /^P(?=\d|T\d)(?:(\d{1,5})W|(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?)$/;

/** Milliseconds of an ISO-8601 duration of weeks, days, hours, minutes, seconds; undefined when it is none. */
export const durationMs = (text: string): number | undefined => {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return ((((weeks! * 7 + days!) * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1000;
};

export const allTime: Window = { backMs: null, from: null, to: null };

/** A checked `within`. */
export const readWindow = (within: unknown, zone: Zone): Window => {
  if (within === undefined) return allTime;
  if (typeof within === 'string') return { ...allTime, backMs: durationMs(within)! };
  const { from, to } = within as { from?: string; to?: string };
  return {
    backMs: null,
    from: from === undefined ? null : zone.instant(from)!,
    to: to === undefined ? null : zone.instant(to)!,
  };
};

/** The first instant inside; -Infinity when it is open. */
export const startAt = ({ backMs, from }: Window, now: number): number =>
  backMs === null ? (from ?? -Infinity) : now - backMs;
/** The first instant after it. */
export const endAt = ({ to }: Window, now: number): number => (to === null || to > now ? now : to);

/** When a row at `at` comes in or goes out as time passes, after `now`. */
export const momentsOf = (window: Window, at: number, now: number): number[] => {
  const moments: number[] = [];
  if (at >= now) moments.push(at + 1);
  if (window.backMs !== null && at + window.backMs >= now) moments.push(at + window.backMs + 1);
  return moments;
};

/** What must be loaded for the window; rows after its end may be among them. */
export const spanOf = (window: Window): Span =>
  window.backMs !== null
    ? { backMs: window.backMs, from: null }
    : window.from === null
      ? 'all'
      : { backMs: null, from: window.from };

/** `column` inside the window at `now`. */
export const withinSql = (column: Fragment, window: Window, now: number): Fragment => {
  const from = startAt(window, now);
  const upper = sql`${column} < ${value(endAt(window, now))}`;
  return from === -Infinity ? upper : join([sql`${column} >= ${value(from)}`, upper], ' AND ');
};

const centuryMs = 100 * 366 * 86_400_000;

/** What is wrong with `within`, pointers relative to `params`. */
export const checkWindow = (within: unknown, zone: Zone): ParamProblem[] => {
  const wrong = (detail: string, member = ''): ParamProblem[] => [
    { code: 'WINDOW_INVALID', pointer: `/within${member}`, detail },
  ];
  if (within === undefined) return [];
  if (typeof within === 'string') {
    const ms = durationMs(within);
    if (ms === undefined)
      return wrong(
        'A window is an ISO-8601 duration of weeks, days, hours, minutes or seconds, such as "P90D", or { from, to }.',
      );
    return ms > 0 && ms <= centuryMs ? [] : wrong('A window is longer than nothing and at most a hundred years.');
  }
  if (typeof within !== 'object' || within === null || Array.isArray(within))
    return wrong('A window is a duration such as "P90D", or { from, to }.');
  const { from, to, ...others } = within as Record<string, unknown>;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined)
    return wrong(`A window has only "from" and "to", not "${unknown}".`, `/${escapeMember(unknown)}`);
  if (from === undefined && to === undefined) return wrong('A window of dates needs "from", "to" or both.');
  for (const [name, bound] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (bound !== undefined && (typeof bound !== 'string' || zone.instant(bound) === undefined))
      return [
        { code: 'DATE_INVALID', pointer: `/within/${name}`, detail: 'It must be an ISO-8601 date or date-time.' },
      ];
  }
  if (from !== undefined && to !== undefined && zone.instant(from as string)! >= zone.instant(to as string)!)
    return wrong('"to" must be after "from".', '/to');
  return [];
};

/** A member name inside a JSON pointer. */
export const escapeMember = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
