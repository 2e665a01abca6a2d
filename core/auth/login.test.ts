// Signing in by a strategy of the list: the same delay, session and audit for each, and no other names.
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { Strategy } from 'passport-local';
import { expect } from 'vitest';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testClock, testPlatform } from '../../tests/support/platform.ts';
import { createCore } from '../core.ts';
import { Failure } from '../errors.ts';
import { system } from '../http/actor.ts';
import { createAttempts } from './attempts.ts';

import { createLogin, type Given } from './login.ts';
import { createPasswords } from './passwords.ts';
import { createStrategies } from './strategies.ts';
import { createUserStore } from './user-store.ts';

const password = 'correct horse battery';

const setUp = async (on: TestDatabase) => {
  const clock = testClock('2026-03-01T08:00:00Z');
  const platform = await testPlatform(on, clock);
  const { database, random, config } = platform;
  const { users, sessions } = createCore(platform).auth;
  const { id } = await users.create({ email: 'ada@example.com', role: 'viewer', password }, system);
  const passwords = createPasswords({ random, cost: config.passwordCost });
  // As a provider would: the ticket says who it is, no e-mail is typed, and the account is known only afterwards.
  const ticket = new Strategy({ usernameField: 'holder', passwordField: 'ticket' }, (holder, given, done) => {
    if (given !== 'valid') return done(null, false);
    createUserStore(database.writer)
      .findByEmail(holder)
      .then((user) => done(null, user ?? false), done);
  });
  class Silent extends Strategy {
    override authenticate() {
      this.pass();
    }
  }
  const silent = new Silent(() => {});
  const strategies = { ...createStrategies({ platform, passwords }), ticket, silent };
  const attempts = createAttempts({ db: database.writer, clock });
  const login = createLogin({ platform, strategies, attempts, sessions });

  const app = new Koa();
  app.use(async (ctx) => {
    const { name, given } = JSON.parse(ctx.get('x-sign-in')) as { name: string; given: Given };
    ctx.body = await login.signIn(ctx, name, given).then(
      ({ secret, user }) => ({ secret, userId: user.id }),
      (error: unknown) => ({ refused: error instanceof Failure ? error.code : (error as Error).message }),
    );
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const signIn = async (name: string, given: Given, query = '') => {
    const headers = { 'x-sign-in': JSON.stringify({ name, given }) };
    const reply = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${query}`, { headers });
    return (await reply.json()) as { secret: string; userId: string; refused?: string };
  };
  return {
    clock,
    sessions,
    users,
    id,
    signIn,
    db: database.writer,
    outdatedHash: await createPasswords({ random, cost: { ...config.passwordCost, passes: 2 } }).hash(password),
    attempts: () => database.writer('login_attempts').orderBy('key').select('key', 'failures'),
    actions: async () =>
      (await database.writer('audit').orderBy('seq')).map(({ action }: { action: string }) => action),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await platform[Symbol.asyncDispose]();
    },
  };
};

const valid = { holder: 'ada@example.com', ticket: 'valid' };

eachDatabase('one more strategy signs in the same way: a session, the audit, the attempt given back', async (on) => {
  await using w = await setUp(on);
  const byPassword = await w.signIn('local', { email: 'Ada@Example.com', password });
  const byTicket = await w.signIn('ticket', valid);
  for (const { secret, userId } of [byPassword, byTicket]) {
    expect(userId).toBe(w.id);
    expect(await w.sessions.find(secret)).toMatchObject({ user_id: w.id });
  }
  expect(byTicket.secret).not.toBe(byPassword.secret);
  expect(await w.actions()).toEqual(['user.created', 'user.signed-in', 'user.signed-in']);
  expect((await w.attempts()).filter(({ failures }) => failures > 0)).toEqual([]);
});

eachDatabase('refusals of every strategy count against one address, which then waits for all of them', async (on) => {
  await using w = await setUp(on);
  for (let i = 0; i <= 50; i++)
    expect((await w.signIn('ticket', { ...valid, ticket: 'forged' })).refused).toBe('INVALID_CREDENTIALS');
  expect((await w.signIn('ticket', valid)).refused).toBe('TOO_MANY_REQUESTS');
  expect((await w.signIn('local', { email: 'ada@example.com', password })).refused).toBe('TOO_MANY_REQUESTS');
  w.clock.advance(1001);
  expect((await w.signIn('ticket', valid)).userId).toBe(w.id);
});

eachDatabase('an account that is not active signs in by no strategy', async (on) => {
  await using w = await setUp(on);
  await w.users.change(w.id, { status: 'suspended' }, system);
  expect((await w.signIn('local', { email: 'ada@example.com', password })).refused).toBe('INVALID_CREDENTIALS');
  expect((await w.signIn('ticket', valid)).refused).toBe('INVALID_CREDENTIALS');
});

eachDatabase('a name that is not in the list is refused and counts nothing', async (on) => {
  await using w = await setUp(on);
  for (const name of ['oidc', 'session', 'constructor', ''])
    expect((await w.signIn(name, { email: 'ada@example.com', password })).refused).toBe('INVALID_REQUEST');
  expect(await w.attempts()).toEqual([]);
});

eachDatabase('a strategy that neither signs in nor refuses is a fault, not a wait without end', async (on) => {
  await using w = await setUp(on);
  expect((await w.signIn('silent', {})).refused).toMatch(/neither signed in nor refused/);
});

eachDatabase('credentials in the address sign nobody in, past the account that counts', async (on) => {
  await using w = await setUp(on);
  const query = `?${new URLSearchParams({ email: 'ada@example.com', password })}`;
  expect((await w.signIn('local', { email: '', password: '' }, query)).refused).toBe('INVALID_CREDENTIALS');
  expect((await w.signIn('local', { email: 'ada@example.com', password: '' }, query)).refused).toBe(
    'INVALID_CREDENTIALS',
  );
});

eachDatabase('a hash of another cost is renewed at sign-in, unless the password was changed meanwhile', async (on) => {
  await using w = await setUp(on);
  const hashOf = async () => (await createUserStore(w.db).find(w.id))!.password_hash!;
  await createUserStore(w.db).update(w.id, { password_hash: w.outdatedHash });
  expect((await w.signIn('local', { email: 'ada@example.com', password })).userId).toBe(w.id);
  const renewed = await hashOf();
  expect(renewed).not.toBe(w.outdatedHash);
  expect((await w.signIn('local', { email: 'ada@example.com', password })).userId).toBe(w.id);
  expect(await hashOf()).toBe(renewed);
  await createUserStore(w.db).renewHash(w.id, w.outdatedHash, 'of the old password');
  expect(await hashOf()).toBe(renewed);
});
