// A Vite plugin: in the console a route contract is its method, path and scope. The schemas stay types,
// so neither TypeBox nor any schema reaches the browser, and unused routes are shaken out.
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';

export const contracts = (sdk: string): Plugin => {
  const folder = join(sdk, 'routes') + sep;
  return {
    name: 'rapport-contracts',
    enforce: 'pre',
    async load(id) {
      const path = id.split('?')[0] ?? id;
      if (!path.startsWith(folder) || !path.endsWith('.ts') || path.endsWith(`${sep}index.ts`)) return null;
      const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
      return Object.entries(module)
        .filter(([, value]) => isRoute(value))
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(slim(value as Slim))};`)
        .join('\n');
    },
  };
};

type Slim = { method: string; path: string; root?: boolean; scope: string; rawBody?: boolean };

const isRoute = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'scope' in value;

const slim = ({ method, path, root, scope, rawBody }: Slim): Slim => ({ method, path, root, scope, rawBody });
