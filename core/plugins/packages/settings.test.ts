import type { SettingsSchema } from '@rapport/sdk/schemas';
import { expect, test } from 'vitest';
import { systemRandom } from '../../clock.ts';
import { faultsOf } from '../../records/given-schema.ts';
import { createSecretBox } from '../../secret-box.ts';
import { createVault, plainSettings, shownSettings } from './settings.ts';

const schema: SettingsSchema = {
  type: 'object',
  properties: {
    url: { type: 'string', format: 'uri' },
    size: { type: 'integer', minimum: 1, maximum: 10, default: 3 },
    mode: { type: 'string', enum: ['a', 'b'] },
    code: { type: 'string', pattern: '^[A-Z]{3}$' },
    on: { type: 'boolean' },
    list: { type: 'array', maxItems: 2 },
    key: { type: 'string', secret: true },
  },
  required: ['url'],
};

test.each<[Record<string, unknown>, string[]]>([
  [{ url: 'https://a.example' }, []],
  [{}, ['/url']],
  [{ url: 'ftp://a' }, ['/url']],
  [{ url: 'https://a.example', size: 11 }, ['/size']],
  [{ url: 'https://a.example', size: 1.5 }, ['/size']],
  [{ url: 'https://a.example', mode: 'c', code: 'abc' }, ['/mode', '/code']],
  [{ url: 'https://a.example', on: 'yes', list: [1, 2, 3] }, ['/on', '/list']],
  [{ url: 'https://a.example', other: 1 }, ['/other']],
  [{ url: 'https://a.example', size: null }, []],
])('faults of %j are at %j', (value, pointers) => {
  expect(faultsOf(schema, value).map(({ pointer }) => pointer)).toEqual(pointers);
});

test('a pattern that backtracks elsewhere does not here', () => {
  const slow: SettingsSchema = { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } };
  const start = performance.now();
  expect(faultsOf(slow, { a: `${'a'.repeat(5000)}!` })).toHaveLength(1);
  expect(performance.now() - start).toBeLessThan(500);
});

test('secrets are sealed where they are kept, shown as set, and not among the settings of a call', () => {
  const vault = createVault(createSecretBox({ key: systemRandom.bytes(32), random: systemRandom }));
  const kept = vault.seal('a/b', schema, { url: 'https://a.example', key: 'secret' });
  expect(JSON.stringify(kept)).not.toContain('secret');
  expect(vault.open('a/b', 'key', kept.key as string)).toBe('secret');
  expect(() => vault.open('c/d', 'key', kept.key as string)).toThrow();
  expect(shownSettings(schema, kept).key).toBe(true);
  expect(plainSettings(schema, kept)).toMatchObject({ url: 'https://a.example', size: 3 });
  expect(plainSettings(schema, kept)).not.toHaveProperty('key');
});
