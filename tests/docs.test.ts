import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { generateDocs } from '../docs/generate.ts';

test('the generated docs say what the code does; `npm run docs` writes them', async () => {
  for (const [name, text] of Object.entries(await generateDocs())) {
    expect(readFileSync(`docs/${name}`, 'utf8'), `docs/${name} is stale`).toBe(text);
  }
});

// A path that moved would leave a page that leads nowhere.
test('every file that the docs and the README name is there', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md')];
  const missing = pages.flatMap((page) => {
    const text = readFileSync(page, 'utf8');
    const named = [
      ...text.matchAll(/`((?:sdk|core|rules|modules|plugins|console|migrations|demo|tests|bench|docs)\/[\w./-]+)`/g),
    ];
    const linked = [
      ...text.replace(/```[\s\S]*?```|`[^`\n]*`/g, '').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g),
    ].map(([, to]) => join(dirname(page), to!));
    return [...named.map(([, path]) => path!), ...linked]
      .filter((path) => !existsSync(path))
      .map((path) => `${page} → ${path}`);
  });
  expect(missing).toEqual([]);
});
