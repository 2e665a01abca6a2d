// A plugin's folder is read the same however its path is written.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { readFolder } from './archive.ts';

test('a folder is read by an absolute path, a relative one, or one that ends in a slash', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plugin-'));
  try {
    mkdirSync(join(folder, 'model'));
    for (const name of ['plugin.json', 'index.ts', 'index.test.ts', 'model/fit.ts'])
      writeFileSync(join(folder, name), name);
    const here = relative(process.cwd(), folder);
    for (const path of [folder, `${folder}/`, here, `./${here}`, join(here, '..', '.', relative(tmpdir(), folder))])
      expect([...(await readFolder(path)).keys()].sort()).toEqual(['index.ts', 'model/fit.ts', 'plugin.json']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
