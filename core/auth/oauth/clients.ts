// OAuth apps: registering, changing, secrets. Nobody makes an app stronger than themselves.
import type { Scope } from '@rapport/sdk';
import type { Client, ClientChange, ClientGrant, NewClient } from '@rapport/sdk/schemas';
import { toIso, toIsoOrNull } from '../../data/column.ts';
import type { Db } from '../../data/database.ts';
import type { Page } from '../../data/page.ts';
import { transact } from '../../data/transact.ts';
import { ClientNotFound, InvalidClientSettings, InvalidRequest, ScopeNotHeld } from '../../errors.ts';
import type { Actor } from '../../http/actor.ts';
import type { Platform } from '../../platform.ts';
import type { Cutoff } from '../cutoff.ts';
import { hashSecret, newSecret, sameSecret } from '../secrets.ts';
import { type ClientRow, createClientStore, grantsOf, redirectUrisOf, scopesOf } from './client-store.ts';
import { problemOfRedirect } from './redirects.ts';

export const createClients = (deps: { platform: Platform; cutoff: Cutoff }) => {
  const { database, audit, clock, ids, random } = deps.platform;

  const get = async (db: Db, id: string): Promise<ClientRow> => {
    const row = await createClientStore(db).find(id);
    if (!row) throw new ClientNotFound(id);
    return row;
  };
  const change = (id: string, actor: Actor, work: (trx: Db, row: ClientRow) => Promise<void>): Promise<void> =>
    transact(database.writer, async (trx) => {
      const row = await get(trx, id);
      mustHold(actor, scopesOf(row));
      await work(trx, row);
    });
  const record = (trx: Db, actor: Actor, action: string, id: string, details: Record<string, unknown> = {}) =>
    audit.record(trx, { actor, action, subject: { kind: 'client', id }, details });

  return {
    list: async (options: { limit: number; cursor?: string }): Promise<Page<Client>> => {
      const found = await createClientStore(database.reader).list(options);
      return { ...found, data: found.data.map(toClient) };
    },
    get: async (id: string): Promise<Client> => toClient(await get(database.reader, id)),
    create: async (input: NewClient, actor: Actor): Promise<{ client: Client; clientSecret: string | null }> => {
      mustHold(actor, input.scopes);
      const kind = input.kind ?? 'confidential';
      const clientSecret = kind === 'confidential' ? newSecret(random, 'rap_cs') : null;
      const now = clock.now();
      const row: ClientRow = {
        id: ids.next(),
        name: input.name,
        kind,
        secret_hash: clientSecret === null ? null : hashSecret(clientSecret),
        grants: input.grants.join(' '),
        scopes: input.scopes.join(' '),
        redirect_uris: (input.redirectUris ?? []).join(' '),
        status: 'active',
        created_at: now,
        secret_changed_at: clientSecret === null ? null : now,
      };
      mustFit(row);
      await transact(database.writer, async (trx) => {
        await createClientStore(trx).insert(row);
        await record(trx, actor, 'client.created', row.id, { kind, grants: input.grants, scopes: input.scopes });
      });
      return { client: toClient(row), clientSecret };
    },
    change: async (id: string, input: ClientChange, actor: Actor): Promise<Client> => {
      await change(id, actor, async (trx, row) => {
        mustHold(actor, input.scopes ?? []);
        const next: ClientRow = {
          ...row,
          ...(input.name !== undefined && { name: input.name }),
          ...(input.grants && { grants: input.grants.join(' ') }),
          ...(input.scopes && { scopes: input.scopes.join(' ') }),
          ...(input.redirectUris && { redirect_uris: input.redirectUris.join(' ') }),
          ...(input.status && { status: input.status }),
        };
        mustFit(next);
        await createClientStore(trx).update(id, next);
        const narrowed = input.scopes !== undefined && scopesOf(row).some((s) => !input.scopes?.includes(s as Scope));
        if (next.status === 'disabled' || narrowed) await deps.cutoff.client(trx, id);
        else await deps.cutoff.forget(trx);
        await record(trx, actor, 'client.updated', id, { changed: Object.keys(input) });
      });
      return toClient(await get(database.writer, id));
    },
    delete: (id: string, actor: Actor): Promise<void> =>
      change(id, actor, async (trx) => {
        await createClientStore(trx).delete(id);
        await deps.cutoff.forget(trx);
        await record(trx, actor, 'client.deleted', id);
      }),
    rotateSecret: async (id: string, actor: Actor): Promise<{ client: Client; clientSecret: string | null }> => {
      const clientSecret = newSecret(random, 'rap_cs');
      await change(id, actor, async (trx, row) => {
        if (row.kind === 'public') throw new InvalidClientSettings('A public app has no secret.');
        const changed = { secret_hash: hashSecret(clientSecret), secret_changed_at: clock.now() };
        await createClientStore(trx).update(id, changed);
        await record(trx, actor, 'client.secret-rotated', id);
      });
      return { client: toClient(await get(database.writer, id)), clientSecret };
    },
    /** The app with this id, if it may be used at all. */
    findActive: async (db: Db, id: string): Promise<ClientRow | undefined> => {
      const row = await createClientStore(db).find(id);
      return row?.status === 'active' ? row : undefined;
    },
    /** True when the secret is the app's; always false for a public app. */
    hasSecret: (row: ClientRow, secret: string): boolean =>
      row.secret_hash !== null && sameSecret(hashSecret(secret), row.secret_hash),
  };
};

export type Clients = ReturnType<typeof createClients>;

const toClient = (row: ClientRow): Client => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  grants: grantsOf(row),
  scopes: scopesOf(row),
  redirectUris: redirectUrisOf(row),
  status: row.status,
  createdAt: toIso(row.created_at),
  secretChangedAt: toIsoOrNull(row.secret_changed_at),
});

const mustHold = (actor: Actor, scopes: readonly string[]): void => {
  if (actor.kind === 'system') return;
  const missing = scopes.filter((scope) => !actor.scopes.has(scope as Scope));
  if (missing.length > 0) throw new ScopeNotHeld(missing.join(', '), { pointer: '/scopes' });
};

const mustFit = (row: ClientRow): void => {
  const grants = new Set<ClientGrant>(grantsOf(row));
  const uris = redirectUrisOf(row);
  uris.forEach((uri, i) => {
    const problem = problemOfRedirect(uri);
    if (problem) throw new InvalidRequest(problem, { pointer: `/redirectUris/${i}` });
  });
  const refuse = (detail: string, pointer: string): never => {
    throw new InvalidClientSettings(detail, { pointer });
  };
  if (grants.has('authorization_code') && uris.length === 0)
    refuse('The authorization_code grant needs at least one redirect address.', '/redirectUris');
  if (grants.has('refresh_token') && !grants.has('authorization_code'))
    refuse('The refresh_token grant goes with authorization_code.', '/grants');
  if (grants.has('client_credentials') && row.kind === 'public')
    refuse('A public app has no secret, so it cannot use client_credentials.', '/grants');
};
