// The bearer check, on the path of every API call: a hash, then a small cache of a few seconds, then one read by primary key.
// What is cached holds while nobody's access changed, on any node: a token that was revoked there ends here at once.
import type { Scope } from '@rapport/sdk';
import type { Clock } from '../clock.ts';
import type { Database } from '../data/database.ts';
import type { Generations } from '../data/generations.ts';
import type { Actor } from '../http/actor.ts';
import { scopesOfRole } from './roles.ts';
import { hashSecret } from './secrets.ts';
import { createTokenStore } from './token-store.ts';

export const bearerCache = { ttlMs: 5000, entries: 5000 };

/** Raised when tokens, apps, or the roles and status of people change. */
export const accessGeneration = 'access';

type Entry = { actor: Actor; until: number; generation: number };

export const createBearer = (deps: { database: Database; generations: Generations; clock: Clock }) => {
  const cache = new Map<string, Entry>();
  const store = createTokenStore(deps.database.reader);
  return {
    /** Who holds the token; undefined when it is unknown, expired, revoked, or its user or app is out. */
    find: async (token: string): Promise<Actor | undefined> => {
      const hash = hashSecret(token);
      const now = deps.clock.now();
      await deps.generations.current();
      const generation = deps.generations.valueOf(accessGeneration);
      const kept = cache.get(hash);
      if (kept && kept.until > now && kept.generation === generation) return kept.actor;
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
      cache.set(hash, { actor, until: Math.min(now + bearerCache.ttlMs, row.expires_at), generation });
      return actor;
    },
  };
};

export type Bearer = ReturnType<typeof createBearer>;
