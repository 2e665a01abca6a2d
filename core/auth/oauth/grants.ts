// What users allowed apps to do: listing, and taking it back.
import type { GrantGiven } from '@rapport/sdk/schemas';
import { toIso, toIsoOrNull } from '../../data/column.ts';
import { transact } from '../../data/transact.ts';
import type { Platform } from '../../platform.ts';
import type { Cutoff } from '../cutoff.ts';
import { createTokenStore } from '../token-store.ts';

export const createGrants = (deps: { platform: Platform; cutoff: Cutoff }) => {
  const { database, audit } = deps.platform;
  return {
    list: async (userId: string): Promise<GrantGiven[]> =>
      (await createTokenStore(database.reader).listGrants(userId)).map((row) => ({
        id: row.id,
        client: { id: row.client_id, name: row.client_name },
        scopes: row.scopes.split(' '),
        createdAt: toIso(row.created_at),
        lastUsedAt: toIsoOrNull(row.last_used_at),
      })),
    /** Ends the grant with its codes and tokens; false when the user has no such grant. */
    revoke: (id: string, userId: string): Promise<boolean> =>
      transact(database.writer, async (trx) => {
        // Codes and tokens go with the row (foreign keys).
        if ((await createTokenStore(trx).deleteGrant(id, userId)) === 0) return false;
        await deps.cutoff.forget(trx);
        await audit.record(trx, {
          actor: { kind: 'user', id: userId },
          action: 'grant.revoked',
          subject: { kind: 'grant', id },
        });
        return true;
      }),
  };
};

export type Grants = ReturnType<typeof createGrants>;
