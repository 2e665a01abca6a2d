// Bad input, swept: every route of the running server with the wrong requests its contract gives rise to. The promise: never a
// 5xx, always a problem with a code of the catalogue and a pointer where a member is at fault, and nothing half-written.
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { AnyRoute } from '@rapport/sdk';
import { expect, test } from 'vitest';
import { listErrors, pathOf, query } from '../../core/index.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type BadRequest, badBodies, badPaths, badQueries } from '../support/bad-input.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { bodyFor } from '../support/examples.ts';

type Answer = { status: number; type: string; text: string };

// These speak their own standards' errors, or pages for people: no problem+json.
const speaksOtherwise = (route: AnyRoute): boolean => route.root === true || route.path.includes('/http/');
// Ends the session that asks.
const endsSession = new Set(['/logout', '/me/sessions/:id', '/me/password']);
// Counts attempts at signing in on purpose; queues drain by themselves.
const notCounted = new Set(['login_attempts', 'jobs', 'outbox', 'leases', 'knex_migrations', 'knex_migrations_lock']);

// What PostgreSQL refuses itself and SQLite stores: numbers beyond a column, odd text, cursors of another type.
const tellingThere = /e\+308|9007199254740991|99999999|cursor|U\+0000|%27|drop table|1e9/;

const codes = new Set(listErrors().map(({ code }) => code));

test('no wrong request fails the server, is half-written, or goes without a code (sqlite)', {
  timeout: 600_000,
}, async () => {
  await using on = await createTestDatabase('sqlite');
  expect(await sweep(on, () => true)).toEqual([]);
});

test('no wrong request fails the server, is half-written, or goes without a code (postgres, fewer)', {
  timeout: 600_000,
}, async () => {
  await using on = await createTestDatabase('postgres');
  expect(await sweep(on, (nth, { name }) => nth % 20 === 0 || tellingThere.test(name))).toEqual([]);
});

/** What broke the promise, in words. */
const sweep = async (on: TestDatabase, takes: (nth: number, bad: BadRequest) => boolean): Promise<string[]> => {
  await using app = await testApp(on, { email: true, environment: { RAPPORT_RATE_LIMIT: '0' } });
  using agent = createAgent();
  const routes = app.rapport.served.map(({ route }) => route);
  const known = await makeOneOfEach(app, routes);
  const tables = await tablesOf(app);
  const wrong: string[] = [];
  let nth = 0;
  for (const route of routes) {
    const headers = await credentialsOf(app);
    let before = await countsOf(app, tables);
    for (const bad of [...badBodies(route), ...badPaths(route), ...badQueries(route)]) {
      if (!takes(nth++, bad)) continue;
      const path = addressOf(route, known, bad);
      const ask = () => agent.send(app.url, route.method, path, { ...headers, ...bad.headers }, bodyOf(route, bad));
      const answer = await ask();
      const name = `${route.method} ${pathOf(route)}, ${bad.name}`;
      const fault = faultOf(route, bad, answer);
      if (fault) wrong.push(`${name}: ${fault}`);
      let after = await countsOf(app, tables);
      if (answer.status >= 400 && !same(before, after)) {
        // Work of an accepted request before may still go on: only what happens again is this request's doing.
        await settled(app, tables);
        before = await countsOf(app, tables);
        await ask();
        after = await countsOf(app, tables);
        if (!same(before, after)) wrong.push(`${name}: refused with ${answer.status}, yet rows were written`);
      }
      before = after;
      if (endsSession.has(route.path) && answer.status < 400) {
        Object.assign(headers, await credentialsOf(app));
        before = await countsOf(app, tables);
      }
    }
    const alive = await agent.send(app.url, 'GET', '/healthz', {}, undefined);
    if (alive.status !== 200) wrong.push(`after ${route.method} ${pathOf(route)} /healthz says ${alive.status}`);
  }
  expect(nth).toBeGreaterThan(3000);
  return wrong;
};

