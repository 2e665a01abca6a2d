// Signing in: passport runs one strategy of the list, and around it, the same for each: the brute-force delay, the session, the audit.
import type { Context } from 'koa';
import { KoaPassport } from 'koa-passport';
import { transact } from '../data/transact.ts';
import { InvalidCredentials, InvalidRequest, TotpRequired } from '../errors.ts';
import type { Platform } from '../platform.ts';
import type { Attempts } from './attempts.ts';
import type { Sessions, StartedSession, Visitor } from './sessions.ts';
import type { Strategies } from './strategies.ts';
import { createUserStore, type UserRow } from './user-store.ts';
import { normaliseEmail } from './users.ts';

/** What the person sent. `email`, where the strategy asks for one, is the account that failures count against. */
export type Given = { email?: string } & Readonly<Record<string, string | undefined>>;

export type Login = ReturnType<typeof createLogin>;

export const visitorOf = (ctx: Context): Visitor => ({ address: ctx.ip, userAgent: ctx.get('user-agent') });

export const createLogin = (deps: {
  platform: Platform;
  strategies: Strategies;
  attempts: Attempts;
  sessions: Sessions;
}) => {
  const { platform, strategies, attempts, sessions } = deps;
  const { database, audit, clock } = platform;

  const passport = new KoaPassport();
  for (const [name, strategy] of Object.entries(strategies)) passport.use(name, strategy);

  /** The account the strategy found. Throws what the strategy threw, INVALID_CREDENTIALS where it only refused. */
  const authenticate = (ctx: Context, name: string, given: Given): Promise<UserRow> =>
    new Promise<UserRow>((resolve, reject) => {
      (ctx.request as { body?: unknown }).body = given;
      const done = (error: unknown, user?: unknown): void =>
        user ? resolve(user as UserRow) : reject(error ?? new InvalidCredentials());
      passport
        .authenticate(
          name,
          { session: false },
          done,
        )(ctx, async () => {})
        .then(() => reject(new Error(`The strategy ${name} neither signed in nor refused.`)), reject);
    });

  const start = (user: UserRow, from: Visitor): Promise<StartedSession & { user: UserRow }> =>
    transact(database.writer, async (trx) => {
      const change = { last_login_at: clock.now() };
      await createUserStore(trx).update(user.id, change);
      const session = await sessions.start(trx, user.id, from);
      await audit.record(trx, {
        actor: { kind: 'user', id: user.id },
        action: 'user.signed-in',
        subject: { kind: 'user', id: user.id },
        details: { address: from.address },
      });
      return { ...session, user: { ...user, ...change } };
    });

  // Only for accounts that exist: the audit is not a list of whatever strangers typed.
  const recordFailure = async (email: string | undefined, error: unknown): Promise<void> => {
    if (email === undefined || !(error instanceof InvalidCredentials || error instanceof TotpRequired)) return;
    const user = await createUserStore(database.writer).findByEmail(email);
    if (!user) return;
    await transact(database.writer, (trx) =>
      audit.record(trx, {
        actor: { kind: 'anonymous', id: '' },
        action: 'user.sign-in-refused',
        subject: { kind: 'user', id: user.id },
        details: { code: error.code },
      }),
    );
  };

  return {
    /**
     * Signs in by the strategy of this name and starts a session with a new id. Every strategy counts as an attempt of the
     * address, and of the account where `email` is given, before it runs. Throws INVALID_CREDENTIALS (also for an account that
     * is not active), TOTP_REQUIRED or TOO_MANY_REQUESTS, and INVALID_REQUEST for a name that is not in the list.
     */
    signIn: async (ctx: Context, name: string, given: Given): Promise<StartedSession & { user: UserRow }> => {
      // Passport has strategies of its own (`session`), and reads names from an object with a prototype.
      if (!Object.hasOwn(strategies, name)) throw new InvalidRequest('There is no such way to sign in.');
      const email = given.email ? normaliseEmail(given.email) : undefined;
      try {
        const attempt = await attempts.begin(email, ctx.ip);
        const user = await authenticate(ctx, name, given);
        if (user.status !== 'active') throw new InvalidCredentials();
        await attempts.succeed(attempt);
        return await start(user, visitorOf(ctx));
      } catch (error) {
        await recordFailure(email, error);
        throw error;
      }
    },
  };
};
