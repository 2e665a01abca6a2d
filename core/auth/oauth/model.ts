// What @node-oauth/oauth2-server asks of us, over one transaction and one authenticated client. The library runs the grants
// and checks PKCE; who the client is was settled before (client-auth.ts). Expiry is by our clock, shown to it in its own time.

import OAuth2Server from '@node-oauth/oauth2-server';
import type { Scope } from '@rapport/sdk';
import type { Db } from '../../data/database.ts';
import type { Platform } from '../../platform.ts';
import type { Cutoff } from '../cutoff.ts';
import type { Members } from '../forms.ts';
import { scopesOfRole } from '../roles.ts';
import { hashSecret, newSecret } from '../secrets.ts';
import { createTokenStore } from '../token-store.ts';
import { createUserStore } from '../user-store.ts';
import { type ClientRow, grantsOf, redirectUrisOf, scopesOf } from './client-store.ts';
import { matchesRedirect } from './redirects.ts';
import { type Tokens, tokenLifetimes } from './tokens.ts';

const { InvalidGrantError, InvalidScopeError } = OAuth2Server;

type Model = OAuth2Server.AuthorizationCodeModel & OAuth2Server.RefreshTokenModel & OAuth2Server.ClientCredentialsModel;
/** Where the tokens of this request belong. */
type Lineage = { family: string; grantId: string; refreshScopes: string[] };

