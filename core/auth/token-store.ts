// Rows of oauth_tokens, oauth_codes and oauth_grants. Whatever must happen once happens in one UPDATE … RETURNING.
import type { RoleName } from '@rapport/sdk/schemas';
import type { Db } from '../data/database.ts';
import { query } from '../data/rows.ts';

export type TokenRow = {
  hash: string;
  kind: 'access' | 'refresh';
  family: string;
  client_id: string;
  user_id: string | null;
  grant_id: string | null;
  scopes: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
  revoked_at: number | null;
};

export type CodeRow = {
  hash: string;
  client_id: string;
  user_id: string;
  grant_id: string;
  family: string;
  redirect_uri: string | null;
  scopes: string;
  code_challenge: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
};

export type GrantRow = {
  id: string;
  client_id: string;
  user_id: string;
  scopes: string;
  created_at: number;
  last_used_at: number | null;
};

/** What the bearer check needs, in one read by primary key. */
export type AccessRow = {
  client_id: string;
  client_name: string;
  client_status: 'active' | 'disabled';
  user_id: string | null;
  role: RoleName | null;
  user_status: string | null;
  scopes: string;
  expires_at: number;
  revoked_at: number | null;
};

const access = `select t.client_id, c.name as client_name, c.status as client_status, t.user_id, u.role,
    u.status as user_status, t.scopes, t.expires_at, t.revoked_at
  from oauth_tokens t join oauth_clients c on c.id = t.client_id left join users u on u.id = t.user_id
  where t.hash = ? and t.kind = 'access'`;

const takeRefresh = `update oauth_tokens set used_at = ?
  where hash = ? and kind = 'refresh' and used_at is null and revoked_at is null returning hash`;

const takeCode = 'update oauth_codes set used_at = ? where hash = ? and used_at is null returning hash';

export const createTokenStore = (db: Db) => ({
  findAccess: async (hash: string): Promise<AccessRow | undefined> => (await query<AccessRow>(db, access, [hash]))[0],
  find: (hash: string): Promise<TokenRow | undefined> => db('oauth_tokens').where({ hash }).first(),
  insert: (rows: TokenRow[]) => db('oauth_tokens').insert(rows),
  /** True for exactly one caller. */
  takeRefresh: async (hash: string, now: number): Promise<boolean> =>
    (await query(db, takeRefresh, [now, hash])).length > 0,
  revoke: (hash: string, now: number): Promise<number> =>
    db('oauth_tokens').where({ hash }).whereNull('revoked_at').update({ revoked_at: now }),
  revokeWhere: (
    where: Partial<Pick<TokenRow, 'family' | 'client_id' | 'user_id' | 'grant_id'>>,
    now: number,
  ): Promise<number> => db('oauth_tokens').where(where).whereNull('revoked_at').update({ revoked_at: now }),

  insertCode: (row: CodeRow) => db('oauth_codes').insert(row),
  findCode: (hash: string): Promise<CodeRow | undefined> => db('oauth_codes').where({ hash }).first(),
  /** True for exactly one caller. */
  takeCode: async (hash: string, now: number): Promise<boolean> => (await query(db, takeCode, [now, hash])).length > 0,
  deleteCodes: (where: Partial<Pick<CodeRow, 'user_id' | 'client_id' | 'grant_id'>>): Promise<number> =>
    db('oauth_codes').where(where).delete(),

  /** One grant for a client and a user; what is allowed again is added to it. */
  saveGrant: async (row: GrantRow): Promise<string> => {
    const pair = { client_id: row.client_id, user_id: row.user_id };
    await db('oauth_grants').insert(row).onConflict(['client_id', 'user_id']).ignore();
    const saved = (await db('oauth_grants').where(pair).first()) as GrantRow;
    const scopes = [...new Set([...saved.scopes.split(' '), ...row.scopes.split(' ')])].join(' ');
    if (scopes !== saved.scopes) await db('oauth_grants').where({ id: saved.id }).update({ scopes });
    return saved.id;
  },
  touchGrant: (id: string, now: number) => db('oauth_grants').where({ id }).update({ last_used_at: now }),
  listGrants: (userId: string): Promise<(GrantRow & { client_name: string })[]> =>
    db('oauth_grants as g')
      .join('oauth_clients as c', 'c.id', 'g.client_id')
      .where('g.user_id', userId)
      .orderBy('g.id', 'desc')
      .select('g.*', 'c.name as client_name'),
  deleteGrant: (id: string, userId: string): Promise<number> =>
    db('oauth_grants').where({ id, user_id: userId }).delete(),
});
