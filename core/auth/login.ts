// Signing in with e-mail, password and, where enrolled, a one-time code: passport's local strategy over our own accounts.
import { createRequire } from 'node:module';
import type { Context } from 'koa';
import { type IStrategyOptionsWithRequest, Strategy, type VerifyFunctionWithRequest } from 'passport-local';
import { transact } from '../data/transact.ts';
import { InvalidCredentials, TotpRequired } from '../errors.ts';
import type { Platform } from '../platform.ts';
import type { Attempts } from './attempts.ts';
import type { Passwords } from './passwords.ts';
import type { Sessions, StartedSession, Visitor } from './sessions.ts';
import { findStep } from './totp.ts';
import { createUserStore, type UserRow } from './user-store.ts';
import { normaliseEmail } from './users.ts';

type Answer = (error: unknown, user?: UserRow | false) => void;
type Passport = {
  use: (strategy: object) => void;
  authenticate: (
    name: string,
    options: { session: false },
    done: Answer,
  ) => (ctx: Context, next: () => Promise<void>) => Promise<void>;
};
const { KoaPassport } = createRequire(import.meta.url)('koa-passport') as { KoaPassport: new () => Passport };

export type GivenCredentials = { email: string; password: string; totp?: string };

export const totpPlace = (userId: string): string => `users/${userId}/totp_key`;

export const createLogin = (deps: {
  platform: Platform;
  passwords: Passwords;
  attempts: Attempts;
  sessions: Sessions;
}) => {
  const { platform, passwords, attempts, sessions } = deps;
  const { database, audit, clock, secrets } = platform;

  const verifyTotp = async (user: UserRow, code: string | undefined): Promise<void> => {
    if (user.totp_confirmed_at === null || user.totp_key === null) return;
    if (code === undefined) throw new TotpRequired();
    const key = Buffer.from(secrets.open(user.totp_key, totpPlace(user.id)), 'base64');
    const step = findStep(key, code, clock.now(), user.totp_step);
    if (step === undefined || !(await createUserStore(database.writer).takeTotpStep(user.id, step)))
      throw new InvalidCredentials();
  };

  const verify = async ({ email, password, totp }: GivenCredentials, address: string): Promise<UserRow> => {
    const account = normaliseEmail(email);
    const attempt = await attempts.begin(account, address);
    const user = await createUserStore(database.writer).findByEmail(account);
    const fits = await passwords.verify(password, user?.password_hash);
    if (!user || !fits || user.status !== 'active') throw new InvalidCredentials();
    await verifyTotp(user, totp);
    await attempts.succeed(attempt);
    return user;
  };

  const passport = new KoaPassport();
  const options: IStrategyOptionsWithRequest = { usernameField: 'email', passReqToCallback: true };
  const check: VerifyFunctionWithRequest = (req, email, password, done) => {
    const totp = (req.body as GivenCredentials).totp;
    verify({ email, password, totp }, req.ip ?? '').then(
      (user) => done(null, user),
      (error: unknown) => done(error),
    );
  };
  passport.use(new Strategy(options, check));

  return {
    /** Checks the credentials and starts a session with a new id. Throws INVALID_CREDENTIALS, TOTP_REQUIRED or TOO_MANY_REQUESTS. */
    signIn: async (ctx: Context, given: GivenCredentials): Promise<StartedSession & { user: UserRow }> => {
      const user = await new Promise<UserRow>((resolve, reject) => {
        (ctx.request as { body?: unknown }).body = given;
        const done: Answer = (error, found) => (found ? resolve(found) : reject(error ?? new InvalidCredentials()));
        passport
          .authenticate(
            'local',
            { session: false },
            done,
          )(ctx, async () => {})
          .catch(reject);
      }).catch(async (error: unknown) => {
        await recordFailure(given.email, error);
        throw error;
      });
      return start(user, given.password, visitorOf(ctx));
    },
  };

  async function start(user: UserRow, password: string, from: Visitor): Promise<StartedSession & { user: UserRow }> {
    const outdated = user.password_hash !== null && passwords.isOutdated(user.password_hash);
    const passwordHash = outdated ? await passwords.hash(password) : undefined;
    return transact(database.writer, async (trx) => {
      const change = { last_login_at: clock.now(), ...(passwordHash && { password_hash: passwordHash }) };
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
  }

  // Only for accounts that exist: the audit is not a list of whatever strangers typed.
  async function recordFailure(email: string, error: unknown): Promise<void> {
    if (!(error instanceof InvalidCredentials || error instanceof TotpRequired)) return;
    const user = await createUserStore(database.writer).findByEmail(normaliseEmail(email));
    if (!user) return;
    await transact(database.writer, (trx) =>
      audit.record(trx, {
        actor: { kind: 'anonymous', id: '' },
        action: 'user.sign-in-refused',
        subject: { kind: 'user', id: user.id },
        details: { code: error.code },
      }),
    );
  }
};

export type Login = ReturnType<typeof createLogin>;

export const visitorOf = (ctx: Context): Visitor => ({ address: ctx.ip, userAgent: ctx.get('user-agent') });
