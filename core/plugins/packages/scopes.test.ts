import type { Manifest } from '@rapport/sdk/schemas';
import { describe, expect, test } from 'vitest';
import { manifestOf } from '../../../tests/support/plugins.ts';
import type { Capability } from '../../capability.ts';
import { grantedHost } from './hosts.ts';
import { canSendPersonalDataOut, grantOf, maskPersonal, parseScope, scopesAsked, scopesOf } from './scopes.ts';

describe('a scope a plugin can ask for', () => {
  test.each(['customers:read', 'customers:read[email,phone]', 'orders:read', 'events:write', 'hook:order.placed'])(
    '%s',
    (scope) => expect(parseScope(scope)).toBeDefined(),
  );
  test.each([
    'pii',
    'customers:read[password]',
    'orders:read[email]',
    'customers:read[]',
    'hook:server.stop',
    'customers:read email',
    '',
  ])('is not "%s"', (scope) => expect(parseScope(scope)).toBeUndefined());
});

test('a scope is for plugins when a capability asks for it', () => {
  const one = { name: 'orders.list', scope: 'orders:read' } as Capability;
  expect([...scopesOf([one, { name: 'kv.get' } as Capability])]).toEqual(['orders:read']);
});

test('personal members are masked unless granted by name, however deep', () => {
  const { personal } = grantOf(['customers:read[email]']);
  const notice = {
    customerId: 'c1',
    payload: {
      customer: { id: 'c1', email: 'ada@example.com', phone: '+4912345', name: 'Ada', birthday: null, city: 'Bonn' },
      order: { lines: [{ sku: 'A', name: 'Apple' }] },
    },
  };
  expect(maskPersonal(notice, personal)).toEqual({
    customerId: 'c1',
    payload: {
      customer: { id: 'c1', email: 'ada@example.com', phone: '***45', name: 'A***', birthday: null, city: 'Bonn' },
      order: { lines: [{ sku: 'A', name: 'Apple' }] },
    },
  });
});

test('a hook that is provided is asked for even where the manifest is silent', () => {
  const manifest = manifestOf({ provides: { channels: [{ key: 'sms', title: 'SMS', address: 'phone' }] } }) as Manifest;
  expect(scopesAsked(manifest)).toMatchObject([{ scope: 'hook:message.send', required: true }]);
});

test('reading personal data and reaching hosts together are flagged', () => {
  const scopes = { required: [{ scope: 'customers:read[email]', reason: 'x' }] };
  const hosts = [{ origin: 'https://a.example', methods: ['POST'], reason: 'x' }];
  expect(canSendPersonalDataOut(manifestOf({ scopes, hosts }) as Manifest)).toBe(true);
  expect(canSendPersonalDataOut(manifestOf({ scopes }) as Manifest)).toBe(false);
  expect(canSendPersonalDataOut(manifestOf({ hosts }) as Manifest)).toBe(false);
});

describe('a host is granted', () => {
  const plugin = {
    manifest: manifestOf({
      hosts: [
        { origin: 'https://api.example.com', methods: ['GET'], reason: 'x' },
        { origin: 'https://*.shop.example', methods: ['POST'], reason: 'x' },
        { origin: 'setting:url', methods: ['POST'], reason: 'x' },
      ],
    }) as Manifest,
    settings: { url: 'https://hooks.example/abc' },
  };
  test.each<[string, string, boolean]>([
    ['GET', 'https://api.example.com/x', true],
    ['POST', 'https://api.example.com/x', false],
    ['GET', 'http://api.example.com/x', false],
    ['GET', 'https://api.example.com:8443/x', false],
    ['GET', 'https://api.example.com.evil.example/', false],
    ['POST', 'https://eu.shop.example/', true],
    ['POST', 'https://shop.example/', false],
    ['POST', 'https://evilshop.example/', false],
    ['POST', 'https://hooks.example/other', true],
    ['POST', 'https://hooks.example:444/', false],
  ])('%s %s: %s', (method, url, granted) => expect(grantedHost(plugin, new URL(url), method)).toBe(granted));
});
