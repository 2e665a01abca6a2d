// Seals secrets that must be read again (second-factor keys, plugin settings, webhook keys): AES-256-GCM, bound to where they
// belong. The key comes from the environment or a 0600 file in the data folder. Not for passwords and tokens: those are hashed.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './clock.ts';

export type SecretBox = {
  /** `place` names the row and column; a sealed text copied elsewhere does not open. */
  seal: (text: string, place: string) => string;
  /** Throws when the key is another, or the text was changed or moved. */
  open: (sealed: string, place: string) => string;
};

export const createSecretBox = (deps: { key: Buffer; random: Random }): SecretBox => ({
  seal: (text, place) => {
    const nonce = deps.random.bytes(12);
    const cipher = createCipheriv('aes-256-gcm', deps.key, nonce).setAAD(Buffer.from(place));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    const parts = [nonce, body, cipher.getAuthTag()].map((part) => part.toString('base64url'));
    return ['v1', ...parts].join('.');
  },
  open: (sealed, place) => {
    const [version, ...parts] = sealed.split('.');
    const [nonce, body, tag] = parts.map((part) => Buffer.from(part, 'base64url'));
    if (version !== 'v1' || !nonce || !body || tag?.length !== 16) throw new Error('This is not a sealed secret.');
    const decipher = createDecipheriv('aes-256-gcm', deps.key, nonce).setAAD(Buffer.from(place)).setAuthTag(tag);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  },
});

export const secretKeyFile = ({ dataDir }: { dataDir: string }): string => join(dataDir, 'secret.key');

/** The configured key, or the one in the data folder, made at first start. Throws when that file holds something else. */
export const readSecretKey = (config: { secretKey: string | undefined; dataDir: string }, random: Random): Buffer => {
  if (config.secretKey) return Buffer.from(config.secretKey, 'base64');
  const file = secretKeyFile(config);
  mkdirSync(config.dataDir, { recursive: true });
  try {
    writeFileSync(file, random.bytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length !== 32) throw new Error(`${file} does not hold a key of 32 bytes in base64.`);
  return key;
};
