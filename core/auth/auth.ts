// Access, put together: people, sessions, OAuth apps and tokens, and the middleware that knows who is asking.
import type { Middleware } from 'koa';
import type { Served } from '../http/serve.ts';
import type { Platform } from '../platform.ts';
import { createAccounts } from './accounts.ts';
import { createAttempts } from './attempts.ts';
import { createAuthenticate } from './authenticate.ts';
import { createBearer } from './bearer.ts';
import { createSessionCookie } from './cookie.ts';
import { createCutoff } from './cutoff.ts';
import { linkRoutes } from './link-pages.ts';
import { createLogin } from './login.ts';
import { createAccountMail } from './mail.ts';
import { createClients } from './oauth/clients.ts';
import { createGrants } from './oauth/grants.ts';
import { oauthRoutes } from './oauth/routes.ts';
import { createTokens } from './oauth/tokens.ts';
import { createPasswords } from './passwords.ts';
import { authRoutes } from './routes.ts';
import { createSessions } from './sessions.ts';
import { createStrategies } from './strategies.ts';
import { createUsers, type FirstOwner } from './users.ts';

export const createAuth = (platform: Platform) => {
  const { database, clock, ids, random, config, log, generations } = platform;
  const passwords = createPasswords({ random, cost: config.passwordCost });
  const bearer = createBearer({ database, generations, clock });
  const cutoff = createCutoff({ clock, generations });
  const sessions = createSessions({ database, clock, ids, random });
  const attempts = createAttempts({ db: database.writer, clock });
  const users = createUsers({ platform, passwords, cutoff });
  const strategies = createStrategies({ platform, passwords });
  const login = createLogin({ platform, strategies, attempts, sessions });
  const mail = createAccountMail({ config, log });
  const accounts = createAccounts({ platform, users, passwords, sessions, cutoff, mail });
  const clients = createClients({ platform, cutoff });
  const grants = createGrants({ platform, cutoff });
  const tokens = createTokens({ clock, ids, random });
  const cookie = createSessionCookie(config);
  const authenticate: Middleware = createAuthenticate({ bearer, sessions, cookie });
  const served: Served[] = [
    ...authRoutes({ login, users, accounts, sessions, clients, grants, cookie }),
    ...linkRoutes({ accounts, cookie, log }),
    ...oauthRoutes({ platform, clients, tokens, cutoff, cookie, login, sessions, users }),
  ];
  let firstOwner: FirstOwner | undefined;
  return {
    users,
    accounts,
    sessions,
    clients,
    tokens,
    grants,
    bearer,
    cookie,
    authenticate,
    served,
    newPassword: users.newPassword,
    /** Makes the first account of an empty installation. */
    start: async (): Promise<void> => {
      firstOwner = await users.ensureOwner();
    },
    /** The first account with its made-up password, once: whoever asks must show it to a person and nowhere else. */
    takeFirstOwner: (): FirstOwner | undefined => {
      const taken = firstOwner;
      firstOwner = undefined;
      return taken;
    },
  };
};

export type Auth = ReturnType<typeof createAuth>;
