import { expect, test } from 'vitest';
import { codeAt, enrolmentUri, findStep, stepOf, toBase32 } from './totp.ts';

const key = Buffer.from('12345678901234567890');

// RFC 6238, appendix B, SHA-1; the last six of its eight digits.
for (const [seconds, code] of [
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
] as const) {
  test(`the code of the standard at ${seconds} s is ${code}`, () => {
    expect(codeAt(key, stepOf(seconds * 1000))).toBe(code);
  });
}

test('a code is taken one step early or late, and not after a newer one was', () => {
  const now = 1_234_567_890_000;
  const step = stepOf(now);
  for (const shift of [-1, 0, 1]) expect(findStep(key, codeAt(key, step + shift), now, 0)).toBe(step + shift);
  expect(findStep(key, codeAt(key, step - 2), now, 0)).toBeUndefined();
  expect(findStep(key, codeAt(key, step), now, step)).toBeUndefined();
});

test('the key is written as authenticators read it', () => {
  expect(toBase32(key)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  expect(enrolmentUri('ABC', 'a b@example.com')).toBe(
    'otpauth://totp/Rapport:a%20b%40example.com?secret=ABC&issuer=Rapport',
  );
});
