// Makes tokens. Only their hashes are kept; the text is handed out once.
import type { Clock, Ids, Random } from '../../clock.ts';
import type { Db } from '../../data/database.ts';
import { hashSecret, newSecret } from '../secrets.ts';
import { createTokenStore, type TokenRow } from '../token-store.ts';

export const tokenLifetimes = { codeMs: 60_000, accessMs: 3600_000, refreshMs: 30 * 24 * 3600_000 };

export type Issue = {
  clientId: string;
  userId: string | null;
  grantId: string | null;
  family?: string;
  scopes: readonly string[];
  /** Scopes of the refresh token, which keeps the first ones when an access token asks for fewer; none without it. */
  refreshScopes?: readonly string[];
};

export type IssuedTokens = { accessToken: string; accessExpiresAt: number; refreshToken?: string };

export const createTokens = (deps: { clock: Clock; ids: Ids; random: Random }) => ({
  issue: async (trx: Db, request: Issue): Promise<IssuedTokens> => {
    const now = deps.clock.now();
    const accessToken = newSecret(deps.random, 'rap_at');
    const refreshToken = request.refreshScopes && newSecret(deps.random, 'rap_rt');
    const common = {
      family: request.family ?? deps.ids.next(),
      client_id: request.clientId,
      user_id: request.userId,
      grant_id: request.grantId,
      created_at: now,
      used_at: null,
      revoked_at: null,
    };
    const accessExpiresAt = now + tokenLifetimes.accessMs;
    const rows: TokenRow[] = [
      {
        ...common,
        hash: hashSecret(accessToken),
        kind: 'access',
        scopes: request.scopes.join(' '),
        expires_at: accessExpiresAt,
      },
    ];
    if (refreshToken && request.refreshScopes)
      rows.push({
        ...common,
        hash: hashSecret(refreshToken),
        kind: 'refresh',
        scopes: request.refreshScopes.join(' '),
        expires_at: now + tokenLifetimes.refreshMs,
      });
    await createTokenStore(trx).insert(rows);
    return { accessToken, accessExpiresAt, refreshToken };
  },
});

export type Tokens = ReturnType<typeof createTokens>;
