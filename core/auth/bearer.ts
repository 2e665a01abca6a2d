// The bearer check, on the path of every API call: a hash, then a small cache of a few seconds, then one read by primary key.
// Revoking clears the cache in this process; other nodes notice within `ttlMs`.
import type { Scope } from '@rapport/sdk';
import type { Clock } from '../clock.ts';
import type { Database } from '../data/database.ts';
import type { Actor } from '../http/actor.ts';
import { scopesOfRole } from './roles.ts';
import { hashSecret } from './secrets.ts';
import { createTokenStore } from './token-store.ts';

export const bearerCache = { ttlMs: 5000, entries: 5000 };

type Entry = { actor: Actor; until: number };

export const createBearer = (deps: { database: Database; clock: Clock }) => {
  const cache = new Map<string, Entry>();
  const store = createTokenStore(deps.database.reader);
  return {
    /** Who holds the token; undefined when it is unknown, expired, revoked, or its user or app is out. */
    find: async (token: string): Promise<Actor | undefined> => {
      const hash = hashSecret(token);
      const now = deps.clock.now();
      const kept = cache.get(hash);
      if (kept && kept.until > now) return kept.actor;
      cache.delete(hash);
      const row = await store.findAccess(hash);
      if (!row || row.revoked_at !== null || row.expires_at <= now || row.client_status !== 'active') return undefined;
      if (row.user_id !== null && row.user_status !== 'active') return undefined;
      // A token never does more than its user may now, whatever the role was when it was issued.
      const held = row.role === null ? undefined : scopesOfRole(row.role);
      const scopes = row.scopes.split(' ').filter((scope) => !held || held.has(scope as Scope)) as Scope[];
      const actor: Actor = {
        kind: 'client',
        id: row.client_id,
        name: row.client_name,
        scopes: new Set(scopes),
        ...(row.user_id !== null && { onBehalfOf: row.user_id }),
      };
      if (cache.size >= bearerCache.entries) cache.delete(cache.keys().next().value!);
      cache.set(hash, { actor, until: Math.min(now + bearerCache.ttlMs, row.expires_at) });
      return actor;
    },
    forget: (): void => cache.clear(),
  };
};

export type Bearer = ReturnType<typeof createBearer>;
