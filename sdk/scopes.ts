// Every scope there is. Tokens, roles, plugins and routes all speak this list and no other.

export const resources = [
  'customers',
  'attributes',
  'events',
  'orders',
  'products',
  'segments',
  'promotions',
  'alerts',
  'journeys',
  'rules',
  'templates',
  'messages',
  'records',
  'insights',
  'plugins',
  'webhooks',
  'users',
  'clients',
  'audit',
  'imports',
  'exports',
] as const;

export type Resource = (typeof resources)[number];
export type ResourceScope = `${Resource}:${'read' | 'write'}`;
export type HookScope = `hook:${string}`;
export type Scope = ResourceScope | 'pii' | 'marketplace:publish' | 'marketplace:review' | HookScope;

export const resourceScopes: readonly ResourceScope[] = resources.flatMap((resource): ResourceScope[] => [
  `${resource}:read`,
  `${resource}:write`,
]);

/** The scopes an app or a member of staff can hold; `hook:*` belongs to plugins only. */
export const grantableScopes: readonly Scope[] = [
  ...resourceScopes,
  'pii',
  'marketplace:publish',
  'marketplace:review',
];

export const isScope = (text: string): text is Scope =>
  (grantableScopes as readonly string[]).includes(text) || /^hook:[a-z]+(\.[a-z-]+)*$/.test(text);