export const createGrantModel = (deps: {
  platform: Platform;
  cutoff: Cutoff;
  tokens: Tokens;
  trx: Db;
  client: ClientRow;
  members: Members;
}): Model => {
  const { platform, cutoff, tokens, trx, client, members } = deps;
  const { clock, ids, random, audit } = platform;
  const store = createTokenStore(trx);
  const known: OAuth2Server.Client = { id: client.id, grants: grantsOf(client), redirectUris: redirectUrisOf(client) };
  const now = clock.now();
  const inLibraryTime = (at: number): Date => new Date(Date.now() + (at - now));
  let lineage: Lineage | undefined;

  const record = (action: string, details: Record<string, unknown> = {}) =>
    audit.record(trx, {
      actor: { kind: 'client', id: client.id },
      action,
      subject: { kind: 'client', id: client.id },
      details,
    });
  /** Somebody else has, or had, the code or token: everything that came of it ends. */
  const endFamily = async (family: string, what: 'code' | 'refresh token'): Promise<void> => {
    await cutoff.family(trx, family);
    await record('token.reuse-detected', { what });
  };
  const isActive = async (userId: string | null): Promise<boolean> =>
    userId !== null && (await createUserStore(trx).find(userId))?.status === 'active';

  return {
    getClient: async () => known,
    getAccessToken: async () => undefined,
    getUserFromClient: async () => ({ id: null }),
    validateRedirectUri: async (uri) => matchesRedirect(uri, redirectUrisOf(client)),

    validateScope: async (user, _client, requested) => {
      const allowed = scopesOf(client);
      const wanted = requested ?? allowed;
      if (wanted.length === 0 || wanted.some((scope) => !allowed.includes(scope))) return false;
      if (user.id === null) return wanted;
      // Of what the app asks, the user gives what they hold.
      const account = await createUserStore(trx).find(user.id as string);
      const held = account ? scopesOfRole(account.role) : new Set<Scope>();
      const given = wanted.filter((scope) => held.has(scope as Scope));
      return given.length > 0 && given;
    },

    generateAuthorizationCode: async () => newSecret(random, 'rap_ac'),
    saveAuthorizationCode: async (code, _client, user) => {
      const userId = user.id as string;
      const scopes = (code.scope ?? []).join(' ');
      const grant = {
        id: ids.next(),
        client_id: client.id,
        user_id: userId,
        scopes,
        created_at: now,
        last_used_at: null,
      };
      const grantId = await store.saveGrant(grant);
      await store.insertCode({
        hash: hashSecret(code.authorizationCode),
        client_id: client.id,
        user_id: userId,
        grant_id: grantId,
        family: ids.next(),
        redirect_uri: members.redirect_uri ?? null,
        scopes,
        code_challenge: code.codeChallenge!,
        created_at: now,
        expires_at: now + tokenLifetimes.codeMs,
        used_at: null,
      });
      await audit.record(trx, {
        actor: { kind: 'user', id: userId },
        action: 'grant.given',
        subject: { kind: 'grant', id: grantId },
        details: { client: client.id, scopes: code.scope },
      });
      return { ...code, client: known, user };
    },
    getAuthorizationCode: async (code) => {
      const row = await store.findCode(hashSecret(code));
      if (!row || row.client_id !== client.id) return undefined;
      if (row.used_at !== null) {
        await endFamily(row.family, 'code');
        return undefined;
      }
      if (row.expires_at <= now || !(await isActive(row.user_id))) return undefined;
      const scope = row.scopes.split(' ');
      lineage = { family: row.family, grantId: row.grant_id, refreshScopes: scope };
      return {
        authorizationCode: code,
        expiresAt: inLibraryTime(row.expires_at),
        // Compared in revokeAuthorizationCode: the library answers a mismatch with the wrong error.
        redirectUri: '',
        scope,
        codeChallenge: row.code_challenge,
        codeChallengeMethod: 'S256',
        client: known,
        user: { id: row.user_id, redirectUri: row.redirect_uri },
      };
    },
    revokeAuthorizationCode: async (code) => {
      if (!(await store.takeCode(hashSecret(code.authorizationCode), now))) {
        if (lineage) await endFamily(lineage.family, 'code');
        return false;
      }
      const expected = code.user.redirectUri as string | null;
      if (expected !== null && members.redirect_uri !== expected)
        throw new InvalidGrantError('The redirect_uri differs from the one the code was asked for with.');
      return true;
    },

    getRefreshToken: async (token) => {
      const row = await store.find(hashSecret(token));
      if (row?.kind !== 'refresh' || row.client_id !== client.id) return undefined;
      if (row.used_at !== null) {
        await endFamily(row.family, 'refresh token');
        return undefined;
      }
      if (row.revoked_at !== null || row.expires_at <= now || !(await isActive(row.user_id))) return undefined;
      const scope = row.scopes.split(' ');
      // Before the token is taken: asking for too much must not cost it.
      if (members.scope?.split(' ').some((wanted) => wanted !== '' && !scope.includes(wanted)))
        throw new InvalidScopeError('The scope is wider than what was granted.');
      lineage = { family: row.family, grantId: row.grant_id!, refreshScopes: scope };
      const refreshTokenExpiresAt = inLibraryTime(row.expires_at);
      return { refreshToken: token, refreshTokenExpiresAt, scope, client: known, user: { id: row.user_id } };
    },
    revokeToken: async (token) => {
      if (await store.takeRefresh(hashSecret(token.refreshToken), now)) return true;
      if (lineage) await endFamily(lineage.family, 'refresh token');
      return false;
    },

    saveToken: async (token, _client, user) => {
      const scopes = token.scope ?? [];
      const issued = await tokens.issue(trx, {
        clientId: client.id,
        userId: user.id as string | null,
        grantId: lineage?.grantId ?? null,
        family: lineage?.family,
        scopes,
        refreshScopes: lineage && grantsOf(client).includes('refresh_token') ? lineage.refreshScopes : undefined,
      });
      if (lineage) await store.touchGrant(lineage.grantId, now);
      await record('token.issued', { grant: members.grant_type, user: user.id as string | null, scopes });
      const accessTokenExpiresAt = inLibraryTime(issued.accessExpiresAt);
      const { accessToken, refreshToken } = issued;
      return { accessToken, accessTokenExpiresAt, refreshToken, scope: scopes, client: known, user };
    },
  };
};
