// How long guessing has to wait: the seconds worked out by hand, for an account and for an address, and what is forgiven when.
import { expect } from 'vitest';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testClock, testPlatform } from '../../tests/support/platform.ts';
import { Failure } from '../errors.ts';
import { type Attempt, createAttempts } from './attempts.ts';

const hourMs = 3_600_000;

const setUp = async (on: TestDatabase) => {
  const clock = testClock('2026-03-01T08:00:00Z');
  const platform = await testPlatform(on, clock);
  const attempts = createAttempts({ db: platform.database.writer, clock });
  /** The seconds to wait, or 0 where the attempt may go on. */
  const guess = async (email: string | undefined, ip = '192.0.2.1'): Promise<number> => {
    try {
      await attempts.begin(email, ip);
      return 0;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      expect(error).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
      const seconds = Number(error.headers['Retry-After']);
      expect(error.message).toBe(`Too many failed sign-ins. Wait ${seconds} s.`);
      return seconds;
    }
  };
  return { clock, attempts, guess, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
};

eachDatabase(
  'an account waits 1, 2, 4 … and at most 300 seconds after its sixth failure; other accounts do not',
  async (on) => {
    await using w = await setUp(on);
    for (let n = 1; n <= 6; n++) expect(await w.guess('ada@example.com', `192.0.2.${n}`), `failure ${n}`).toBe(0);
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
      // From wherever it comes, and however often it is asked meanwhile: asking does not make it longer.
      for (const ip of ['192.0.2.1', '198.51.100.7', '2001:db8::1'])
        expect(await w.guess('ada@example.com', ip)).toBe(seconds);
      expect(await w.guess('bob@example.com', '203.0.113.5')).toBe(0);
      await w.attempts.succeed({ account: 'account:bob@example.com', address: 'address:203.0.113.5', addressBlock: 0 });
      w.clock.advance(seconds * 1000 - 1);
      expect(await w.guess('ada@example.com', '192.0.2.2')).toBe(1);
      w.clock.advance(1);
      expect(await w.guess('ada@example.com', '192.0.2.3')).toBe(0);
    }
  },
);

eachDatabase('a success ends the count of the account; an hour of quiet ends it too, and not less', async (on) => {
  await using w = await setUp(on);
  const fail = async (times: number) => {
    for (let n = 0; n < times; n++) expect(await w.guess('ada@example.com')).toBe(0);
  };
  await fail(4);
  await w.attempts.succeed(await w.attempts.begin('ada@example.com', '192.0.2.1'));
  await fail(6);
  expect(await w.guess('ada@example.com')).toBe(1);
  w.clock.advance(hourMs);
  // The hour is counted from the last failure: at its end they are still remembered.
  await fail(1);
  expect(await w.guess('ada@example.com')).toBe(2);
  w.clock.advance(hourMs + 1);
  await fail(6);
  expect(await w.guess('ada@example.com')).toBe(1);
});

eachDatabase(
  'an address waits after its 51st failure, whoever it guesses at and also where no account is named',
  async (on) => {
    await using w = await setUp(on);
    for (let n = 0; n < 51; n++) expect(await w.guess(n % 2 === 0 ? undefined : `p${n}@example.com`)).toBe(0);
    expect(await w.guess('new@example.com')).toBe(1);
    expect(await w.guess(undefined)).toBe(1);
    expect(await w.guess('new@example.com', '192.0.2.2')).toBe(0);
    for (const seconds of [1, 2, 4]) {
      expect(await w.guess(undefined)).toBe(seconds);
      w.clock.advance(seconds * 1000);
      expect(await w.guess(undefined)).toBe(0);
    }
  },
);

eachDatabase('a success gives the address its own attempt back with the wait it set, and no other', async (on) => {
  await using w = await setUp(on);
  for (let n = 0; n < 50; n++) await w.guess(`p${n}@example.com`);
  // The 51st sets a wait, and turns out right: the next one may come at once.
  for (let n = 0; n < 3; n++) {
    const good: Attempt = await w.attempts.begin('good@example.com', '192.0.2.1');
    expect(good.addressBlock).toBe(w.clock.now() + 1000);
    await w.attempts.succeed(good);
  }
  expect(await w.guess('bad@example.com')).toBe(0);
  expect(await w.guess('good@example.com')).toBe(1);
  // One that began before another's failure takes no wait of that one away.
  await w.attempts.succeed({ account: undefined, address: 'address:192.0.2.1', addressBlock: 0 });
  expect(await w.guess('good@example.com')).toBe(1);
});
