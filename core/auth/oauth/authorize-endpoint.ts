// /oauth/authorize: sign in first, then consent, then back to the app with a code. Works without the console.
import OAuth2Server from '@node-oauth/oauth2-server';
import type { Context } from 'koa';
import { transact } from '../../data/transact.ts';
import { InvalidCredentials, TooManyRequests, TotpRequired } from '../../errors.ts';
import { Reply } from '../../http/serve.ts';
import { noStore, Refusal, readForm, toRefusal } from '../forms.ts';
import type { Login } from '../login.ts';
import { refusalPage } from '../refusal-page.ts';
import { scopesOfRole } from '../roles.ts';
import { sameSecret } from '../secrets.ts';
import type { Sessions, SignedIn } from '../sessions.ts';
import type { Users } from '../users.ts';
import { type AuthorizationRequest, RedirectedRefusal, readAuthorization } from './authorization.ts';
import { createGrantModel } from './model.ts';
import { consentPage, signInPage } from './pages.ts';
import { withQuery } from './redirects.ts';
import { type TokenDeps, toRefusalValue } from './token-endpoint.ts';

export type AuthorizeDeps = TokenDeps & { login: Login; sessions: Sessions; users: Users };

export const createAuthorizeEndpoint = (deps: AuthorizeDeps) => {
  const { platform, clients, tokens, cutoff, cookie, login, sessions, users } = deps;
  const db = platform.database.writer;

  const read = (ctx: Context, query: string): Promise<AuthorizationRequest> =>
    readAuthorization(query, { db, clients, iss: cookie.publicUrl(ctx) });

  const findSession = async (ctx: Context): Promise<SignedIn | undefined> => {
    const secret = cookie.read(ctx);
    return secret === undefined ? undefined : sessions.find(secret);
  };

  const askConsent = async (
    ctx: Context,
    query: string,
    request: AuthorizationRequest,
    session: SignedIn,
    stale = false,
  ) => {
    const held = scopesOfRole(session.role);
    const scopes = request.scopes.filter((scope) => held.has(scope));
    if (scopes.length === 0) throw refuse(ctx, request, 'access_denied', 'The account holds none of the scopes.');
    const { email } = await users.get(session.user_id);
    return consentPage(ctx, {
      query,
      csrf: session.csrfToken,
      client: request.client.name,
      scopes,
      narrowed: scopes.length < request.scopes.length,
      account: email,
      redirectUri: request.redirectUri,
      stale,
    });
  };

  const refuse = (ctx: Context, request: AuthorizationRequest, error: string, description: string): RedirectedRefusal =>
    new RedirectedRefusal(request.redirectUri, error, description, request.state, cookie.publicUrl(ctx));

  const issueCode = (request: AuthorizationRequest, session: SignedIn): Promise<string | Refusal> =>
    transact(db, async (trx) => {
      const { client, members } = request;
      const model = createGrantModel({ platform, cutoff, tokens, trx, client, members });
      const options = { allowEmptyState: true, authenticateHandler: { handle: () => ({ id: session.user_id }) } };
      // Only what was checked above goes in; the redirect is ours to build, the library's loses a query.
      const query = {
        response_type: 'code',
        client_id: client.id,
        redirect_uri: request.redirectUri,
        scope: request.scopes.join(' '),
        code_challenge: members.code_challenge!,
        code_challenge_method: 'S256',
      };
      const asked = new OAuth2Server.Request({ method: 'GET', headers: {}, query, body: {} });
      try {
        const code = await new OAuth2Server({ model }).authorize(asked, new OAuth2Server.Response(), options);
        return code.authorizationCode;
      } catch (error) {
        return toRefusalValue(error);
      }
    });

  /** Faults become a page or a redirect; never JSON, a person is looking. */
  const show = async (ctx: Context, work: () => Promise<Reply<unknown>>): Promise<Reply> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RedirectedRefusal) return goTo(error.location);
      return refusalPage(ctx, toRefusal(error, ctx, platform.log));
    }
  };

  return {
    page: (ctx: Context): Promise<Reply> =>
      show(ctx, async () => {
        const request = await read(ctx, ctx.querystring);
        const session = await findSession(ctx);
        if (!session) return signInPage(ctx, { query: ctx.querystring });
        return askConsent(ctx, ctx.querystring, request, session);
      }),

    signIn: (ctx: Context): Promise<Reply> =>
      show(ctx, async () => {
        const form = await readForm(ctx);
        if (!cookie.isOwnOrigin(ctx)) throw new Refusal('invalid_request', 'The form was sent from elsewhere.', 403);
        const query = form.request ?? '';
        await read(ctx, query);
        const { email = '', password = '', totp } = form;
        try {
          const started = await login.signIn(ctx, 'local', { email, password, totp });
          cookie.write(ctx, started.secret);
        } catch (error) {
          if (error instanceof TooManyRequests)
            return signInPage(ctx, { query, email, problem: 'wait', status: 429, retry: error.headers['Retry-After'] });
          if (error instanceof TotpRequired)
            return signInPage(ctx, { query, email, problem: 'totpRequired', status: 401 });
          if (error instanceof InvalidCredentials)
            return signInPage(ctx, { query, email, problem: 'wrong', status: 401 });
          throw error;
        }
        return goTo(`/oauth/authorize?${new URLSearchParams(query)}`);
      }),

    decide: (ctx: Context): Promise<Reply> =>
      show(ctx, async () => {
        const form = await readForm(ctx);
        const query = form.request ?? '';
        const request = await read(ctx, query);
        const session = await findSession(ctx);
        if (!session) return signInPage(ctx, { query, status: 401 });
        if (!cookie.isOwnOrigin(ctx) || !sameSecret(form.csrf ?? '', session.csrfToken))
          return askConsent(ctx, query, request, session, true);
        if (form.decision !== 'allow') throw refuse(ctx, request, 'access_denied', 'The person did not allow it.');
        const code = await issueCode(request, session);
        if (code instanceof Refusal) throw refuse(ctx, request, code.error, code.message);
        return goTo(withQuery(request.redirectUri, { code, state: request.state, iss: cookie.publicUrl(ctx) }));
      }),
  };
};

// 303, so that the browser does not send the form on to the app (RFC 9700 section 4.12).
const goTo = (location: string): Reply =>
  new Reply(undefined, { status: 303, headers: { ...noStore, Location: location } });
