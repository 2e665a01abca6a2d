// Makes plugin packages for tests: a manifest with what a test cares about, one file of code, packed as a publisher would.
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { system } from '../../core/index.ts';

export type TestPackage = Record<string, string>;

export const manifestOf = (given: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: 'acme/hello',
  version: '1.0.0',
  rapport: '^1.0',
  title: 'Hello',
  description: 'For tests.',
  license: 'MIT',
  entry: 'index.ts',
  provides: {},
  ...given,
});

export const packageOf = (made: { manifest?: Record<string, unknown>; code?: string }): TestPackage => ({
  'plugin.json': JSON.stringify(manifestOf(made.manifest)),
  'index.ts': made.code ?? 'export default {};',
});

/** A package whose entry is this code. */
export const filesOf = (manifest: Record<string, unknown>, code: string): Map<string, Buffer> =>
  new Map([
    ['plugin.json', Buffer.from(JSON.stringify(manifestOf(manifest)))],
    ['index.ts', Buffer.from(code)],
  ]);

type Installer = {
  installFiles: (files: Map<string, Buffer>, origin: 'folder', actor: typeof system) => Promise<{ id: string }>;
  get: (id: string) => Promise<{ id: string; scopes: { scope: string }[] }>;
  consent: (id: string, choice: { scopes: string[]; enable: boolean }, actor: typeof system) => Promise<unknown>;
};

/** Installs a package, grants all it asks for, and switches it on. */
export const installPlugin = async (
  plugins: Installer,
  manifest: Record<string, unknown>,
  code: string,
): Promise<void> => {
  const { id } = await plugins.installFiles(filesOf(manifest, code), 'folder', system);
  const scopes = (await plugins.get(id)).scopes.map(({ scope }) => scope);
  await plugins.consent(id, { scopes, enable: true }, system);
};

/** Installs a plugin that brings a channel; nobody consented to it and it is off, which is enough for rules to name it. */
export const installChannel = async (plugins: Pick<Installer, 'installFiles'>, key = 'email'): Promise<void> => {
  const channel = { key, title: key, address: key === 'email' ? 'email' : 'phone' };
  const manifest = { id: `acme/${key}`, provides: { channels: [channel] } };
  await plugins.installFiles(filesOf(manifest, 'export default {};'), 'folder', system);
};

export type TarEntry = { name: string; type?: 'file' | 'symlink' | 'link'; linkname?: string; body?: string | Buffer };

export const tarOf = async (entries: readonly TarEntry[]): Promise<Buffer> => {
  const tar = pack();
  const chunks: Buffer[] = [];
  tar.on('data', (chunk) => chunks.push(chunk as Buffer));
  const ended = new Promise<void>((resolve) => tar.on('end', resolve));
  for (const { name, type = 'file', linkname, body = '' } of entries) tar.entry({ name, type, linkname }, body);
  tar.finalize();
  await ended;
  return Buffer.concat(chunks);
};

export const tgz = async (files: TestPackage): Promise<Buffer> =>
  gzipSync(await tarOf(Object.entries(files).map(([name, body]) => ({ name, body }))));
