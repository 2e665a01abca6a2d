// What people do with their own account: invitations, password change and reset, the second factor.
import type { NewInvitation, User } from '@rapport/sdk/schemas';
import { toIso } from '../data/column.ts';
import { transact } from '../data/transact.ts';
import { Conflict, InvalidCredentials, InvalidRequest, LinkInvalid, UserNotFound } from '../errors.ts';
import { type Actor, system } from '../http/actor.ts';
import type { Platform } from '../platform.ts';
import type { Cutoff } from './cutoff.ts';
import { totpPlace } from './local-strategy.ts';
import type { AccountMail } from './mail.ts';
import type { Passwords } from './passwords.ts';
import { hashSecret, newSecret } from './secrets.ts';
import type { Sessions, StartedSession, Visitor } from './sessions.ts';
import { enrolmentUri, findStep, toBase32 } from './totp.ts';
import { createUserStore, type LinkKind, type UserRow } from './user-store.ts';
import { normaliseEmail, toUser, type Users } from './users.ts';

export const linkLifetimes: Record<LinkKind, number> = { invitation: 7 * 24 * 3600_000, reset: 3600_000 };

type Link = { token: string; link: string; expiresAt: string };

export const createAccounts = (deps: {
  platform: Platform;
  users: Users;
  passwords: Passwords;
  sessions: Sessions;
  cutoff: Cutoff;
  mail: AccountMail;
}) => {
  const { platform, users, passwords, sessions, cutoff, mail } = deps;
  const { database, audit, clock, random, secrets, config } = platform;
  const db = database.writer;

  const record = (trx: typeof db, user: string, action: string, actor: Pick<Actor, 'kind' | 'id'>) =>
    audit.record(trx, { actor, action, subject: { kind: 'user', id: user } });
  const self = (user: UserRow): Pick<Actor, 'kind' | 'id'> => ({ kind: 'user', id: user.id });

  const makeLink = async (trx: typeof db, userId: string, kind: LinkKind): Promise<Link> => {
    const token = newSecret(random, 'rap_ln');
    const now = clock.now();
    const store = createUserStore(trx);
    // A new link takes the place of older ones.
    await store.dropLinks(userId);
    const expires_at = now + linkLifetimes[kind];
    await store.insertLink({
      hash: hashSecret(token),
      kind,
      user_id: userId,
      created_at: now,
      expires_at,
      used_at: null,
    });
    const page = kind === 'invitation' ? 'invitation' : 'password-reset';
    return { token, link: `${config.baseUrl}/${page}?token=${token}`, expiresAt: toIso(expires_at) };
  };

  /** Sets the password of the link's owner and ends whatever was signed in. */
  const useLink = async (kind: LinkKind, token: string, password: string, name?: string): Promise<void> => {
    const password_hash = await passwords.hash(password);
    await transact(db, async (trx) => {
      const store = createUserStore(trx);
      const userId = await store.takeLink(hashSecret(token), kind, clock.now());
      const user = userId && (await store.find(userId));
      if (!user || user.status === 'suspended') throw new LinkInvalid();
      await store.update(user.id, { password_hash, status: 'active', ...(name !== undefined && { name }) });
      await cutoff.sessions(trx, user.id);
      await record(trx, user.id, kind === 'invitation' ? 'user.joined' : 'user.password-reset', self(user));
    });
  };

  const confirmPassword = async (id: string, password: string): Promise<UserRow> => {
    const user = await users.getRow(db, id);
    if (!(await passwords.verify(password, user.password_hash))) throw new InvalidCredentials();
    return user;
  };

  return {
    invite: async (input: NewInvitation, actor: Actor): Promise<Link & { user: User }> => {
      const made = await transact(db, async (trx) => {
        const user = await users.insert(trx, { ...input, status: 'invited', passwordHash: null }, actor);
        return { user: toUser(user), ...(await makeLink(trx, user.id, 'invitation')) };
      });
      await mail.sendInvitation(made.user.email, made.link);
      return made;
    },
    acceptInvitation: (token: string, password: string, name?: string) => useLink('invitation', token, password, name),
    requestReset: async (email: string): Promise<void> => {
      const user = await createUserStore(db).findByEmail(normaliseEmail(email));
      if (user?.status !== 'active') return;
      const { link } = await transact(db, async (trx) => {
        await record(trx, user.id, 'user.reset-requested', { kind: 'anonymous', id: '' });
        return makeLink(trx, user.id, 'reset');
      });
      // Not awaited: the time of the answer must not tell whether the account exists.
      void mail.sendReset(user.email, link);
    },
    createResetLink: async (id: string, actor: Actor): Promise<Link> => {
      await users.mustBeAbleToManage(id, actor);
      return transact(db, async (trx) => {
        await record(trx, id, 'user.reset-link-made', actor);
        return makeLink(trx, id, 'reset');
      });
    },
    /** From the command line, for somebody locked out: a made-up password, every session ended, the second factor kept. */
    resetByHand: async (email: string): Promise<string> => {
      const password = users.newPassword();
      const password_hash = await passwords.hash(password);
      await transact(db, async (trx) => {
        const user = await createUserStore(trx).findByEmail(normaliseEmail(email));
        if (!user) throw new UserNotFound(email);
        await createUserStore(trx).update(user.id, { password_hash, status: 'active' });
        await cutoff.sessions(trx, user.id);
        await record(trx, user.id, 'user.password-reset', system);
      });
      return password;
    },
    confirmReset: (token: string, password: string) => useLink('reset', token, password),
    changePassword: async (id: string, current: string, next: string, from: Visitor): Promise<StartedSession> => {
      await confirmPassword(id, current);
      const password_hash = await passwords.hash(next);
      return transact(db, async (trx) => {
        await createUserStore(trx).update(id, { password_hash });
        await createUserStore(trx).dropLinks(id);
        await cutoff.sessions(trx, id);
        await record(trx, id, 'user.password-changed', { kind: 'user', id });
        return sessions.start(trx, id, from);
      });
    },
    enrolTotp: async (id: string, password: string): Promise<{ secret: string; uri: string }> => {
      const user = await confirmPassword(id, password);
      if (user.totp_confirmed_at !== null) throw new Conflict('The account has a second factor. Disable it first.');
      const key = random.bytes(20);
      await createUserStore(db).update(id, { totp_key: secrets.seal(key.toString('base64'), totpPlace(id)) });
      const secret = toBase32(key);
      return { secret, uri: enrolmentUri(secret, user.email) };
    },
    confirmTotp: (id: string, code: string): Promise<User> =>
      transact(db, async (trx) => {
        const user = await users.getRow(trx, id);
        if (user.totp_key === null || user.totp_confirmed_at !== null)
          throw new Conflict('There is no second factor waiting to be confirmed.');
        const key = Buffer.from(secrets.open(user.totp_key, totpPlace(id)), 'base64');
        const step = findStep(key, code, clock.now(), user.totp_step);
        if (step === undefined) throw new InvalidRequest('The code does not fit.', { pointer: '/code' });
        await createUserStore(trx).update(id, { totp_confirmed_at: clock.now(), totp_step: step });
        await record(trx, id, 'user.totp-enabled', self(user));
        return toUser(await users.getRow(trx, id));
      }),
    disableTotp: async (id: string, password: string): Promise<User> => {
      const user = await confirmPassword(id, password);
      return transact(db, async (trx) => {
        await createUserStore(trx).update(id, { totp_key: null, totp_confirmed_at: null });
        await record(trx, id, 'user.totp-disabled', self(user));
        return toUser(await users.getRow(trx, id));
      });
    },
  };
};

export type Accounts = ReturnType<typeof createAccounts>;
