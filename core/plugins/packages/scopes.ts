// Scopes as plugins ask for them: `orders:read`, and with personal members by name `customers:read[email,phone]`.
import { type HookSpec, offersOf, type Resource, resources } from '@rapport/sdk';
import { hookNamed, hooks, personalFields } from '@rapport/sdk/hooks';
import type { LocalText, Manifest } from '@rapport/sdk/schemas';
import type { Capability, Grant } from '../../capability.ts';
import { ConsentIncomplete } from './errors.ts';

export type PluginScope = { resource: string; action: 'read' | 'write'; fields: string[] };

/** Scopes plugins can have: those that some capability asks for, and nothing that administers Rapport. */
export const scopesOf = (capabilities: readonly Capability[]): ReadonlySet<string> =>
  new Set(capabilities.flatMap(({ scope }) => scope ?? []));

/** `undefined` when the text does not read as a scope; whether plugins can have it is for `scopesOf` to say. `hook:<name>` is the resource `hook:<name>`, to read. */
export const parseScope = (text: string): PluginScope | undefined => {
  if (text.startsWith('hook:'))
    return hookNamed(text.slice('hook:'.length)) ? { resource: text, action: 'read', fields: [] } : undefined;
  const match = /^([a-z]+):(read|write)(?:\[([A-Za-z,]+)\])?$/.exec(text);
  if (!match) return;
  const [, resource, action, list] = match as unknown as [string, Resource, 'read' | 'write', string | undefined];
  if (!resources.includes(resource)) return;
  const fields = list?.split(',') ?? [];
  if (fields.length > 0 && (resource !== 'customers' || action !== 'read')) return;
  if (fields.some((field) => !personalFields.includes(field))) return;
  return { resource, action, fields };
};

/** The hooks a manifest provides. */
const hooksProvided = ({ provides }: Manifest): HookSpec[] =>
  hooks.filter((hook) => offersOf(hook, provides).length > 0);

/** `personal`: members that say who somebody is and come in clear with it. */
export type ScopeAsked = { scope: string; reason: LocalText; required: boolean; personal: string[] };

/** What a manifest asks for, required first. A hook it provides is asked for even where the manifest does not say so. */
export const scopesAsked = (manifest: Manifest): ScopeAsked[] => {
  const { required = [], optional = [] } = manifest.scopes ?? {};
  const written = new Set([...required, ...optional].map(({ scope }) => scope));
  const implied = hooksProvided(manifest)
    .map(({ scope, summary }) => ({ scope, reason: summary }))
    .filter(({ scope }) => !written.has(scope));
  return [
    ...[...required, ...implied].map((asked) => ({ ...asked, required: true })),
    ...optional.map((asked) => ({ ...asked, required: false })),
  ].map((asked) => ({ ...asked, personal: personalIn(asked.scope) }));
};

/** The scopes an administrator grants: those chosen, or all that are required. Throws CONSENT_INCOMPLETE with a pointer. */
export const chooseScopes = (manifest: Manifest, chosen: readonly string[] | undefined): string[] => {
  const asked = scopesAsked(manifest);
  const required = asked.filter((entry) => entry.required).map(({ scope }) => scope);
  const granted = [...new Set(chosen ?? required)];
  const strange = granted.find((scope) => !asked.some((entry) => entry.scope === scope));
  if (strange !== undefined)
    throw new ConsentIncomplete(`${manifest.id} does not ask for ${strange}.`, {
      pointer: `/scopes/${chosen!.indexOf(strange)}`,
    });
  const missing = required.find((scope) => !granted.includes(scope));
  if (missing) throw new ConsentIncomplete(`${manifest.id} cannot do without ${missing}.`, { pointer: '/scopes' });
  return granted;
};

const personalIn = (scope: string): string[] => [
  ...(parseScope(scope)?.fields ?? []),
  ...(hooks.find((hook) => hook.scope === scope)?.personal ?? []),
];

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

/** It sees personal data in clear and reaches hosts or sends mail: the consent screen says so. */
export const canSendPersonalDataOut = (manifest: Manifest): boolean => {
  const asked = scopesAsked(manifest);
  const way = (manifest.hosts?.length ?? 0) > 0 || asked.some(({ scope }) => scope === 'messages:write');
  return way && asked.some(({ personal }) => personal.length > 0);
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
    if (node === null || typeof node !== 'object') return node;
    if (Array.isArray(node)) return node.map(walk);
    // Copied as a whole, then changed where it must be: a batch has thousands of these.
    const copy: Record<string, unknown> = { ...node };
    const isProduct = 'sku' in copy;
    for (const key of Object.keys(copy)) {
      const member = copy[key];
      if (member !== null && typeof member === 'object') copy[key] = walk(member);
      else if (hidden.has(key) && !(isProduct && key === 'name')) copy[key] = hide(key, member);
    }
    return copy;
  };
  return walk(value) as T;
};

/** The input of a hook as a plugin may see it: masked, but for the members that the hook gives as they are. */
export const maskInput = (hook: HookSpec, input: unknown, granted: ReadonlySet<string>): unknown => {
  const masked = maskPersonal(input, granted);
  const plain = [...hook.personal, ...hook.asGiven];
  if (plain.length === 0) return masked;
  const given = Object.entries(input as object).filter(([name]) => plain.includes(name));
  return { ...(masked as object), ...Object.fromEntries(given) };
};
