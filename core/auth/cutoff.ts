// Ends access at once: of a user, a client, a grant or one family of tokens. The caches forget after the commit.
import type { Clock } from '../clock.ts';
import type { Db } from '../data/database.ts';
import { afterCommit } from '../data/transact.ts';
import { createSessionStore } from './session-store.ts';
import { createTokenStore } from './token-store.ts';

export const createCutoff = (deps: { clock: Clock; forget: () => void }) => {
  const endTokens = async (trx: Db, where: { user_id?: string; client_id?: string; grant_id?: string }) => {
    const store = createTokenStore(trx);
    await store.revokeWhere(where, deps.clock.now());
    await store.deleteCodes(where);
    afterCommit(trx, deps.forget);
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
      afterCommit(trx, deps.forget);
      return ended;
    },
    token: async (trx: Db, hash: string): Promise<void> => {
      await createTokenStore(trx).revoke(hash, deps.clock.now());
      afterCommit(trx, deps.forget);
    },
    /** Roles or scopes changed: what the caches know is old. */
    forget: (trx: Db): void => afterCommit(trx, deps.forget),
  };
};

export type Cutoff = ReturnType<typeof createCutoff>;
