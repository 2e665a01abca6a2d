// Rows of sessions; the id in the cookie is only here as its hash.
import type { Db } from '../data/database.ts';
import { query } from '../data/rows.ts';
import type { UserRow } from './user-store.ts';

export type SessionRow = {
  id: string;
  hash: string;
  user_id: string;
  address: string;
  user_agent: string;
  created_at: number;
  last_seen_at: number;
  expires_at: number;
};

export type SessionUser = Pick<UserRow, 'role' | 'status' | 'name'> &
  Pick<SessionRow, 'id' | 'user_id' | 'last_seen_at' | 'expires_at'>;

const byHash = `select s.id, s.user_id, s.last_seen_at, s.expires_at, u.role, u.status, u.name
  from sessions s join users u on u.id = s.user_id where s.hash = ?`;

export const createSessionStore = (db: Db) => ({
  insert: (row: SessionRow) => db('sessions').insert(row),
  findByHash: async (hash: string): Promise<SessionUser | undefined> =>
    (await query<SessionUser>(db, byHash, [hash]))[0],
  listOf: (userId: string): Promise<SessionRow[]> =>
    db('sessions').where({ user_id: userId }).orderBy('last_seen_at', 'desc'),
  touch: (id: string, now: number) => db('sessions').where({ id }).update({ last_seen_at: now }),
  delete: (id: string, userId: string): Promise<number> => db('sessions').where({ id, user_id: userId }).delete(),
  deleteOf: (userId: string): Promise<number> => db('sessions').where({ user_id: userId }).delete(),
});
