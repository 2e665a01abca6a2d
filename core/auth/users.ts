// Accounts of staff: making, changing, the first owner. Signing in is in login.ts, links in links.ts.
import type { NewUser, RoleName, User, UserChange } from '@rapport/sdk/schemas';
import { toIso, toIsoOrNull } from '../data/column.ts';
import type { Db } from '../data/database.ts';
import type { Page } from '../data/page.ts';
import { transact } from '../data/transact.ts';
import { EmailTaken, Forbidden, InvalidRequest, LastOwner, ScopeNotHeld, UserNotFound } from '../errors.ts';
import { type Actor, system } from '../http/actor.ts';
import type { Platform } from '../platform.ts';
import type { Cutoff } from './cutoff.ts';
import type { Passwords } from './passwords.ts';
import { scopesOfRole } from './roles.ts';
import { createUserStore, type UserRow } from './user-store.ts';

export type FirstOwner = { email: string; password: string };

export const createUsers = (deps: { platform: Platform; passwords: Passwords; cutoff: Cutoff }) => {
  const { platform, passwords, cutoff } = deps;
  const { database, audit, clock, ids, random, config } = platform;

  const get = async (db: Db, id: string): Promise<UserRow> => {
    const row = await createUserStore(db).find(id);
    if (!row) throw new UserNotFound(id);
    return row;
  };

  const insert = async (
    trx: Db,
    input: { email: string; name?: string; role: RoleName; status: UserRow['status']; passwordHash: string | null },
    actor: Actor,
  ): Promise<UserRow> => {
    mustBeAbleToGive(actor, input.role);
    const email = normaliseEmail(input.email);
    const row: UserRow = {
      id: ids.next(),
      email,
      name: input.name ?? email.split('@')[0]!,
      role: input.role,
      status: input.status,
      password_hash: input.passwordHash,
      totp_key: null,
      totp_confirmed_at: null,
      totp_step: 0,
      created_at: clock.now(),
      last_login_at: null,
    };
    if (!(await createUserStore(trx).insert(row)))
      throw new EmailTaken('An account has this e-mail.', { pointer: '/email' });
    await audit.record(trx, {
      actor,
      action: input.status === 'invited' ? 'user.invited' : 'user.created',
      subject: { kind: 'user', id: row.id },
      details: { role: input.role },
    });
    return row;
  };

  const create = async (input: NewUser, actor: Actor): Promise<User> => {
    mustBeAbleToGive(actor, input.role);
    const passwordHash = await passwords.hash(input.password);
    return toUser(
      await transact(database.writer, (trx) => insert(trx, { ...input, status: 'active', passwordHash }, actor)),
    );
  };

  const newPassword = (): string => random.bytes(15).toString('base64url');

  return {
    insert,
    create,
    newPassword,
    getRow: get,
    /** Throws unless the actor could give the role this user has. */
    mustBeAbleToManage: async (id: string, actor: Actor): Promise<void> =>
      mustBeAbleToGive(actor, (await get(database.writer, id)).role),
    get: async (id: string): Promise<User> => toUser(await get(database.reader, id)),
    list: async (options: { limit: number; cursor?: string }): Promise<Page<User>> => {
      const found = await createUserStore(database.reader).list(options);
      return { ...found, data: found.data.map(toUser) };
    },
    rename: async (id: string, name: string): Promise<User> => {
      await createUserStore(database.writer).update(id, { name });
      return toUser(await get(database.writer, id));
    },
    change: (id: string, change: UserChange, actor: Actor): Promise<User> =>
      transact(database.writer, async (trx) => {
        const row = await get(trx, id);
        mustBeAbleToGive(actor, row.role);
        if (change.role !== undefined) mustBeAbleToGive(actor, change.role);
        const status = change.status ?? row.status;
        if (row.status === 'invited' && change.status)
          throw new InvalidRequest('The invitation was not accepted yet.', { pointer: '/status' });
        const staysOwner = (change.role ?? row.role) === 'owner' && status === 'active';
        if (row.role === 'owner' && row.status === 'active' && !staysOwner)
          if ((await createUserStore(trx).countOtherOwners(id)) === 0) throw new LastOwner();
        await createUserStore(trx).update(id, {
          ...(change.name !== undefined && { name: change.name }),
          ...(change.role !== undefined && { role: change.role }),
          ...(change.totpEnabled === false && { totp_key: null, totp_confirmed_at: null }),
          status,
        });
        if (status === 'suspended') await cutoff.user(trx, id);
        else await cutoff.forget(trx);
        await audit.record(trx, {
          actor,
          action: 'user.updated',
          subject: { kind: 'user', id },
          details: { changed: Object.keys(change), role: change.role, status: change.status },
        });
        return toUser(await get(trx, id));
      }),
    /** While there is no owner, makes one. The password comes back only when it was made here, to be shown once. */
    ensureOwner: async (): Promise<FirstOwner | undefined> => {
      if (await createUserStore(database.writer).hasOwner()) return undefined;
      const email = normaliseEmail(config.owner.email ?? 'owner@localhost');
      const made = config.owner.password === undefined ? newPassword() : undefined;
      const passwordHash = await passwords.hash(made ?? config.owner.password!);
      return transact(database.writer, async (trx) => {
        const store = createUserStore(trx);
        // Another node was faster, or the address belongs to somebody with another role: then nothing is given away.
        if ((await store.hasOwner()) || (await store.findByEmail(email))) return undefined;
        await insert(trx, { email, role: 'owner', status: 'active', passwordHash }, system);
        return made === undefined ? undefined : { email, password: made };
      }).catch((error: unknown) => {
        // The other node's row was committed while ours waited for it.
        if (error instanceof EmailTaken) return undefined;
        throw error;
      });
    },
  };
};

export type Users = ReturnType<typeof createUsers>;

export const normaliseEmail = (email: string): string => email.trim().toLowerCase();

export const toUser = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  status: row.status,
  totpEnabled: row.totp_confirmed_at !== null,
  createdAt: toIso(row.created_at),
  lastLoginAt: toIsoOrNull(row.last_login_at),
});

/** A role is given, or taken, by somebody who holds all of it; owners only by owners. */
const mustBeAbleToGive = (actor: Actor, role: RoleName): void => {
  if (actor.kind === 'system') return;
  if (role === 'owner' && actor.role !== 'owner') throw new Forbidden('Only an owner makes or changes owners.');
  const missing = [...scopesOfRole(role)].filter((scope) => !actor.scopes.has(scope));
  if (missing.length > 0) throw new ScopeNotHeld(missing.join(', '), { pointer: '/role' });
};
