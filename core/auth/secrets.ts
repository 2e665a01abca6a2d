// Secrets made of 256 random bits, and what is kept of them. A plain SHA-256 is enough for these: unlike passwords they
// cannot be guessed, and the hash is an index key on the hot path.
import { createHash, createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../clock.ts';

/** A prefix tells leak scanners what was leaked. */
export type SecretKind = 'rap_at' | 'rap_rt' | 'rap_ac' | 'rap_cs' | 'rap_ss' | 'rap_ln';

export const newSecret = (random: Random, kind: SecretKind): string =>
  `${kind}_${random.bytes(32).toString('base64url')}`;

export const hashSecret = (secret: string): string => hash('sha256', secret, 'base64url');

export const sameSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(expected).digest());

/** Belongs to one session and needs no place in the database: who can compute it holds the session id. */
export const csrfTokenOf = (sessionSecret: string): string =>
  createHmac('sha256', sessionSecret).update('rapport csrf').digest('base64url');
