// Facts that move with the calendar: age, days since and until. Each is a step function of one column, so in SQL it becomes a
// range over that column (`age >= 18` is `birthday <= '2008-02-29'`), without functions or casts.
import type { FactSql } from './fact.ts';
import { type Fragment, join, never, sql, value } from './fragment.ts';
import { acceptedBy, complement, inSet, inSteps, type NumberSet } from './number-set.ts';
import { dayFromNumber, dayNumber, type Zone } from './zone.ts';

export const dayMs = 86_400_000;

type Part = (from: number, to: number) => Fragment;

/** A fact read as steps of `column`: both ways of every comparison with whole numbers and null. */
export const steps = (column: Fragment, part: Part, cost = 2): FactSql => ({
  cost,
  compare: (operator, compared) => {
    const set = acceptedBy(operator, compared);
    return { holds: inSteps(set, column, part), fails: inSteps(complement(set), column, part) };
  },
});

/** Whole days from an instant to now; negative for what is to come. */
export const daysSinceInstant = (at: number, now: number): number => Math.floor((now - at) / dayMs);
export const daysSinceInstantSql = (column: Fragment, now: number): FactSql =>
  steps(column, daysSincePart(column, now));
/** A set of whole days since an instant, over the instant. */
export const daysSinceSet =
  (now: number) =>
  (column: Fragment, set: NumberSet): Fragment =>
    inSteps(set, column, daysSincePart(column, now));

const daysSincePart =
  (column: Fragment, now: number): Part =>
  (from, to) => {
    const low = to === Infinity ? -Infinity : now - (to + 1) * dayMs + 1;
    const high = from === -Infinity ? Infinity : now - from * dayMs;
    return inSet(column, { kind: 'range', from: low, to: high, withNull: false });
  };

/** When `daysSinceInstant(at)` steps onto or off one of `values`. */
export const momentsSinceInstant = (at: number, values: readonly number[], sign: 1 | -1): number[] =>
  values.flatMap((days) => {
    const whole = [Math.floor(days), Math.ceil(days), Math.floor(days) + 1];
    return sign === 1 ? whole.map((n) => at + n * dayMs) : whole.flatMap((n) => [at - n * dayMs, at - n * dayMs + 1]);
  });

/** Whole days until an instant: what is left, a started day not counted; negative once it is past. */
export const daysUntilInstant = (at: number, now: number): number => Math.floor((at - now) / dayMs);
export const daysUntilInstantSql = (column: Fragment, now: number): FactSql =>
  steps(column, (from, to) => {
    const low = from === -Infinity ? -Infinity : now + from * dayMs;
    const high = to === Infinity ? Infinity : now + (to + 1) * dayMs - 1;
    return inSet(column, { kind: 'range', from: low, to: high, withNull: false });
  });

const firstDay = dayNumber('0000-01-01');
const lastDay = dayNumber('9999-12-31');

// Days as text, between two day numbers; bounds outside the calendar are open or empty.
const dayRange = (column: Fragment, from: number, to: number): Fragment => {
  if (from > lastDay || to < firstDay || from > to) return never;
  const parts: Fragment[] = [];
  if (from > firstDay) parts.push(sql`${column} >= ${value(dayFromNumber(from))}`);
  if (to < lastDay) parts.push(sql`${column} <= ${value(dayFromNumber(to))}`);
  return parts.length === 0 ? sql`${column} IS NOT NULL` : sql`(${join(parts, ' AND ')})`;
};

/** Calendar days between two days, negative for one to come; no time zone is involved. */
export const daysSinceDay = (day: string, today: string): number => dayNumber(today) - dayNumber(day);
export const daysSinceDaySql = (column: Fragment, today: string): FactSql =>
  steps(column, (from, to) => dayRange(column, dayNumber(today) - to, dayNumber(today) - from));
export const daysUntilDaySql = (column: Fragment, today: string): FactSql =>
  steps(column, (from, to) => dayRange(column, dayNumber(today) + from, dayNumber(today) + to));

/**
 * Completed years on a day, of a birthday. Those born on 29 February complete them on 1 March when there is no 29th.
 * Live rules ask for it most: no text is cut, and the day is read once.
 */
