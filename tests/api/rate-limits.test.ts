// Rate limits over HTTP: per actor, by cost, answered with 429 and Retry-After.
import { expect } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

eachDatabase('who asks too much waits; others do not', async (on) => {
  await using app = await testApp(on, { clock: '2026-03-01T08:00:00Z', environment: { RAPPORT_RATE_LIMIT: '5' } });
  const busy = app.as(['users:read']);
  for (let i = 0; i < 10; i++) expect((await busy.get('/users')).status).toBe(200);
  const refused = await busy.get('/users');
  expect(refused.body).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect((await app.as('owner').get('/users')).status).toBe(200);
  for (let i = 0; i < 20; i++) expect((await busy.get('/healthz')).status).toBe(200);
  app.clock.advance(1000);
  expect((await busy.get('/users')).status).toBe(200);
  expect((await busy.post('/users', {})).status).toBe(403);
  expect((await busy.post('/users', {})).status).toBe(403);
  expect((await busy.post('/users', {})).status).toBe(429);
});