const faultOf = (route: AnyRoute, bad: BadRequest, { status, type, text }: Answer): string | undefined => {
  if (status >= 500) return `${status} ${text.slice(0, 200)}`;
  if (status === 0) return `no answer: ${text}`;
  if (bad.wellFormed && status === 400) return `was meant to be well-formed: ${text}`;
  if (status < 400) return bad.refused && !speaksOtherwise(route) ? `accepted with ${status}` : undefined;
  if (speaksOtherwise(route) && !type.includes('problem')) return undefined;
  if (type !== 'application/problem+json') return `${status} as ${type}: ${text.slice(0, 100)}`;
  const problem = JSON.parse(text) as { code: string; status: number; detail: string; pointer?: string };
  if (!codes.has(problem.code) || problem.status !== status || !problem.detail) return `odd problem ${text}`;
  if (/knex|sqlite|select |insert into|node_modules|\/work\//i.test(problem.detail)) return `tells too much: ${text}`;
  if (bad.pointer !== undefined && problem.pointer !== bad.pointer) return `points elsewhere: ${text}`;
  const aboutMember =
    problem.code === 'INVALID_VALUE' || (problem.code === 'INVALID_REQUEST' && bad.body !== undefined);
  return aboutMember && problem.pointer === undefined ? `no pointer: ${text}` : undefined;
};

const addressOf = (route: AnyRoute, known: ReadonlyMap<string, string>, { id, search = '' }: BadRequest): string => {
  const collection = route.path.split('/')[1]!;
  return pathOf(route).replace(/[:*]\w+/g, () => id ?? known.get(collection) ?? 'probe') + search;
};

const bodyOf = (route: AnyRoute, bad: BadRequest): string | Buffer | undefined => {
  if (bad.body !== undefined) return bad.body;
  return route.body && !route.rawBody ? '{}' : undefined;
};

/** One of each thing that a contract's example makes, so that paths lead somewhere. */
const makeOneOfEach = async (app: TestApp, routes: readonly AnyRoute[]): Promise<Map<string, string>> => {
  const known = new Map<string, string>();
  const owner = app.as('owner');
  const customer = await owner.post('/customers', { name: 'Ada', email: 'ada@example.com' });
  known.set('customers', customer.body.id);
  known.set('plugins', 'acme~hello');
  for (const route of routes) {
    if (route.method !== 'POST' || !/^\/\w+$/.test(route.path) || !route.body || route.rawBody) continue;
    const { status, body } = await owner.post(route.path, bodyFor(route));
    const made = body?.key ?? body?.id ?? body?.client?.id;
    if (status === 201 && typeof made === 'string' && !known.has(route.path.slice(1)))
      known.set(route.path.slice(1), made);
  }
  return known;
};

const credentialsOf = async (app: TestApp): Promise<Record<string, string>> => {
  const { cookie, csrfToken } = await app.signIn('owner');
  return { cookie: `${cookie.name}=${cookie.value}`, 'x-csrf-token': csrfToken };
};

/** Sends exactly these bytes: nothing is normalised, no length is corrected. */
const createAgent = () => {
  const agent = new Agent({ keepAlive: true });
  const send = (
    url: string,
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | Buffer | undefined,
  ): Promise<Answer> =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(url);
      const cut = headers['content-length'] !== undefined;
      const length = body !== undefined && !cut ? { 'content-length': String(Buffer.byteLength(body)) } : {};
      const sent = request({
        agent: cut ? false : agent,
        hostname,
        port,
        method,
        path,
        headers: { ...headers, ...length },
      });
      sent.on('error', (error) => resolve({ status: 0, type: '', text: error.message }));
      sent.setTimeout(20_000, () => sent.destroy(new Error('no answer in 20 s')));
      sent.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text });
          if (cut) sent.destroy();
        });
      });
      if (body !== undefined) sent.write(body);
      if (!cut) sent.end();
    });
  return { send, [Symbol.dispose]: () => agent.destroy() };
};

type Counts = Record<string, number>;

const tablesOf = async (app: TestApp): Promise<string[]> => {
  const { dialect, writer } = app.rapport.platform.database;
  const rows = (await (dialect === 'sqlite'
    ? writer('sqlite_master').where({ type: 'table' }).select('name')
    : writer('pg_tables').where({ schemaname: 'public' }).select({ name: 'tablename' }))) as { name: string }[];
  return rows.map(({ name }) => name).filter((name) => !notCounted.has(name) && !/^sqlite_|_fts/.test(name));
};

const countsOf = async (app: TestApp, tables: readonly string[]): Promise<Counts> => {
  // One text for all requests: putting such a query together takes longer than its run.
  const columns = tables.map((table) => `(select count(*) from ${table}) as ${table}`);
  const [counts] = await query<Counts>(app.rapport.platform.database.writer, `select ${columns.join(', ')}`);
  return counts!;
};

const same = (a: Counts, b: Counts): boolean => JSON.stringify(a) === JSON.stringify(b);

const settled = async (app: TestApp, tables: readonly string[]): Promise<void> => {
  for (let before = await countsOf(app, tables), rounds = 0; rounds < 100; rounds++) {
    await wait(50);
    const now = await countsOf(app, tables);
    if (same(before, now)) return;
    before = now;
  }
};
