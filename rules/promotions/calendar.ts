// When a promotion runs and when its points count, by the calendar of a time zone.
import type { PromotionParams } from '@rapport/sdk/schemas';
import { PromotionInvalid } from '../errors.ts';
import { createZone, isDay, type Zone } from '../language/index.ts';

/** Instants in ms: from inside, to outside; null is open. */
export type Period = { from: number | null; to: number | null };

const at = '/event/params/schedule';

/**
 * Reads a schedule; a time without an offset is local time of its zone, or of the shop's. A `to` that is a day includes that day. Throws
 * PROMOTION_INVALID with a pointer to the member.
 */
export const readSchedule = (schedule: PromotionParams['schedule'], shop: Zone): Period => {
  const zone = schedule?.timeZone === undefined ? shop : zoneNamed(schedule.timeZone);
  const instant = (member: 'from' | 'to'): number | null => {
    const text = schedule?.[member] ?? null;
    if (text === null) return null;
    const found = zone.instant(member === 'to' && isDay(text) ? addDays(text, 1) : text);
    if (found === undefined) throw new PromotionInvalid(`"${text}" is no date.`, { pointer: `${at}/${member}` });
    return found;
  };
  const period = { from: instant('from'), to: instant('to') };
  if (period.from !== null && period.to !== null && period.from >= period.to)
    throw new PromotionInvalid('The schedule ends before it starts.', { pointer: `${at}/to` });
  return period;
};

const zoneNamed = (name: string): Zone => {
  try {
    return createZone(name);
  } catch {
    throw new PromotionInvalid(`"${name}" is no time zone.`, { pointer: `${at}/timeZone` });
  }
};

/** Start inside, end outside. */
export const isWithin = ({ from, to }: Period, now: number): boolean =>
  (from === null || now >= from) && (to === null || now < to);

/** When points earned now can be spent and when they are gone: whole days of the shop, months from the first such day. */
export const pointsDates = (
  points: NonNullable<PromotionParams['points']>,
  zone: Zone,
  now: number,
): { availableAt: number; expiresAt: number | null } => {
  const today = zone.dayOf(now);
  const pending = points.pendingDays ?? 0;
  const firstDay = addDays(today, pending);
  return {
    availableAt: pending === 0 ? now : zone.startOf(firstDay),
    expiresAt: points.expireMonths === undefined ? null : zone.startOf(addMonths(firstDay, points.expireMonths)),
  };
};

/** Both `YYYY-MM-DD`, in the calendar alone: no time zone is involved. */
export const addDays = (day: string, days: number): string => {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
};

/** The same day of a later month, or that month's last. */
export const addMonths = (day: string, months: number): string => {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
};
