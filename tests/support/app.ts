// The real server on a free port and a test's own database, and clients that speak to it over HTTP with real sessions and
// tokens: `await using app = await testApp(on); await app.as('owner').get('/users')`.
import type { Scope } from '@rapport/sdk';
import type { NewClient, RoleName } from '@rapport/sdk/schemas';
import { type Config, type Log, silentLog, system } from '../../core/index.ts';
import { createRapport, type Rapport } from '../../rapport.ts';
import type { TestDatabase } from './databases.ts';
import { type TestClock, testClock, testConfig } from './platform.ts';
import { installChannel } from './plugins.ts';

export type TestAppOptions = {
  /** Stands still at this time, or pass a clock of your own. Real time by default. */
  clock?: TestClock | number | string;
  environment?: Record<string, string>;
  log?: Log;
  /** Installs a plugin for the channel `email`, which alerts may then name; it sends nothing. */
  email?: boolean;
  /** Runs after the server is made and before it starts. */
  prepare?: (rapport: Rapport) => void | Promise<void>;
};

/** Loose on purpose: a test says what it expects of a reply, not what type it has. */
export type LooseJson = ReturnType<typeof JSON.parse>;
export type TestReply = { status: number; body: LooseJson; headers: Headers };
export type Send = (path: string, body?: unknown, headers?: Record<string, string>) => Promise<TestReply>;
export type TestClient = {
  /** Paths are under /api/v1 unless they name another root, as /oauth/token or /healthz do. */
  get: (path: string, headers?: Record<string, string>) => Promise<TestReply>;
  post: Send;
  put: Send;
  patch: Send;
  delete: Send;
  /** The headers this client signs in with. */
  credentials: () => Promise<Record<string, string>>;
};

export type Who = 'anonymous' | RoleName | readonly Scope[];

export type TestApp = Awaited<ReturnType<typeof testApp>>;

export const testApp = async (on: TestDatabase, options: TestAppOptions = {}) => {
  const clock = typeof options.clock === 'object' ? options.clock : testClock(options.clock);
  const config: Config = testConfig(on, options.environment);
  const rapport = await createRapport(config, options.log ?? silentLog, clock);
  if (options.email) await installChannel(rapport.core.plugins);
  await options.prepare?.(rapport);
  const { url } = await rapport.start();
  const { auth } = rapport.core;
  const { writer } = rapport.platform.database;

  const users = new Map<string, string>();
  /** An active account; the same one for the same e-mail. */
  const addUser = async (role: RoleName, email = `${role}@example.com`, password = 'correct horse battery') => {
    let id = users.get(email);
    if (id === undefined && email === config.owner.email) {
      const found = (await auth.users.list({ limit: 200 })).data.find((user) => user.email === email);
      id = found?.id;
    }
    id ??= (await auth.users.create({ email, role, password }, system)).id;
    users.set(email, id);
    return { id, email, password };
  };
  /** A started session, as a browser would hold it. */
  const signIn = async (role: RoleName) => {
    const { id } = await addUser(role);
    const session = await auth.sessions.start(writer, id, { address: '127.0.0.1', userAgent: 'test' });
    const cookie = { name: auth.cookie.name, value: session.secret };
    return { cookie, csrfToken: session.csrfToken, userId: id };
  };
  const registerClient = async (input: Partial<NewClient> = {}) => {
    const made = await auth.clients.create(
      { name: 'Test app', grants: ['client_credentials'], scopes: ['customers:read'], ...input },
      system,
    );
    return { id: made.client.id, secret: made.clientSecret ?? '' };
  };
  const bearerToken = async (scopes: readonly Scope[]): Promise<string> => {
    const client = await registerClient({ scopes: [...scopes] });
    const issued = await auth.tokens.issue(writer, { clientId: client.id, userId: null, grantId: null, scopes });
    return issued.accessToken;
  };

  const signInAs = async (who: Who): Promise<Record<string, string>> => {
    if (who === 'anonymous') return {};
    if (typeof who !== 'string') return { Authorization: `Bearer ${await bearerToken(who)}` };
    const { cookie, csrfToken } = await signIn(who);
    return { Cookie: `${cookie.name}=${cookie.value}`, 'X-CSRF-Token': csrfToken };
  };

  const clients = new Map<string, TestClient>();
  const as = (who: Who): TestClient => {
    const key = typeof who === 'string' ? who : [...who].sort().join(' ');
    const made =
      clients.get(key) ??
      createTestClient(
        url,
        renewing(clock, () => signInAs(who)),
      );
    clients.set(key, made);
    return made;
  };

  return {
    url,
    rapport,
    clock,
    config,
    as,
    addUser,
    signIn,
    registerClient,
    bearerToken,
    [Symbol.asyncDispose]: () => rapport.stop(),
  };
};

// Tests move the clock by days; credentials do not live that long.
const renewAfterMs = 30 * 60_000;

const renewing = (clock: TestClock, make: () => Promise<Record<string, string>>) => {
  let made: Promise<Record<string, string>> | undefined;
  let at = 0;
  return () => {
    if (made === undefined || Math.abs(clock.now() - at) > renewAfterMs) {
      at = clock.now();
      made = make();
    }
    return made;
  };
};

const roots = /^\/(api|oauth|\.well-known)\/|^\/(healthz|readyz|metrics|invitation|password-reset)(?![\w/])/;

const createTestClient = (url: string, credentials: () => Promise<Record<string, string>>): TestClient => {
  const send =
    (method: string): Send =>
    async (path, body, headers = {}) => {
      const raw = typeof body === 'string' || body instanceof Uint8Array || body instanceof URLSearchParams;
      const json = body !== undefined && !raw && !(body instanceof FormData);
      const response = await fetch(`${url}${roots.test(path) ? '' : '/api/v1'}${path}`, {
        method,
        redirect: 'manual',
        headers: { ...(json && { 'Content-Type': 'application/json' }), ...(await credentials()), ...headers },
        body: json ? JSON.stringify(body) : (body as RequestInit['body']),
      });
      const text = await response.text();
      const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '') && text !== '';
      return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
    };
  return {
    get: (path, headers) => send('GET')(path, undefined, headers),
    post: send('POST'),
    put: send('PUT'),
    patch: send('PATCH'),
    delete: send('DELETE'),
    credentials,
  };
};
