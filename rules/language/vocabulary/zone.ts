// The shop's calendar: days of its time zone, their beginnings as instants, and dates without a zone read in it.
const dayMs = 86_400_000;

export type Zone = {
  name: string;
  /** The day it is at an instant, `YYYY-MM-DD`. */
  dayOf: (at: number) => string;
  /** The first instant of a day. */
  startOf: (day: string) => number;
  /** An ISO date or date-time as an instant; without offset it is the shop's time. undefined when it is none. */
  instant: (text: string) => number | undefined;
};

/** Whole days since 1970-01-01 of a calendar day. */
export const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / dayMs;
export const dayFromNumber = (number: number): string => new Date(number * dayMs).toISOString().slice(0, 10);
export const isDay = (text: unknown): text is string =>
  typeof text === 'string' &&
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  !Number.isNaN(dayNumber(text)) &&
  dayFromNumber(dayNumber(text)) === text;

const isoPattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:?\d\d)?)?$/;

/** Throws for a name that is no IANA time zone. */
export const createZone = (name: string): Zone => {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const utc = ['UTC', 'Etc/UTC', 'GMT'].includes(name);
  // The zone's wall clock at an instant, as if it were UTC.
  const wall = (at: number): number => {
    if (utc) return at;
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const seconds = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
    return seconds + (((at % 1000) + 1000) % 1000);
  };
  // Where a wall time happens twice the earlier counts; one that is skipped is as far after the gap as it is into it, so that a
  // skipped midnight is the first instant of its day.
  const fromWall = (local: number): number => {
    if (utc) return local;
    const earlier = local - (wall(local - dayMs) - (local - dayMs));
    const later = local - (wall(local + dayMs) - (local + dayMs));
    if (wall(earlier) === local) return earlier;
    return wall(later) === local ? later : Math.max(earlier, later);
  };
  let last = { at: Number.NaN, day: '' };
  return {
    name,
    // A run asks for the same now again and again.
    dayOf: (at) => {
      if (at !== last.at) last = { at, day: new Date(wall(at)).toISOString().slice(0, 10) };
      return last.day;
    },
    startOf: (day) => fromWall(dayNumber(day) * dayMs),
    instant: (text) => {
      const match = isoPattern.exec(text);
      if (!match || !isDay(match[1])) return undefined;
      const local = Date.parse(`${match[1]}T${match[2] ?? '00:00'}Z`);
      if (Number.isNaN(local)) return undefined;
      if (match[3] === undefined) return fromWall(local);
      const at = Date.parse(`${match[1]}T${match[2]}${match[3]}`);
      return Number.isNaN(at) ? undefined : at;
    },
  };
};
