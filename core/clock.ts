// Time, identifiers and chance, passed in so that tests own them and runs can be replayed.
import { randomBytes } from 'node:crypto';

export type Clock = { now: () => number };
export type Random = { bytes: (size: number) => Buffer };
export type Ids = { next: () => string };

export const systemClock: Clock = { now: () => Date.now() };
export const systemRandom: Random = { bytes: (size) => randomBytes(size) };

/** UUIDv7 (RFC 9562): 48 bits of time, then a counter and chance, so ids made in one millisecond still sort as made. */
export const createIds = (clock: Clock, random: Random): Ids => {
  // Chance is drawn some kilobytes at a time: a draw from the system costs more than all the rest of an id.
  let pool = random.bytes(0);
  let used = 0;
  const draw = (size: number): Buffer => {
    if (used + size > pool.length) {
      pool = random.bytes(4096);
      used = 0;
    }
    used += size;
    return pool.subarray(used - size, used);
  };
  let lastMs = 0;
  let counter = 0;
  const next = (): string => {
    const now = clock.now();
    if (now > lastMs) {
      lastMs = now;
      counter = draw(2).readUInt16BE() & 0x7ff;
    } else if (++counter > 0xfff) {
      lastMs += 1;
      counter = 0;
    }
    const time = lastMs.toString(16).padStart(12, '0');
    const chance = draw(8);
    chance[0] = (chance[0]! & 0x3f) | 0x80;
    const tail = chance.toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  };
  return { next };
};
