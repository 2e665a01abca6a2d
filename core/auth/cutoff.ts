// Ends access at once, on every node: of a user, a client, a grant or one family of tokens.
import type { Clock } from '../clock.ts';
import type { Db } from '../data/database.ts';
import type { Generations } from '../data/generations.ts';
import { accessGeneration } from './bearer.ts';
import { createSessionStore } from './session-store.ts';
import { createTokenStore } from './token-store.ts';

export const createCutoff = (deps: { clock: Clock; generations: Generations }) => {
  const forget = (trx: Db): Promise<void> => deps.generations.raise(trx, accessGeneration);
  const endTokens = async (trx: Db, where: { user_id?: string; client_id?: string; grant_id?: string }) => {
    const store = createTokenStore(trx);
    await store.revokeWhere(where, deps.clock.now());
    await store.deleteCodes(where);
    await forget(trx);
  };
  return {
    sessions: (trx: Db, userId: string): Promise<number> => createSessionStore(trx).deleteOf(userId),
    user: async (trx: Db, userId: string): Promise<void> => {
      await createSessionStore(trx).deleteOf(userId);
      await endTokens(trx, { user_id: userId });
    },
    client: (trx: Db, clientId: string): Promise<void> => endTokens(trx, { client_id: clientId }),
    grant: (trx: Db, grantId: string): Promise<void> => endTokens(trx, { grant_id: grantId }),
    family: async (trx: Db, family: string): Promise<number> => {
      const ended = await createTokenStore(trx).revokeWhere({ family }, deps.clock.now());
      await forget(trx);
      return ended;
    },
    token: async (trx: Db, hash: string): Promise<void> => {
      await createTokenStore(trx).revoke(hash, deps.clock.now());
      await forget(trx);
    },
    /** Roles or scopes changed: what the caches know is old. */
    forget,
  };
};

export type Cutoff = ReturnType<typeof createCutoff>;