export const ageOn = (today: string): ((birthday: string) => number) => {
  const now = digits(today);
  return (birthday) => Math.floor((now - digits(birthday)) / 10_000);
};

// YYYYMMDD as a number.
const digits = (day: string): number => {
  let number = 0;
  for (let i = 0; i < day.length; i++) if (i !== 4 && i !== 7) number = number * 10 + day.charCodeAt(i) - 48;
  return number;
};

/** `column` holds days as `YYYY-MM-DD`, which compare as text. */
export const ageSql = (column: Fragment, today: string): FactSql =>
  steps(column, (from, to) => {
    const parts: Fragment[] = [];
    const latest = yearsBefore(today, from);
    const tooEarly = yearsBefore(today, to + 1);
    if (latest === 'before') return never;
    if (tooEarly === 'after') return never;
    if (latest !== 'after') parts.push(sql`${column} <= ${value(latest)}`);
    if (tooEarly !== 'before') parts.push(sql`${column} > ${value(tooEarly)}`);
    return parts.length === 0 ? sql`${column} IS NOT NULL` : sql`(${join(parts, ' AND ')})`;
  });

const yearsBefore = (today: string, years: number): string | 'before' | 'after' => {
  const year = Number(today.slice(0, 4)) - years;
  if (year < 0) return 'before';
  return year > 9999 ? 'after' : `${String(year).padStart(4, '0')}${today.slice(4)}`;
};

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** The day a birthday is kept in a year: 29 February on 1 March when there is no 29th. */
export const birthdayIn = (year: number, birthday: string): string => {
  const monthDay = birthday.slice(5) === '02-29' && !isLeap(year) ? '03-01' : birthday.slice(5);
  return `${String(year).padStart(4, '0')}-${monthDay}`;
};

/** Days until the next birthday, 0 on the day itself. */
export const daysUntilBirthday = (birthday: string, today: string): number => {
  const year = Number(today.slice(0, 4));
  const coming = birthdayIn(year, birthday);
  return dayNumber(coming >= today ? coming : birthdayIn(year + 1, birthday)) - dayNumber(today);
};

/** Days since the last birthday, 0 on the day itself. */
export const daysSinceBirthday = (birthday: string, today: string): number => {
  const year = Number(today.slice(0, 4));
  const past = birthdayIn(year, birthday);
  return dayNumber(today) - dayNumber(past <= today ? past : birthdayIn(year - 1, birthday));
};

/** Over the column that holds month × 100 + day. */
export const birthdaySql = (column: Fragment, today: string, direction: 1 | -1): FactSql => {
  const distances = distancesFrom(today, direction);
  const sorted = [...distances.keys()].toSorted((a, b) => a - b);
  return steps(column, (from, to) => {
    const ranges: [number, number][] = [];
    let open = false;
    for (const monthDay of sorted) {
      const distance = distances.get(monthDay)!;
      const inside = distance >= from && distance <= to;
      if (inside && open) ranges.at(-1)![1] = monthDay;
      else if (inside) ranges.push([monthDay, monthDay]);
      open = inside;
    }
    if (ranges.length === 0) return never;
    const parts = ranges.map(([low, high]) => inSet(column, { kind: 'range', from: low, to: high, withNull: false }));
    return sql`(${join(parts, ' OR ')})`;
  });
};

// Month-day → days between today and the nearest time it is kept, forwards or backwards.
const distancesFrom = (today: string, direction: 1 | -1): Map<number, number> => {
  const distances = new Map<number, number>();
  const keep = (monthDay: number, distance: number): void => {
    if (!distances.has(monthDay)) distances.set(monthDay, distance);
  };
  for (let distance = 0; distance <= 366; distance++) {
    const day = dayFromNumber(dayNumber(today) + direction * distance);
    const monthDay = Number(day.slice(5, 7)) * 100 + Number(day.slice(8));
    keep(monthDay, distance);
    if (monthDay === 301 && !isLeap(Number(day.slice(0, 4)))) keep(229, distance);
  }
  return distances;
};

/** The first instants of days, as far as the calendar goes. */
export const startsOf = (zone: Zone, days: readonly number[]): number[] =>
  days
    .filter((day) => day >= -719_528 && day <= 2_932_896)
    .map((day) => zone.startOf(new Date(day * dayMs).toISOString().slice(0, 10)));
