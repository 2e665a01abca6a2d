// Makes one script of a plugin's files, once, at install. Imports reach the package's own files and @rapport/sdk, nothing else.
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildFailure, build, type Loader, type Plugin } from 'esbuild';
import type { PackageFiles } from './archive.ts';
import { PluginBundleRefused } from './errors.ts';

/** Characters of the finished script. */
export const bundleLimit = 5 * 1024 * 1024;

const sdk = fileURLToPath(new URL('../../../sdk/plugin.ts', import.meta.url));
const loaders: Record<string, Loader> = { ts: 'ts', js: 'js', mjs: 'js', json: 'json', txt: 'text', md: 'text' };

/** A script that leaves the plugin's exports in `__rapportPlugin`. */
export const bundle = async (files: PackageFiles, entry: string): Promise<string> => {
  if (!files.has(entry))
    throw new PluginBundleRefused(`There is no file "${entry}" in the package.`, { pointer: '/entry' });
  try {
    const result = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: '__rapportPlugin',
      platform: 'neutral',
      target: 'es2024',
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
      plugins: [onlyOwnFiles(files)],
    });
    const code = result.outputFiles[0]!.text;
    if (code.length > bundleLimit)
      throw new PluginBundleRefused(`The bundle has more than ${bundleLimit} characters.`, { pointer: '/entry' });
    return code;
  } catch (error) {
    const first = (error as Partial<BuildFailure>).errors?.[0];
    if (!first) throw error;
    const where = first.location ? ` (${first.location.file.replace(/^package:/, '')}:${first.location.line})` : '';
    throw new PluginBundleRefused(`${first.text}${where}`, { pointer: '/entry', cause: error });
  }
};

const onlyOwnFiles = (files: PackageFiles): Plugin => ({
  name: 'only-own-files',
  setup: (made) => {
    made.onResolve({ filter: /.*/ }, ({ path, importer, kind, namespace }) => {
      if (kind === 'entry-point') return { path, namespace: 'package' };
      if (path === '@rapport/sdk') return { path: sdk };
      if (namespace === 'package' && /^\.{1,2}\//.test(path)) {
        const target = posix.normalize(posix.join(posix.dirname(importer), path));
        const found = [target, `${target}.ts`, `${target}.js`, `${target}/index.ts`].find((name) => files.has(name));
        if (found) return { path: found, namespace: 'package' };
      }
      return { errors: [{ text: `A plugin cannot import "${path}".` }] };
    });
    made.onLoad({ filter: /.*/, namespace: 'package' }, ({ path }) => {
      const loader = loaders[path.slice(path.lastIndexOf('.') + 1)];
      if (!loader) return { errors: [{ text: `"${path}" is not a file that code can import.` }] };
      return { contents: files.get(path)!, loader };
    });
  },
});

/** Over every file of the package, by name. */
export const hashFiles = (files: PackageFiles): string => {
  const hash = createHash('sha256');
  for (const path of [...files.keys()].sort()) {
    const bytes = files.get(path)!;
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
};
