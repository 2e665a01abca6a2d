import { expect, test } from 'vitest';
import { systemRandom } from '../clock.ts';
import { createPasswords } from './passwords.ts';

const cheap = createPasswords({ random: systemRandom, cost: { memory: 8, passes: 1, parallelism: 1 } });

test('a password fits its hash and no other does; two hashes of one differ', async () => {
  const hash = await cheap.hash('correct horse');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$/);
  expect(await cheap.verify('correct horse', hash)).toBe(true);
  expect(await cheap.verify('correct horse ', hash)).toBe(false);
  expect(await cheap.hash('correct horse')).not.toBe(hash);
});

test('no hash, or one of another kind, fits nothing', async () => {
  for (const stored of [null, undefined, '', '$2b$10$abc', '$argon2id$v=19$m=8,t=1,p=1$$'])
    expect(await cheap.verify('nobody has this password', stored)).toBe(false);
});

test('the same characters typed on another machine are the same password', async () => {
  const hash = await cheap.hash('caf\u00e9 and more');
  expect(await cheap.verify('cafe\u0301 and more', hash)).toBe(true);
});

test('a hash made with other cost is outdated and still fits', async () => {
  const dearer = createPasswords({ random: systemRandom, cost: { memory: 16, passes: 2, parallelism: 1 } });
  const hash = await cheap.hash('correct horse');
  expect(cheap.isOutdated(hash)).toBe(false);
  expect(dearer.isOutdated(hash)).toBe(true);
  expect(await dearer.verify('correct horse', hash)).toBe(true);
});
