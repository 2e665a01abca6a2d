import type { AnyRoute } from '@rapport/sdk';
import type { Context } from 'koa';
import { expect, test } from 'vitest';
import { type Actor, anonymous } from './actor.ts';
import { createThrottle } from './throttle.ts';

const route = (method: 'GET' | 'POST', cost?: number) => ({ method, cost }) as AnyRoute;
const user = (id: string): Actor => ({ kind: 'user', id, name: id, scopes: new Set() });
const from = (ip: string) => ({ ip }) as Context;

const setUp = (rate: number) => {
  const clock = { at: 0, now: () => clock.at };
  const throttle = createThrottle({ clock, rate });
  const spend = (actor: Actor, times: number, method: 'GET' | 'POST' = 'GET', ip = '1') => {
    for (let i = 0; i < times; i++) throttle(from(ip), route(method), actor);
  };
  return { clock, throttle, spend };
};

test('an actor spends two seconds of rate at once, then waits', () => {
  const { clock, spend } = setUp(10);
  spend(user('a'), 20);
  expect(() => spend(user('a'), 1)).toThrow(/Wait 1 s/);
  spend(user('b'), 20);
  clock.at += 500;
  spend(user('a'), 5);
  expect(() => spend(user('a'), 1)).toThrow();
});

test('a write costs two, a contract may say otherwise, nothing costs nothing', () => {
  const { spend, throttle } = setUp(10);
  spend(user('a'), 10, 'POST');
  expect(() => spend(user('a'), 1)).toThrow();
  throttle(from('1'), route('GET', 0), user('a'));
  expect(() => throttle(from('1'), route('GET', 5), user('a'))).toThrow(/Wait 1 s/);
});

test('strangers share the bucket of their address, a twentieth of the rate', () => {
  const { spend } = setUp(200);
  spend(anonymous, 20);
  expect(() => spend(anonymous, 1)).toThrow();
  spend(anonymous, 20, 'GET', '2');
});

test('a refused request costs nothing, so that waiting helps', () => {
  const { clock, spend } = setUp(1);
  spend(user('a'), 2);
  for (let i = 0; i < 5; i++) expect(() => spend(user('a'), 1)).toThrow();
  clock.at += 1000;
  spend(user('a'), 1);
});

test('zero sets no limit', () => {
  const { spend } = setUp(0);
  spend(user('a'), 1000);
});
