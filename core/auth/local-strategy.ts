// The strategy `local`: e-mail, password and, where enrolled, a one-time code, against our own accounts.
import { type IStrategyOptionsWithRequest, Strategy, type VerifyFunctionWithRequest } from 'passport-local';
import { InvalidCredentials, TotpRequired } from '../errors.ts';
import type { Platform } from '../platform.ts';
import type { Passwords } from './passwords.ts';
import { findStep } from './totp.ts';
import { createUserStore, type UserRow } from './user-store.ts';
import { normaliseEmail } from './users.ts';

export type LocalDeps = { platform: Platform; passwords: Passwords };

export const totpPlace = (userId: string): string => `users/${userId}/totp_key`;

export const createLocalStrategy = ({ platform, passwords }: LocalDeps): Strategy => {
  const { database, clock, secrets } = platform;

  const verifyTotp = async (user: UserRow, code: string | undefined): Promise<void> => {
    if (user.totp_confirmed_at === null || user.totp_key === null) return;
    if (code === undefined) throw new TotpRequired();
    const key = Buffer.from(secrets.open(user.totp_key, totpPlace(user.id)), 'base64');
    const step = findStep(key, code, clock.now(), user.totp_step);
    if (step === undefined || !(await createUserStore(database.writer).takeTotpStep(user.id, step)))
      throw new InvalidCredentials();
  };

  // A suspended account is refused before its second factor is asked for: the answer does not tell it from a wrong password.
  const verify = async (email: string, password: string, totp: string | undefined): Promise<UserRow> => {
    const user = await createUserStore(database.writer).findByEmail(normaliseEmail(email));
    const fits = await passwords.verify(password, user?.password_hash);
    if (!user || !fits || user.status !== 'active') throw new InvalidCredentials();
    await verifyTotp(user, totp);
    return renewHash(user, password);
  };

  const renewHash = async (user: UserRow, password: string): Promise<UserRow> => {
    if (user.password_hash === null || !passwords.isOutdated(user.password_hash)) return user;
    const renewed = await passwords.hash(password);
    await createUserStore(database.writer).renewHash(user.id, user.password_hash, renewed);
    return { ...user, password_hash: renewed };
  };

  const options: IStrategyOptionsWithRequest = { usernameField: 'email', passReqToCallback: true };
  // From the body alone: passport-local would also take them from the address, past the attempts that count by the body.
  const check: VerifyFunctionWithRequest = (req, _email, _password, done) => {
    const { email, password, totp } = req.body as { email: string; password: string; totp?: string };
    verify(email, password, totp).then(
      (user) => done(null, user),
      (error: unknown) => done(error),
    );
  };
  return new Strategy(options, check);
};
