// Facts that the calendar makes of a customer's birthday: age, days until it comes again, days since it was.
import type { Words } from '@rapport/sdk/schemas';
import * as calendar from './calendar.ts';
import { everywhere, type FactDefinition, type FactSql, ifUnchanged } from './fact.ts';
import { type SqlTarget, text } from './fragment.ts';
import { dayNumber } from './zone.ts';

const birthdayColumn = text('c.birthday');

/** All null without a birthday. "Today" is the day in the shop's zone, not in the customer's. */
export const birthdayFacts = (): FactDefinition[] => [
  dayFact(
    'customer.age',
    { en: 'Age in years', zh: '年龄' },
    calendar.ageOn,
    (target) => calendar.ageSql(birthdayColumn, target.zone.dayOf(target.now)),
    (birthday, _now, values) =>
      values.flatMap((age) =>
        [Math.floor(age), Math.ceil(age), Math.floor(age) + 1].map((n) => laterYears(birthday, n)),
      ),
  ),
  dayFact(
    'customer.daysUntilBirthday',
    { en: 'Days until birthday', zh: '距离生日天数' },
    (today) => (birthday) => calendar.daysUntilBirthday(birthday, today),
    (target) => calendar.birthdaySql(text('c.birthday_month_day'), target.zone.dayOf(target.now), 1),
    (birthday, today, values) => aroundBirthdays(birthday, today, values, -1),
  ),
  dayFact(
    'customer.daysSinceBirthday',
    { en: 'Days since birthday', zh: '生日已过天数' },
    (today) => (birthday) => calendar.daysSinceBirthday(birthday, today),
    (target) => calendar.birthdaySql(text('c.birthday_month_day'), target.zone.dayOf(target.now), -1),
    (birthday, today, values) => aroundBirthdays(birthday, today, values, 1),
  ),
];

// Day n of the year a birthday is kept in, plus or minus the compared days: the days on which a comparison may flip.
const aroundBirthdays = (birthday: string, today: string, values: readonly number[], sign: 1 | -1): number[] => {
  const year = Number(today.slice(0, 4));
  const days = [year - 1, year, year + 1, year + 2].map((each) => dayNumber(calendar.birthdayIn(each, birthday)));
  return days.flatMap((day) => [
    day,
    day + 1,
    ...values.flatMap((n) => [
      day + sign * Math.floor(n),
      day + sign * Math.ceil(n),
      day + sign * (Math.floor(n) + sign),
      day + sign * Math.floor(n) + 1,
    ]),
  ]);
};

const laterYears = (birthday: string, years: number): number => {
  const year = Number(birthday.slice(0, 4)) + years;
  return year < 0 || year > 9999 ? Number.NaN : dayNumber(calendar.birthdayIn(year, birthday));
};

const dayFact = (
  id: string,
  title: Words,
  on: (today: string) => (birthday: string) => number,
  sqlOf: (target: SqlTarget) => FactSql,
  flips: (birthday: string, today: string, values: readonly number[]) => number[],
): FactDefinition => ({
  id,
  title,
  group: 'customer',
  type: 'integer',
  contexts: everywhere,
  dependsOn: () => ['customer.birthday'],
  needs: () => ({ customer: true }),
  isKnown: ifUnchanged,
  read: (_params, zone) => {
    let day = zone.dayOf(0);
    let of = on(day);
    return ({ customer }, now) => {
      const birthday = customer?.birthday as string | null | undefined;
      if (!birthday) return null;
      const today = zone.dayOf(now);
      if (today !== day) {
        day = today;
        of = on(today);
      }
      return of(birthday);
    };
  },
  sql: (_params, target) => sqlOf(target),
  moments:
    (_params, zone) =>
    ({ customer }, now, values) => {
      const birthday = customer?.birthday as string | null | undefined;
      if (!birthday) return [];
      return calendar.startsOf(
        zone,
        flips(
          birthday,
          zone.dayOf(now),
          values.filter((each) => typeof each === 'number'),
        ),
      );
    },
});
