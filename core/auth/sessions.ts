// Sessions of staff, kept on the server. A new id at every login, all ended at a password change. Not OAuth tokens.
import type { Clock, Ids, Random } from '../clock.ts';
import { toIso } from '../data/column.ts';
import type { Database, Db } from '../data/database.ts';
import { csrfTokenOf, hashSecret, newSecret } from './secrets.ts';
import { createSessionStore, type SessionUser } from './session-store.ts';

export const sessionLifetimes = { idleMs: 12 * 3600_000, absoluteMs: 7 * 24 * 3600_000 };
// Seen is written at most this often: reading a page is not a write.
const touchMs = 5 * 60_000;

export type StartedSession = { id: string; secret: string; csrfToken: string };
export type SignedIn = SessionUser & { csrfToken: string };
export type Visitor = { address: string; userAgent: string };

export const createSessions = (deps: { database: Database; clock: Clock; ids: Ids; random: Random }) => {
  const { database, clock } = deps;
  return {
    start: async (trx: Db, userId: string, from: Visitor): Promise<StartedSession> => {
      const secret = newSecret(deps.random, 'rap_ss');
      const now = clock.now();
      const id = deps.ids.next();
      await createSessionStore(trx).insert({
        id,
        hash: hashSecret(secret),
        user_id: userId,
        address: from.address,
        user_agent: from.userAgent.slice(0, 300),
        created_at: now,
        last_seen_at: now,
        expires_at: now + sessionLifetimes.absoluteMs,
      });
      return { id, secret, csrfToken: csrfTokenOf(secret) };
    },
    /** The session and its user, unless it ended, slept too long, or the user may not sign in any more. */
    find: async (secret: string): Promise<SignedIn | undefined> => {
      const found = await createSessionStore(database.reader).findByHash(hashSecret(secret));
      const now = clock.now();
      if (found?.status !== 'active') return undefined;
      if (found.expires_at <= now || found.last_seen_at + sessionLifetimes.idleMs <= now) return undefined;
      if (found.last_seen_at + touchMs < now) await createSessionStore(database.writer).touch(found.id, now);
      return { ...found, csrfToken: csrfTokenOf(secret) };
    },
    list: async (userId: string, current: string | undefined) =>
      (await createSessionStore(database.reader).listOf(userId)).map((row) => ({
        id: row.id,
        current: row.id === current,
        address: row.address,
        userAgent: row.user_agent,
        createdAt: toIso(row.created_at),
        lastSeenAt: toIso(row.last_seen_at),
      })),
    end: async (id: string, userId: string): Promise<boolean> =>
      (await createSessionStore(database.writer).delete(id, userId)) > 0,
  };
};

export type Sessions = ReturnType<typeof createSessions>;
