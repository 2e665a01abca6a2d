import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateDocs } from '../docs/generate.ts';

test('the generated docs say what the code does; `npm run docs` writes them', async () => {
  for (const [name, text] of Object.entries(await generateDocs())) {
    expect(readFileSync(`docs/${name}`, 'utf8'), `docs/${name} is stale`).toBe(text);
  }
});
