// Passwords as argon2id in PHC text. The cost is passed in: tests use the least there is, production what config says.
import { argon2, timingSafeEqual } from 'node:crypto';
import type { Random } from '../clock.ts';

/** `memory` in KiB. */
export type PasswordCost = { memory: number; passes: number; parallelism: number };

const tagLength = 32;
const form = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/-]+)\$([\w+/-]+)$/;

export const createPasswords = (deps: { random: Random; cost: PasswordCost }) => {
  const { memory, passes, parallelism } = deps.cost;
  const hash = async (password: string): Promise<string> => {
    const nonce = deps.random.bytes(16);
    const tag = await derive(password, nonce, deps.cost);
    return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${plain(nonce)}$${plain(tag)}`;
  };
  // Checked when there is no such account, so that the answer takes as long.
  let decoy: Promise<string> | undefined;
  return {
    hash,
    /** False for a missing hash too, after the same work. */
    verify: async (password: string, stored: string | null | undefined): Promise<boolean> => {
      decoy ??= hash('nobody has this password');
      const parts = form.exec(stored ?? (await decoy));
      if (!parts) return false;
      const [, m, t, p, nonce, tag] = parts as unknown as [string, string, string, string, string, string];
      const expected = Buffer.from(tag, 'base64');
      const cost = { memory: Number(m), passes: Number(t), parallelism: Number(p) };
      const actual = await derive(password, Buffer.from(nonce, 'base64'), cost);
      return stored != null && expected.length === actual.length && timingSafeEqual(expected, actual);
    },
    /** True when the stored hash was made with other parameters than today's. */
    isOutdated: (stored: string): boolean =>
      !stored.startsWith(`$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$`),
  };
};

export type Passwords = ReturnType<typeof createPasswords>;

const plain = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

const derive = (password: string, nonce: Buffer, cost: PasswordCost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const message = Buffer.from(password.normalize('NFKC'));
    argon2('argon2id', { message, nonce, tagLength, ...cost }, (error, tag) => (error ? reject(error) : resolve(tag)));
  });
