// Makes plugin packages for tests: a manifest with what a test cares about, one file of code, packed as a publisher would.
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

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
