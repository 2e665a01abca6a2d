// Rows of users and of the links that let somebody choose a password.
import type { RoleName } from '@rapport/sdk/schemas';
import type { Db } from '../data/database.ts';
import { type Page, page } from '../data/page.ts';
import { query } from '../data/rows.ts';

export type UserRow = {
  id: string;
  email: string;
  name: string;
  role: RoleName;
  status: 'invited' | 'active' | 'suspended';
  password_hash: string | null;
  totp_key: string | null;
  totp_confirmed_at: number | null;
  totp_step: number;
  created_at: number;
  last_login_at: number | null;
};

export type LinkKind = 'invitation' | 'reset';
export type LinkRow = {
  hash: string;
  kind: LinkKind;
  user_id: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
};

export const createUserStore = (db: Db) => ({
  find: (id: string): Promise<UserRow | undefined> => db('users').where({ id }).first(),
  findByEmail: (email: string): Promise<UserRow | undefined> => db('users').where({ email }).first(),
  list: (options: { limit: number; cursor?: string }): Promise<Page<UserRow>> =>
    page<UserRow>(db('users'), { sort: { column: 'id', direction: 'desc' }, ...options }),
  hasOwner: async (): Promise<boolean> => (await db('users').where({ role: 'owner' }).first('id')) !== undefined,
  /** False when the e-mail is taken. */
  insert: async (row: UserRow): Promise<boolean> => {
    const inserted = await db('users').insert(row).onConflict('email').ignore().returning('id');
    return inserted.length > 0;
  },
  update: (id: string, change: Partial<UserRow>) => db('users').where({ id }).update(change),
  /** A hash of the same password; nothing where the password was changed meanwhile. */
  renewHash: (id: string, from: string, to: string) =>
    db('users').where({ id, password_hash: from }).update({ password_hash: to }),
  /** Other owners who can sign in; their rows stay locked on PostgreSQL, so that two owners cannot demote each other. */
  countOtherOwners: async (id: string): Promise<number> => {
    const owners = db('users').select('id').where({ role: 'owner', status: 'active' }).orderBy('id');
    const rows = (await (db.client.config.client === 'pg' ? owners.forUpdate() : owners)) as { id: string }[];
    return rows.filter((row) => row.id !== id).length;
  },
  /** Takes the step if no code of it, or of a later one, was accepted before. */
  takeTotpStep: async (id: string, step: number): Promise<boolean> =>
    (await db('users').where({ id }).where('totp_step', '<', step).update({ totp_step: step })) > 0,

  insertLink: (row: LinkRow) => db('account_links').insert(row),
  dropLinks: (userId: string) => db('account_links').where({ user_id: userId }).whereNull('used_at').delete(),
  /** The link's owner, once. */
  takeLink: async (hash: string, kind: LinkKind, now: number): Promise<string | undefined> => {
    const rows = await query<{ user_id: string }>(
      db,
      'update account_links set used_at = ? where hash = ? and kind = ? and used_at is null and expires_at > ? returning user_id',
      [now, hash, kind, now],
    );
    return rows[0]?.user_id;
  },
});
