// Signing in, people, apps and grants over HTTP. The OAuth 2 endpoints are in oauth/routes.ts.
import * as routes from '@rapport/sdk/routes';
import type { Me } from '@rapport/sdk/schemas';
import type { Context } from 'koa';
import { CsrfRefused, GrantNotFound, SessionNotFound } from '../errors.ts';
import { type Served, serve } from '../http/serve.ts';
import type { Accounts } from './accounts.ts';
import type { SessionCookie } from './cookie.ts';
import { type Login, visitorOf } from './login.ts';
import type { Clients } from './oauth/clients.ts';
import type { Grants } from './oauth/grants.ts';
import { describeRoles, scopesOfRole } from './roles.ts';
import { csrfTokenOf } from './secrets.ts';
import type { Sessions } from './sessions.ts';
import { toUser, type Users } from './users.ts';

export type AuthServices = {
  login: Login;
  users: Users;
  accounts: Accounts;
  sessions: Sessions;
  clients: Clients;
  grants: Grants;
  cookie: SessionCookie;
};

const defaultLimit = 50;
const done = { status: 'done' as const };
const noStore = (ctx: Context): void => ctx.set('Cache-Control', 'no-store');

export const authRoutes = (auth: AuthServices): Served[] => [...ownRoutes(auth), ...adminRoutes(auth)];

const ownRoutes = ({ login, users, accounts, sessions, grants, cookie }: AuthServices): Served[] => {
  const me = async (userId: string, csrfToken: string): Promise<Me> => {
    const user = await users.get(userId);
    return { user, scopes: [...scopesOfRole(user.role)], csrfToken };
  };
  return [
    serve(routes.login, async ({ body, ctx }) => {
      noStore(ctx);
      if (!cookie.isOwnOrigin(ctx)) throw new CsrfRefused('The Origin is not this site.');
      const { secret, csrfToken, user } = await login.signIn(ctx, 'local', body);
      cookie.write(ctx, secret);
      return { user: toUser(user), scopes: [...scopesOfRole(user.role)], csrfToken };
    }),
    serve(routes.logout, async ({ actor, ctx }) => {
      await sessions.end(actor.sessionId!, actor.id);
      cookie.clear(ctx);
    }),
    serve(routes.getMe, ({ actor, ctx }) => {
      noStore(ctx);
      return me(actor.id, csrfTokenOf(cookie.read(ctx)!));
    }),
    serve(routes.changeMe, ({ actor, body }) => users.rename(actor.id, body.name)),
    serve(routes.changePassword, async ({ actor, body, ctx }) => {
      noStore(ctx);
      const started = await accounts.changePassword(actor.id, body.currentPassword, body.password, visitorOf(ctx));
      cookie.write(ctx, started.secret);
      return me(actor.id, started.csrfToken);
    }),
    serve(routes.enrolTotp, ({ actor, body, ctx }) => {
      noStore(ctx);
      return accounts.enrolTotp(actor.id, body.password);
    }),
    serve(routes.confirmTotp, ({ actor, body }) => accounts.confirmTotp(actor.id, body.code)),
    serve(routes.disableTotp, ({ actor, body }) => accounts.disableTotp(actor.id, body.password)),
    serve(routes.listSessions, async ({ actor }) => ({ data: await sessions.list(actor.id, actor.sessionId) })),
    serve(routes.endSession, async ({ actor, params }) => {
      if (!(await sessions.end(params.id, actor.id))) throw new SessionNotFound(params.id);
    }),
    serve(routes.listGrants, async ({ actor }) => ({ data: await grants.list(actor.id) })),
    serve(routes.revokeGrant, async ({ actor, params }) => {
      if (!(await grants.revoke(params.id, actor.id))) throw new GrantNotFound(params.id);
    }),
    serve(routes.acceptInvitation, async ({ body }) => {
      await accounts.acceptInvitation(body.token, body.password, body.name);
      return done;
    }),
    serve(routes.requestPasswordReset, async ({ body }) => {
      await accounts.requestReset(body.email);
      return done;
    }),
    serve(routes.confirmPasswordReset, async ({ body }) => {
      await accounts.confirmReset(body.token, body.password);
      return done;
    }),
  ];
};

const adminRoutes = ({ users, accounts, clients }: AuthServices): Served[] => [
  serve(routes.listRoles, () => ({ data: describeRoles() })),
  serve(routes.listUsers, ({ query }) => users.list({ ...query, limit: query.limit ?? defaultLimit })),
  serve(routes.createUser, ({ body, actor }) => users.create(body, actor)),
  serve(routes.getUser, ({ params }) => users.get(params.id)),
  serve(routes.changeUser, ({ params, body, actor }) => users.change(params.id, body, actor)),
  serve(routes.createResetLink, ({ params, actor, ctx }) => {
    noStore(ctx);
    return accounts.createResetLink(params.id, actor);
  }),
  serve(routes.invite, ({ body, actor, ctx }) => {
    noStore(ctx);
    return accounts.invite(body, actor);
  }),
  serve(routes.listClients, ({ query }) => clients.list({ ...query, limit: query.limit ?? defaultLimit })),
  serve(routes.createClient, ({ body, actor, ctx }) => {
    noStore(ctx);
    return clients.create(body, actor);
  }),
  serve(routes.getClient, ({ params }) => clients.get(params.id)),
  serve(routes.changeClient, ({ params, body, actor }) => clients.change(params.id, body, actor)),
  serve(routes.deleteClient, ({ params, actor }) => clients.delete(params.id, actor)),
  serve(routes.rotateClientSecret, ({ params, actor, ctx }) => {
    noStore(ctx);
    return clients.rotateSecret(params.id, actor);
  }),
];
