// /oauth/token, /oauth/revoke (RFC 7009) and /oauth/introspect (RFC 7662).
import OAuth2Server from '@node-oauth/oauth2-server';
import type { ClientGrant } from '@rapport/sdk/schemas';
import type { Context } from 'koa';
import { transact } from '../../data/transact.ts';
import type { Platform } from '../../platform.ts';
import type { SessionCookie } from '../cookie.ts';
import type { Cutoff } from '../cutoff.ts';
import { type Members, Refusal, readForm } from '../forms.ts';
import { hashSecret } from '../secrets.ts';
import { createTokenStore } from '../token-store.ts';
import { createUserStore } from '../user-store.ts';
import { authenticateClient } from './client-auth.ts';
import { scopesOf } from './client-store.ts';
import type { Clients } from './clients.ts';
import { createGrantModel } from './model.ts';
import type { Tokens } from './tokens.ts';

export type TokenDeps = {
  platform: Platform;
  clients: Clients;
  tokens: Tokens;
  cutoff: Cutoff;
  cookie: SessionCookie;
};

export const createTokenEndpoint = (deps: TokenDeps) => {
  const { platform, clients, tokens, cutoff, cookie } = deps;
  const { database, audit, clock } = platform;
  const db = database.writer;

  const enter = async (ctx: Context) => {
    const form = await readForm(ctx);
    return { form, client: await authenticateClient(ctx, form, { db, clients }) };
  };

  return {
    issue: async (ctx: Context): Promise<unknown> => {
      const { form, client } = await enter(ctx);
      // A refusal is a value here, so that what it did (a code taken, a family ended) is committed; anything else rolls back.
      const outcome = await transact(db, async (trx) => {
        const model = createGrantModel({ platform, cutoff, tokens, trx, client, members: form });
        return runGrant(model, form, client.id);
      });
      if (outcome instanceof Refusal) throw outcome;
      return outcome;
    },

    revoke: async (ctx: Context): Promise<unknown> => {
      const { form, client } = await enter(ctx);
      if (form.token === undefined) throw new Refusal('invalid_request', 'The member token is missing.');
      const hash = hashSecret(form.token);
      await transact(db, async (trx) => {
        const row = await createTokenStore(trx).find(hash);
        // Unknown tokens and those of others get the same answer.
        if (row?.client_id !== client.id) return;
        if (row.kind === 'refresh') await cutoff.family(trx, row.family);
        else await cutoff.token(trx, hash);
        const actor = { kind: 'client' as const, id: client.id };
        await audit.record(trx, {
          actor,
          action: 'token.revoked',
          subject: { kind: 'client', id: client.id },
          details: { kind: row.kind },
        });
      });
      return {};
    },

    introspect: async (ctx: Context): Promise<unknown> => {
      const { form, client } = await enter(ctx);
      if (client.kind === 'public') throw new Refusal('invalid_client', 'A public app may not introspect.', 401);
      if (form.token === undefined) throw new Refusal('invalid_request', 'The member token is missing.');
      const row = await createTokenStore(db).find(hashSecret(form.token));
      const mayKnow = row?.client_id === client.id || scopesOf(client).includes('clients:read');
      const ended = !row || row.revoked_at !== null || row.used_at !== null || row.expires_at <= clock.now();
      if (ended || !mayKnow || !(await clients.findActive(db, row.client_id))) return { active: false };
      const user = row.user_id === null ? undefined : await createUserStore(db).find(row.user_id);
      if (row.user_id !== null && user?.status !== 'active') return { active: false };
      return {
        active: true,
        scope: row.scopes,
        client_id: row.client_id,
        sub: row.user_id ?? row.client_id,
        ...(user && { username: user.email }),
        ...(row.kind === 'access' && { token_type: 'Bearer' }),
        iat: Math.floor(row.created_at / 1000),
        exp: Math.floor(row.expires_at / 1000),
        iss: cookie.publicUrl(ctx),
      };
    },
  };
};

// The library asks for a secret unless told not to; ours was checked already.
const requireClientAuthentication: Record<ClientGrant, false> = {
  authorization_code: false,
  refresh_token: false,
  client_credentials: false,
};

const runGrant = async (
  model: ReturnType<typeof createGrantModel>,
  form: Members,
  clientId: string,
): Promise<Refusal | unknown> => {
  const { client_secret: _, ...rest } = form;
  if (form.grant_type === undefined) return new Refusal('invalid_request', 'The member grant_type is missing.');
  // The library still knows the password grant.
  if (!Object.hasOwn(requireClientAuthentication, form.grant_type))
    return new Refusal('unsupported_grant_type', `Offered: ${Object.keys(requireClientAuthentication).join(', ')}.`);
  const request = new OAuth2Server.Request({
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '1' },
    query: {},
    body: { ...rest, client_id: clientId },
  });
  const response = new OAuth2Server.Response();
  try {
    await new OAuth2Server({ model }).token(request, response, { requireClientAuthentication });
    return response.body;
  } catch (error) {
    return toRefusalValue(error);
  }
};

/** The library's refusals as ours; a failure of ours that it wrapped is thrown again as it was. */
export const toRefusalValue = (error: unknown): Refusal => {
  if (!(error instanceof OAuth2Server.OAuthError)) throw error;
  const inner = (error as { inner?: unknown }).inner;
  if (error.name === 'server_error') throw inner ?? error;
  return new Refusal(error.name, error.message.replaceAll('`', ''), error.name === 'invalid_client' ? 401 : 400);
};
