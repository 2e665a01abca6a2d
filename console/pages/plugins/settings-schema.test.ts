// The form of a plugin's settings: titles, secrets that stay on the server, and what is sent back.
import { expect, test } from 'vitest';
import { formData, formLook, formSchema, isSecret, localText, toSettings } from './settings-schema.ts';

const schema = {
  type: 'object',
  required: ['token', 'url'],
  properties: {
    token: { type: 'string', secret: true, title: { en: 'Token', zh: '令牌' } },
    url: { type: 'string', title: 'Address', description: { en: 'Where to' } },
    limit: { type: 'integer', minimum: 1 },
  },
};

test('titles are in the language of the reader; a setting without one has its name', () => {
  expect(formSchema(schema, {}, 'zh').properties).toEqual({
    token: { type: 'string', title: '令牌' },
    url: { type: 'string', title: 'Address', description: 'Where to' },
    limit: { type: 'integer', minimum: 1, title: 'limit' },
  });
  expect(localText({ en: 'Only English' }, 'zh')).toBe('Only English');
  expect(localText(undefined, 'en')).toBeUndefined();
});

test('a secret must be typed only while none is set', () => {
  expect(formSchema(schema, {}, 'en').required).toEqual(['token', 'url']);
  expect(formSchema(schema, { token: false }, 'en').required).toEqual(['token', 'url']);
  expect(formSchema(schema, { token: true }, 'en').required).toEqual(['url']);
});

test('a secret is a password field that says whether it is set, and keeps nothing', () => {
  expect(formLook(schema, { token: true }, 'Is set')).toMatchObject({
    token: { 'ui:widget': 'password', 'ui:placeholder': 'Is set', 'ui:autocomplete': 'off' },
  });
  expect(formLook(schema, {}, 'Is set')).toMatchObject({ token: { 'ui:placeholder': '' } });
  expect(formLook(schema, {}, 'Is set')).not.toHaveProperty('url');
  expect(formData(schema, { token: true, url: 'https://a.example', limit: null })).toEqual({
    url: 'https://a.example',
  });
});

test('a secret left empty is not sent; another setting that is empty is', () => {
  expect(toSettings(schema, { token: '', url: '', limit: undefined })).toEqual({ url: '' });
  expect(toSettings(schema, { token: 'new', url: 'x', limit: 0 })).toEqual({ token: 'new', url: 'x', limit: 0 });
});

test('only what the schema calls a secret is one', () => {
  expect(isSecret(schema, 'token')).toBe(true);
  expect(isSecret(schema, 'url')).toBe(false);
  expect(isSecret(schema, 'gone')).toBe(false);
  expect(isSecret(null, 'token')).toBe(false);
});
