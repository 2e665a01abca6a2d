// Access below HTTP: the bearer cache, the first owner.
import { expect } from 'vitest';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testClock, testPlatform } from '../../tests/support/platform.ts';
import { createCore } from '../core.ts';
import { system } from '../http/actor.ts';
import { bearerCache } from './bearer.ts';
import { hashSecret } from './secrets.ts';

const setUp = async (on: TestDatabase) => {
  const clock = testClock('2026-03-01T08:00:00Z');
  const platform = await testPlatform(on, clock);
  const { auth } = createCore(platform);
  const db = platform.database.writer;
  const made = await auth.clients.create(
    { name: 'App', grants: ['client_credentials'], scopes: ['orders:read'] },
    system,
  );
  const clientId = made.client.id;
  const issue = async () => {
    const request = { clientId, userId: null, grantId: null, scopes: ['orders:read'] };
    return (await auth.tokens.issue(db, request)).accessToken;
  };
  return { clock, platform, auth, db, clientId, issue };
};

eachDatabase('a token is read once in a few seconds, and forgotten at once when its app changes here', async (on) => {
  const { clock, platform, auth, db, clientId, issue } = await setUp(on);
  await using _ = platform;
  const token = await issue();
  const actor = await auth.bearer.find(token);
  expect(actor).toMatchObject({ kind: 'client', id: clientId, name: 'App' });
  expect(await auth.bearer.find(token)).toBe(actor);
  // Behind our back, as another node would: seen when the cache is old.
  await db('oauth_tokens')
    .where({ hash: hashSecret(token) })
    .update({ revoked_at: 1 });
  expect(await auth.bearer.find(token)).toBe(actor);
  clock.advance(bearerCache.ttlMs);
  expect(await auth.bearer.find(token)).toBeUndefined();

  const other = await issue();
  expect(await auth.bearer.find(other)).toBeDefined();
  await auth.clients.change(clientId, { status: 'disabled' }, system);
  expect(await auth.bearer.find(other)).toBeUndefined();
});

eachDatabase('a cached token ends on its minute', async (on) => {
  const { clock, platform, auth, issue } = await setUp(on);
  await using _ = platform;
  const token = await issue();
  clock.advance(3600_000 - 1000);
  expect(await auth.bearer.find(token)).toBeDefined();
  clock.advance(1000);
  expect(await auth.bearer.find(token)).toBeUndefined();
});

eachDatabase('a refresh token is no access token', async (on) => {
  const { platform, auth, db, clientId } = await setUp(on);
  await using _ = platform;
  const request = { clientId, userId: null, grantId: null, scopes: ['orders:read'], refreshScopes: ['orders:read'] };
  const issued = await auth.tokens.issue(db, request);
  expect(await auth.bearer.find(issued.refreshToken!)).toBeUndefined();
  expect(await auth.bearer.find(issued.accessToken)).toBeDefined();
});

eachDatabase('two starts at once make one owner; an account of another role is never made one', async (on) => {
  const { platform, auth, db } = await setUp(on);
  await using _ = platform;
  const email = 'owner@example.com';
  const viewer = await auth.users.create({ email, role: 'viewer', password: 'viewer has one' }, system);
  await auth.start();
  expect(await db('users').where({ role: 'owner' })).toEqual([]);
  await db('users').where({ id: viewer.id }).delete();
  await Promise.all([auth.users.ensureOwner(), auth.users.ensureOwner()]);
  expect(await db('users').where({ role: 'owner' })).toHaveLength(1);
});
