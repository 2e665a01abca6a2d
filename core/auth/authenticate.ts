// Who is asking: a bearer token, or the session cookie. Refuses bad tokens, leaves anonymous alone. What an actor may do is
// decided from the route's contract (http/app.ts), not here.
import type { Context, Middleware } from 'koa';
import { CsrfRefused, type Failure, InvalidRequest, Unauthenticated } from '../errors.ts';
import type { Actor } from '../http/actor.ts';
import type { Bearer } from './bearer.ts';
import type { SessionCookie } from './cookie.ts';
import { scopesOfRole } from './roles.ts';
import { sameSecret } from './secrets.ts';
import type { Sessions, SignedIn } from './sessions.ts';

export const createAuthenticate =
  (deps: { bearer: Bearer; sessions: Sessions; cookie: SessionCookie }): Middleware =>
  async (ctx, next) => {
    // The OAuth endpoints read Authorization as client credentials and protect their own forms.
    if (!ctx.path.startsWith('/oauth/')) {
      const header = ctx.get('authorization');
      if (/^bearer(\s|$)/i.test(header)) ctx.state.actor = await byToken(deps.bearer, header);
      else await bySession(ctx, deps);
    }
    await next();
  };

const byToken = async (bearer: Bearer, header: string): Promise<Actor> => {
  const token = /^bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1];
  if (token === undefined)
    throw new InvalidRequest('The Authorization header is malformed.', challenge('invalid_request'));
  const actor = await bearer.find(token);
  if (!actor) throw new Unauthenticated('The token is not valid, or not any more.', challenge('invalid_token'));
  return actor;
};

const challenge = (error: string) => ({
  headers: { 'WWW-Authenticate': `Bearer realm="rapport", error="${error}"`, 'Cache-Control': 'no-store' },
});

const bySession = async (ctx: Context, deps: { sessions: Sessions; cookie: SessionCookie }): Promise<void> => {
  const secret = deps.cookie.read(ctx);
  if (secret === undefined) return;
  const session = await deps.sessions.find(secret);
  if (!session) return;
  const refusal = safeMethods.has(ctx.method) ? undefined : refusalOf(ctx, session, deps.cookie);
  // A write without proof is nobody's: public routes go on without the cookie, the others answer with the refusal.
  if (refusal) ctx.state.refusal = refusal;
  else ctx.state.actor = toActor(session);
};

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

const refusalOf = (ctx: Context, session: SignedIn, cookie: SessionCookie): Failure | undefined => {
  if (!cookie.isOwnOrigin(ctx)) return new CsrfRefused('The Origin is not this site.');
  const given = ctx.get('x-csrf-token');
  if (given === '') return new CsrfRefused('Send the csrfToken of GET /me as X-CSRF-Token.');
  return sameSecret(given, session.csrfToken) ? undefined : new CsrfRefused('The CSRF token is not of this session.');
};

export const toActor = (session: SignedIn): Actor => ({
  kind: 'user',
  id: session.user_id,
  name: session.name,
  role: session.role,
  scopes: scopesOfRole(session.role),
  sessionId: session.id,
});
