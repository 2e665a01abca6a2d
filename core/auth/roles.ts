// The one permission table: what each role may do. Routes ask for scopes, never for roles.
// `pii` shows names, addresses, e-mails and phones unmasked; without it they are masked everywhere.
import { grantableScopes, type Resource, resources, type Scope } from '@rapport/sdk';
import { type RoleName, roleNames } from '@rapport/sdk/schemas';

const read = (...of: Resource[]): Scope[] => of.map((resource): Scope => `${resource}:read`);
const write = (...of: Resource[]): Scope[] =>
  of.flatMap((resource): Scope[] => [`${resource}:read`, `${resource}:write`]);

// Of no use to somebody who only looks: accounts, apps, secrets of others, bulk data.
const guarded: readonly Resource[] = ['users', 'clients', 'webhooks', 'audit', 'exports'];
const ordinary = resources.filter((resource) => !guarded.includes(resource));

const table: Record<RoleName, { summary: string; scopes: readonly Scope[] }> = {
  owner: { summary: 'Everything, and the only one who makes owners.', scopes: grantableScopes },
  admin: { summary: 'Everything but owners.', scopes: grantableScopes },
  marketer: {
    summary: 'Segments, promotions, alerts, journeys, templates and messages; personal data masked.',
    scopes: [
      ...read('customers', 'attributes', 'events', 'orders', 'products', 'records', 'plugins'),
      ...write('segments', 'promotions', 'alerts', 'journeys', 'rules', 'templates', 'messages', 'insights', 'imports'),
    ],
  },
  service: {
    summary: 'Serves customers: their data, history, tickets and messages.',
    scopes: [
      ...read('attributes', 'products', 'segments', 'promotions', 'rules', 'templates', 'insights'),
      ...write('customers', 'events', 'orders', 'messages', 'records'),
      'pii',
    ],
  },
  sales: {
    summary: 'Sells to customers: their data, orders, deals and messages.',
    scopes: [
      ...read('attributes', 'products', 'segments', 'promotions', 'alerts', 'rules', 'templates', 'insights'),
      ...write('customers', 'events', 'orders', 'messages', 'records', 'imports'),
      'pii',
    ],
  },
  developer: {
    summary: 'Plugins, OAuth apps, webhooks, attributes and rules; personal data masked.',
    scopes: [
      ...read(
        'customers',
        'orders',
        'segments',
        'promotions',
        'alerts',
        'journeys',
        'templates',
        'messages',
        'insights',
      ),
      ...write('attributes', 'events', 'products', 'records', 'rules', 'plugins', 'webhooks', 'clients', 'imports'),
      'marketplace:publish',
    ],
  },
  reviewer: {
    summary: 'Reviews what is published in the marketplace.',
    scopes: [...read('plugins'), 'marketplace:review'],
  },
  viewer: {
    summary: 'Looks at everything ordinary, changes nothing; personal data masked.',
    scopes: read(...ordinary),
  },
};

const sets = new Map(roleNames.map((name) => [name, new Set(table[name].scopes)] as const));

export const scopesOfRole = (role: RoleName): ReadonlySet<Scope> => sets.get(role) ?? new Set();

export const describeRoles = (): { name: RoleName; summary: string; scopes: string[] }[] =>
  roleNames.map((name) => ({ name, summary: table[name].summary, scopes: [...table[name].scopes] }));
