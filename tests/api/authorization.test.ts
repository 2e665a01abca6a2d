// The authorization matrix, generated: every route of the running server × nobody, each role, a token with each scope.
// The probe is a query member no contract knows: whoever is let in gets 400 for it, before any handler runs.
import { type AnyRoute, grantableScopes, isScope, type Scope } from '@rapport/sdk';
import { roleNames } from '@rapport/sdk/schemas';
import { expect, test } from 'vitest';
import { scopesOfRole } from '../../core/auth/roles.ts';
import { pathOf } from '../../core/index.ts';
import { type TestApp, testApp, type Who } from '../support/app.ts';
import { createTestDatabase } from '../support/databases.ts';

// Routes for everybody, by hand: one more is a decision.
const publicRoutes = [
  'GET /.well-known/oauth-authorization-server',
  'GET /api/docs',
  'GET /api/openapi.json',
  'GET /healthz',
  'GET /invitation',
  'GET /metrics',
  'GET /oauth/authorize',
  'GET /password-reset',
  'GET /readyz',
  'POST /api/v1/invitations/accept',
  'POST /api/v1/login',
  'POST /api/v1/password/reset',
  'POST /api/v1/password/reset/confirm',
  'POST /invitation',
  'POST /oauth/authorize',
  'POST /oauth/introspect',
  'POST /oauth/revoke',
  'POST /oauth/sign-in',
  'POST /oauth/token',
  'POST /password-reset',
  // Endpoints of plugins: they see neither cookie nor Authorization, and check callers themselves.
  'DELETE /api/v1/plugins/:id/http/*path',
  'GET /api/v1/plugins/:id/http/*path',
  'POST /api/v1/plugins/:id/http/*path',
  'PUT /api/v1/plugins/:id/http/*path',
];

const nameOf = (route: AnyRoute): string => `${route.method} ${pathOf(route)}`;

const mayCall = (route: AnyRoute, who: Who): boolean => {
  if (route.scope === 'public') return true;
  if (who === 'anonymous') return false;
  if (route.scope === 'signed-in') return true;
  const isStaff = typeof who === 'string';
  if (route.scope === 'staff') return isStaff;
  return isStaff ? scopesOfRole(who).has(route.scope) : who.includes(route.scope);
};

const denials = new Set([401, 403]);

/** True when the route let the caller in. */
const reaches = async (app: TestApp, route: AnyRoute, headers: Record<string, string>): Promise<boolean> => {
  const path = pathOf(route).replace(/[:*](\w+)/g, 'probe');
  const body = route.body ? '{}' : undefined;
  const response = await fetch(`${app.url}${path}?no-contract-knows-this=1`, {
    method: route.method,
    headers: { ...headers, ...(body && { 'Content-Type': 'application/json' }) },
    body,
    redirect: 'manual',
  });
  await response.body?.cancel();
  return !denials.has(response.status);
};

const check = async (app: TestApp, everyone: readonly Who[]): Promise<string[]> => {
  const routes = app.rapport.served.map(({ route }) => route).filter((route) => route.scope !== 'public');
  const wrong: string[] = [];
  for (const who of everyone) {
    const headers = await app.as(who).credentials();
    for (let i = 0; i < routes.length; i += 25) {
      const some = routes.slice(i, i + 25).map(async (route) => {
        const expected = mayCall(route, who);
        if ((await reaches(app, route, headers)) !== expected)
          wrong.push(`${nameOf(route)} ${expected ? 'shuts out' : 'lets in'} ${String(who)}`);
      });
      await Promise.all(some);
    }
  }
  return wrong;
};

test('every route decides as its contract says, for nobody, each role and a token with each scope', {
  timeout: 120_000,
}, async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on, { environment: { RAPPORT_RATE_LIMIT: '0' } });
  const tokens = grantableScopes.map((scope): Who => [scope]);
  expect(await check(app, ['anonymous', ...roleNames, ...tokens])).toEqual([]);
});

test('every route has a scope there is, and the public ones are those listed', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const routes = app.rapport.served.map(({ route }) => route);
  const unknown = routes.filter(
    ({ scope }) => !['public', 'signed-in', 'staff'].includes(scope) && !isScope(scope as string),
  );
  expect(unknown.map(nameOf)).toEqual([]);
  const open = routes.filter((route) => route.scope === 'public').map(nameOf);
  expect(open.sort()).toEqual(publicRoutes.toSorted());
  expect(new Set(routes.map(nameOf)).size).toBe(routes.length);
});

test('the permission table keeps its promises', () => {
  const holders = (scope: Scope) => roleNames.filter((role) => scopesOfRole(role).has(scope));
  expect(holders('users:write')).toEqual(['owner', 'admin']);
  expect(holders('audit:read')).toEqual(['owner', 'admin']);
  expect(holders('exports:write')).toEqual(['owner', 'admin']);
  expect(holders('clients:write')).toEqual(['owner', 'admin', 'developer']);
  expect(holders('plugins:write')).toEqual(['owner', 'admin', 'developer']);
  expect(holders('marketplace:review')).toEqual(['owner', 'admin', 'reviewer']);
  expect(holders('pii')).toEqual(['owner', 'admin', 'service', 'sales']);
  expect(holders('promotions:write')).toEqual(['owner', 'admin', 'marketer']);
  expect([...scopesOfRole('viewer')].filter((scope) => !scope.endsWith(':read'))).toEqual([]);
  for (const role of roleNames)
    for (const scope of scopesOfRole(role)) {
      expect(grantableScopes).toContain(scope);
      // Who may change a thing may see it.
      if (scope.endsWith(':write')) expect(scopesOfRole(role)).toContain(scope.replace(':write', ':read'));
    }
});
