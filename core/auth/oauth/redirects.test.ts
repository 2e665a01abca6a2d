import { describe, expect, test } from 'vitest';
import { matchesRedirect, problemOfRedirect, withQuery } from './redirects.ts';

describe('what may be registered', () => {
  for (const good of [
    'https://app.example/cb?x=1',
    'http://127.0.0.1/cb',
    'http://[::1]:8080/cb',
    'http://localhost:3000/cb',
    'com.example.app:/cb',
  ])
    test(good, () => expect(problemOfRedirect(good)).toBeUndefined());
  for (const bad of [
    'http://app.example/cb',
    'https://app.example/#x',
    'https://app.example/#',
    'https://user:pass@app.example/',
    'https://*.example/',
    'https://app.example\\@evil.example/',
    'https://app.example/ x',
    'javascript:alert(1)',
    'data:text/html,x',
    'myapp:/cb',
    '/cb',
    '',
  ])
    test(`not ${bad || 'nothing'}`, () => expect(problemOfRedirect(bad)).toBeTypeOf('string'));
});

test('the port of a loopback literal may differ, nothing else may', () => {
  const known = ['http://127.0.0.1/cb', 'http://[::1]:1/cb', 'https://app.example/cb'];
  for (const good of [
    'http://127.0.0.1:5/cb',
    'http://127.0.0.1/cb',
    'http://[::1]:65535/cb',
    'https://app.example/cb',
  ])
    expect([good, matchesRedirect(good, known)]).toEqual([good, true]);
  for (const bad of [
    'http://127.0.0.1:5/cb/',
    'http://127.0.0.1:5/cb?x=1',
    'http://127.0.0.1:5@evil.example/cb',
    'http://127.0.0.1:555555/cb',
    'http://127.0.0.2/cb',
    'https://127.0.0.1/cb',
    'https://app.example:444/cb',
    'https://app.example/cb#',
  ])
    expect([bad, matchesRedirect(bad, known)]).toEqual([bad, false]);
});

test('members are added to a query that stays as it is', () => {
  expect(withQuery('https://a.example/cb', { code: 'x y', state: undefined })).toBe('https://a.example/cb?code=x+y');
  expect(withQuery('https://a.example/cb?a=%20b', { code: 'x' })).toBe('https://a.example/cb?a=%20b&code=x');
  expect(withQuery('https://a.example/cb?', { code: 'x' })).toBe('https://a.example/cb?code=x');
});
