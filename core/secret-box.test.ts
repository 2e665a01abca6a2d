import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemRandom } from './clock.ts';
import { createSecretBox, readSecretKey } from './secret-box.ts';

const box = createSecretBox({ key: systemRandom.bytes(32), random: systemRandom });

test('a sealed secret opens in its place and shows nothing of its text', () => {
  const sealed = box.seal('grüße', 'users/1/totp');
  expect(sealed).not.toContain('grüße');
  expect(box.open(sealed, 'users/1/totp')).toBe('grüße');
});

test('a sealed secret does not open elsewhere, changed, or with another key', () => {
  const sealed = box.seal('text', 'users/1/totp');
  const other = createSecretBox({ key: systemRandom.bytes(32), random: systemRandom });
  expect(() => box.open(sealed, 'users/2/totp')).toThrow();
  expect(() => other.open(sealed, 'users/1/totp')).toThrow();
  expect(() => box.open(sealed.replace(/.{3}$/, 'AAA'), 'users/1/totp')).toThrow();
  expect(() => box.open('text', 'users/1/totp')).toThrow();
});

test('the key file is made once, readable by its owner only', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-key-'));
  const first = readSecretKey({ secretKey: undefined, dataDir }, systemRandom);
  expect(readSecretKey({ secretKey: undefined, dataDir }, systemRandom)).toEqual(first);
  expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600);
});
