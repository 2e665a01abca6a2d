// Scopes as plugins ask for them: `orders:read`, and with personal members by name `customers:read[email,phone]`.
import { type Resource, resources } from '@rapport/sdk';
import { hookNamed } from '@rapport/sdk/hooks';
import type { LocalText, Manifest } from '@rapport/sdk/schemas';
import type { Grant } from '../../capability.ts';

export type PluginScope = { resource: string; action: 'read' | 'write'; fields: string[] };

/** Members of a customer that say who it is. Masked unless granted by name. */
export const personalFields = [
  'name',
  'firstName',
  'lastName',
  'email',
  'phone',
  'birthday',
  'gender',
  'address',
  'postalCode',
] as const;

// What a plugin can be given: what a capability of capabilities.ts asks for, and nothing that administers Rapport.
const forPlugins: Partial<Record<Resource, readonly string[]>> = {
  customers: ['read'],
  events: ['read', 'write'],
  orders: ['read'],
  products: ['read'],
  records: ['read', 'write'],
  messages: ['write'],
};

/** `undefined` when the text is no scope a plugin can have. `hook:<name>` is the resource `hook:<name>`, to read. */
export const parseScope = (text: string): PluginScope | undefined => {
  if (text.startsWith('hook:'))
    return hookNamed(text.slice('hook:'.length)) ? { resource: text, action: 'read', fields: [] } : undefined;
  const match = /^([a-z]+):(read|write)(?:\[([A-Za-z,]+)\])?$/.exec(text);
  if (!match) return;
  const [, resource, action, list] = match as unknown as [string, Resource, 'read' | 'write', string | undefined];
  if (!resources.includes(resource) || !forPlugins[resource]?.includes(action)) return;
  const fields = list?.split(',') ?? [];
  if (fields.length > 0 && (resource !== 'customers' || action !== 'read')) return;
  if (fields.some((field) => !(personalFields as readonly string[]).includes(field))) return;
  return { resource, action, fields };
};

/** Names of the hooks a manifest provides. */
export const hooksProvided = ({ provides }: Manifest): string[] => [
  ...(provides.channels?.length ? ['message.send'] : []),
  ...(provides.recommenders?.length ? ['customers.recommend'] : []),
  ...(provides.scorers?.length ? ['customers.score'] : []),
  ...([...(provides.recommenders ?? []), ...(provides.scorers ?? [])].some(({ train }) => train)
    ? ['model.train']
    : []),
  ...(provides.schedules?.length ? ['schedule.run'] : []),
  ...(provides.http?.length ? ['http.request'] : []),
  ...(provides.hooks ?? []),
];

export type ScopeAsked = { scope: string; reason: LocalText; required: boolean };

/** What a manifest asks for, required first. A hook it provides is asked for even where the manifest does not say so. */
export const scopesAsked = (manifest: Manifest): ScopeAsked[] => {
  const { required = [], optional = [] } = manifest.scopes ?? {};
  const written = new Set([...required, ...optional].map(({ scope }) => scope));
  const implied = hooksProvided(manifest)
    .map((name) => ({ scope: `hook:${name}`, reason: hookNamed(name)!.summary }))
    .filter(({ scope }) => !written.has(scope));
  return [
    ...[...required, ...implied].map((asked) => ({ ...asked, required: true })),
    ...optional.map((asked) => ({ ...asked, required: false })),
  ];
};

export const grantOf = (scopes: readonly string[]): Grant => {
  const parsed = scopes.flatMap((scope) => parseScope(scope) ?? []);
  const plain = new Set(
    parsed.map(({ resource, action }) => (resource.startsWith('hook:') ? resource : `${resource}:${action}`)),
  );
  return {
    has: (scope) => plain.has(scope),
    personal: new Set(parsed.flatMap(({ fields }) => fields)),
  };
};

/** It reads personal data and reaches hosts or sends mail: the consent screen says so. */
export const canSendPersonalDataOut = (manifest: Manifest): boolean => {
  const personal = scopesAsked(manifest).some(({ scope }) => (parseScope(scope)?.fields.length ?? 0) > 0);
  const channel = (manifest.provides.channels?.length ?? 0) > 0;
  const way =
    (manifest.hosts?.length ?? 0) > 0 || scopesAsked(manifest).some(({ scope }) => scope === 'messages:write');
  return way && (personal || channel);
};

const masks: Record<string, (value: string) => string> = {
  email: (value) => value.replace(/^(.).*@.*$/, '$1***@***'),
  phone: (value) => `***${value.slice(-2)}`,
};
const hide = (field: string, value: unknown): unknown =>
  typeof value !== 'string' || value === '' ? null : (masks[field] ?? ((v) => `${v.slice(0, 1)}***`))(value);

/** A copy in which personal members that were not granted are masked, however deep they sit. */
export const maskPersonal = <T>(value: T, granted: ReadonlySet<string>): T => {
  const hidden = new Set<string>(personalFields.filter((field) => !granted.has(field)));
  // A channel's address, a SKU's name and the like are not the customer's: only objects that are customers are masked by `name`.
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (node === null || typeof node !== 'object') return node;
    const isProduct = 'sku' in node;
    return Object.fromEntries(
      Object.entries(node).map(([key, member]) =>
        hidden.has(key) && !(isProduct && key === 'name') && (member === null || typeof member !== 'object')
          ? [key, hide(key, member)]
          : [key, walk(member)],
      ),
    );
  };
  return walk(value) as T;
};
