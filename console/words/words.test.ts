import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { en } from './en.ts';
import { zh } from './zh.ts';

type Tree = { [key: string]: string | Tree };

const leaves = (tree: Tree, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : leaves(value, `${path}${key}.`),
  );
const english = new Map(leaves(en));
const chinese = new Map(leaves(zh as Tree));
const placeholders = (text: string): string[] => (text.match(/\{\{\w+\}\}/g) ?? []).toSorted();

test('every English sentence has a Chinese one; only the singular forms, which Chinese has not, are left out', () => {
  const missing = [...english.keys()].filter((key) => !key.endsWith('_one') && !chinese.has(key));
  expect(missing).toEqual([]);
  expect([...chinese.keys()].filter((key) => !english.has(key))).toEqual([]);
});

test('a translation fills in the same places', () => {
  for (const [key, text] of chinese) expect([key, placeholders(text)]).toEqual([key, placeholders(english.get(key)!)]);
});

test('Chinese sentences are Chinese', () => {
  const same = [...chinese]
    .filter(([key, text]) => english.get(key) === text && /[a-z]{3}/i.test(text))
    .map(([key]) => key);
  expect(same).toEqual([]);
});

const folder = join(import.meta.dirname, '..');
const sources = (readdirSync(folder, { recursive: true }) as string[])
  .filter((path) => /\.tsx?$/.test(path) && !/^(dist|node_modules|words)\b/.test(path))
  .map((path) => readFileSync(join(folder, path), 'utf8'))
  .join('\n');

test('every key the pages ask for exists', () => {
  const asked = [...sources.matchAll(/\bt\('([\w.-]+)'/g)].map(([, key]) => key!);
  const known = (key: string) => english.has(key) || english.has(`${key}_other`);
  expect(asked.length).toBeGreaterThan(200);
  expect([...new Set(asked)].filter((key) => !known(key))).toEqual([]);
});

test('every sentence is used by a page, by its key or by a key that is put together', () => {
  const together = [...sources.matchAll(/`((?:[\w.-]|\$\{[^`{}]*\})*)`/g)]
    .map(([, text]) => text!.split(/\$\{[^}]*\}/))
    .filter((parts) => parts.length > 1 && parts.some((part) => part.includes('.')))
    .map((parts) => new RegExp(`^${parts.map((part) => RegExp.escape(part)).join('[\\w.-]+')}$`));
  const isUsed = (key: string): boolean =>
    sources.includes(`'${key}'`) || together.some((pattern) => pattern.test(key));
  expect([...english.keys()].filter((key) => !isUsed(key.replace(/_(one|other)$/, '')))).toEqual([]);
});

test('no page has a sentence of its own outside of the words', () => {
  const sentences = [...sources.matchAll(/>\s*([A-Z][a-z]+(?: [a-z]+)+)\s*</g)].map(([, text]) => text);
  expect(sentences).toEqual([]);
});
