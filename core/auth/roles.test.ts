// Who may do what, written out by hand against the contracts: a role lets in exactly those who should be, and a refusal names the scope.
import type { AnyRoute, Scope } from '@rapport/sdk';
import * as routes from '@rapport/sdk/routes';
import { type RoleName, roleNames } from '@rapport/sdk/schemas';
import { describe, expect, test } from 'vitest';
import type { Failure } from '../errors.ts';
import { type Actor, anonymous } from '../http/actor.ts';
import { allow } from '../http/app.ts';
import { scopesOfRole } from './roles.ts';

// By name; the folder exports a few things beside its routes.
const byName = new Map(
  Object.entries(routes).flatMap(([name, route]) => ('method' in route ? [[name, route as unknown as AnyRoute]] : [])),
);
const contracts = [...byName.values()];
const isGuarded = ({ scope }: AnyRoute): boolean => !['public', 'signed-in', 'staff'].includes(scope);

const staff = (role: RoleName): Actor => ({ kind: 'user', id: 'u', name: 'U', role, scopes: scopesOfRole(role) });
const app = (...scopes: Scope[]): Actor => ({ kind: 'client', id: 'c', name: 'C', scopes: new Set(scopes) });

const refusal = (route: AnyRoute, actor: Actor): Failure | undefined => {
  try {
    allow(route, actor);
    return undefined;
  } catch (error) {
    return error as Failure;
  }
};

const top: RoleName[] = ['owner', 'admin'];
const business: RoleName[] = [...top, 'marketer', 'service', 'sales', 'developer', 'viewer'];

describe('a route is for these roles and no others', () => {
  test.each<[keyof typeof routes, readonly RoleName[]]>([
    ['listUsers', top],
    ['createUser', top],
    ['changeUser', top],
    ['createResetLink', top],
    ['exportTable', top],
    ['listCustomers', business],
    ['createCustomer', [...top, 'service', 'sales']],
    ['eraseCustomer', [...top, 'service', 'sales']],
    ['changeConsents', [...top, 'service', 'sales']],
    ['postPoints', [...top, 'service', 'sales']],
    ['createAttribute', [...top, 'developer']],
    ['recordEvents', [...top, 'service', 'sales', 'developer']],
    ['createOrder', [...top, 'service', 'sales']],
    ['refundOrder', [...top, 'service', 'sales']],
    ['listOrders', business],
    ['createProduct', [...top, 'developer']],
    ['createSegment', [...top, 'marketer']],
    ['listSegments', business],
    ['createPromotion', [...top, 'marketer']],
    ['createAlert', [...top, 'marketer']],
    ['createCondition', [...top, 'marketer', 'developer']],
    ['validateRule', business],
    ['sendMessage', [...top, 'marketer', 'service', 'sales']],
    ['createTemplate', [...top, 'marketer']],
    ['uploadImport', [...top, 'marketer', 'sales', 'developer']],
    ['runScorer', [...top, 'marketer']],
    ['createRecord', [...top, 'service', 'sales', 'developer']],
    ['installPlugin', [...top, 'developer']],
    ['changePluginSettings', [...top, 'developer']],
    ['listPlugins', [...top, 'marketer', 'developer', 'reviewer', 'viewer']],
    ['createClient', [...top, 'developer']],
    ['rotateClientSecret', [...top, 'developer']],
    ['listClients', [...top, 'developer']],
    ['getMe', roleNames],
    ['listRoles', roleNames],
  ])('%s', (name, expected) => {
    const route = byName.get(name)!;
    const allowed = roleNames.filter((role) => refusal(route, staff(role)) === undefined);
    expect(allowed.toSorted()).toEqual([...expected].toSorted());
  });
});

test('a role or token without the scope is told which one, in the detail and as RFC 6750 says, for every route', () => {
  const guarded = contracts.filter(isGuarded);
  expect(guarded.length).toBeGreaterThan(100);
  let refused = 0;
  for (const route of guarded) {
    for (const actor of [app(), ...roleNames.map(staff)]) {
      const failure = refusal(route, actor);
      if (failure === undefined) continue;
      refused++;
      expect(failure).toMatchObject({
        status: 403,
        code: 'INSUFFICIENT_SCOPE',
        message: `This needs the scope ${route.scope}.`,
        headers: { 'WWW-Authenticate': `Bearer realm="rapport", error="insufficient_scope", scope="${route.scope}"` },
      });
    }
    expect(refusal(route, app(route.scope as Scope))).toBeUndefined();
  }
  expect(refused).toBeGreaterThan(guarded.length);
});

test('to write a thing is not to read it, and another thing still less', () => {
  expect(refusal(routes.listUsers as never, app('users:write'))?.message).toBe('This needs the scope users:read.');
  expect(refusal(routes.createUser as never, app('users:read'))?.message).toBe('This needs the scope users:write.');
  expect(refusal(routes.listCustomers as never, app('orders:read', 'pii'))?.code).toBe('INSUFFICIENT_SCOPE');
});

test('nobody is asked to sign in, and what belongs to staff is not for apps, whatever their scopes', () => {
  for (const route of contracts) {
    const failure = refusal(route, anonymous);
    if (route.scope === 'public') expect(failure).toBeUndefined();
    else
      expect(failure).toMatchObject({
        status: 401,
        code: 'UNAUTHENTICATED',
        headers: { 'WWW-Authenticate': 'Bearer realm="rapport"' },
      });
  }
  const strong = app(...scopesOfRole('owner'));
  const shut = contracts.filter((route) => refusal(route, strong) !== undefined);
  expect(shut.map(({ scope }) => scope)).toEqual(shut.map(() => 'staff'));
  for (const name of ['getMe', 'changePassword', 'enrolTotp', 'listSessions', 'revokeGrant'] as const)
    expect(refusal(byName.get(name)!, strong)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
});
