// One-time codes by time (RFC 6238): SHA-1, six digits, 30 seconds, one step of tolerance each way. Not a session or a store.
import { createHmac } from 'node:crypto';

const stepMs = 30_000;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const codeAt = (key: Buffer, step: number): string => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[mac.length - 1]! & 0xf;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
};

export const stepOf = (now: number): number => Math.floor(now / stepMs);

/** The step the code belongs to, newer than `after`; undefined when it fits none. */
export const findStep = (key: Buffer, code: string, now: number, after: number): number | undefined => {
  const current = stepOf(now);
  return [current - 1, current, current + 1].find((step) => step > after && codeAt(key, step) === code);
};

export const toBase32 = (bytes: Buffer): string => {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{1,5}/g) ?? []).map((part) => alphabet[Number.parseInt(part.padEnd(5, '0'), 2)]).join('');
};

export const enrolmentUri = (secret: string, account: string): string =>
  `otpauth://totp/Rapport:${encodeURIComponent(account)}?secret=${secret}&issuer=Rapport`;
