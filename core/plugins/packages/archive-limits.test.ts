// Archives from strangers: what is read, byte for byte, and what is refused with a code and a pointer before a file of it exists.
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { type TarEntry, tarOf } from '../../../tests/support/plugins.ts';
import { archiveLimits, readArchive } from './archive.ts';

const manifest: TarEntry = { name: 'plugin.json', body: '{}' };
const archive = async (...entries: TarEntry[]): Promise<Buffer> => gzipSync(await tarOf(entries));
const namesIn = async (packed: Buffer): Promise<string[]> => [...(await readArchive(packed)).keys()].toSorted();
const refusalOf = async (packed: Buffer): Promise<{ code?: string; pointer?: string; status?: number }> =>
  readArchive(packed).then(
    () => ({}),
    ({ code, pointer, status }) => ({ code, pointer, status }),
  );
/** One entry of a kind that the helper has no word for. */
const strange = async (header: Record<string, unknown>): Promise<Buffer> => {
  const tar = pack();
  const chunks: Buffer[] = [];
  tar.on('data', (chunk) => chunks.push(chunk as Buffer));
  const ended = new Promise<void>((resolve) => tar.on('end', resolve));
  tar.entry({ name: 'plugin.json' }, '{}');
  tar.entry(header as never, () => {});
  tar.finalize();
  await ended;
  return gzipSync(Buffer.concat(chunks));
};

describe('read as it is', () => {
  test('bytes of any kind, an empty file, a deep path, odd but plain names', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    const deep = `${'a/'.repeat(60)}end.txt`;
    const files = await readArchive(
      await archive(
        manifest,
        { name: 'all.bin', body: bytes },
        { name: 'empty', body: '' },
        { name: deep, body: 'x' },
        {
          name: 'assets/My Logo@2x+v1_final-.svg',
          body: '<svg/>',
        },
      ),
    );
    expect(files.get('all.bin')).toEqual(bytes);
    expect(files.get('empty')).toEqual(Buffer.alloc(0));
    expect(files.get(deep)!.toString()).toBe('x');
    expect(files.get('assets/My Logo@2x+v1_final-.svg')!.toString()).toBe('<svg/>');
  });

  test.each([
    ['as it is', ['plugin.json', 'src/a.ts'], ['plugin.json', 'src/a.ts']],
    ['with ./ in front, as tar -C writes', ['./plugin.json', './src/a.ts'], ['plugin.json', 'src/a.ts']],
    ['in one folder, as npm pack writes', ['package/plugin.json', 'package/src/a.ts'], ['plugin.json', 'src/a.ts']],
    ['in two folders: none is the top', ['one/plugin.json', 'two/a.ts'], ['one/plugin.json', 'two/a.ts']],
    ['a manifest at the top and one below', ['plugin.json', 'x/plugin.json'], ['plugin.json', 'x/plugin.json']],
  ])('the folder at the top is taken off where all is in it: %s', async (_, given, names) => {
    expect(await namesIn(await archive(...given.map((name) => ({ name, body: 'x' }))))).toEqual(names);
  });

  test('an archive of several gzip members in a row', async () => {
    const tar = await tarOf([manifest, { name: 'a.ts', body: 'x'.repeat(5000) }]);
    const packed = Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))]);
    expect(await namesIn(packed)).toEqual(['a.ts', 'plugin.json']);
  });

  test('folders of the archive are no files and do not count', async () => {
    const entries: TarEntry[] = Array.from({ length: archiveLimits.files - 1 }, (_, n) => ({
      name: `f${n}`,
      body: '',
    }));
    expect(await namesIn(await archive(manifest, ...entries))).toHaveLength(archiveLimits.files);
    expect(await namesIn(await strange({ name: 'assets/', type: 'directory' }))).toEqual(['plugin.json']);
  });
});

describe('a path is refused that no package needs:', () => {
  test.each([
    ['climbs', '../evil.ts'],
    ['climbs from inside', 'a/../../evil.ts'],
    ['climbs and comes back', 'a/../plugin.ts'],
    ['is absolute', '/etc/passwd'],
    ['is a drive', 'C:/windows/evil.ts'],
    ['has backslashes', '..\\..\\evil.ts'],
    ['has an empty part', 'a//b.ts'],
    ['is a dot', 'a/./b.ts'],
    ['ends in a dot part', 'a/..'],
    ['has a line feed', 'a\nb.ts'],
    ['has a control character', 'a\u0007b.ts'],
    ['is written in another alphabet', 'пакет.ts'],
    ['has a composed letter', 'caf\u00e9.ts'],
    ['has the same letter decomposed', 'cafe\u0301.ts'],
    ['has a full-width dot', 'a/\uff0e\uff0e/b.ts'],
    ['turns around', 'a\u202egpj.ts'],
    ['has a space of no width', 'plugin\u200b.json'],
    ['is encoded', '%2e%2e/evil.ts'],
    ['has a colon, a stream of NTFS', 'a.ts:hidden'],
    ['is too long', `${'a'.repeat(archiveLimits.path)}.ts`],
  ])('%s', async (_, name) => {
    const { code, status, pointer } = await refusalOf(await archive(manifest, { name, body: 'x' }));
    expect({ code, status }).toEqual({ code: 'ARCHIVE_INVALID', status: 400 });
    expect(pointer).toBe(`/${name.slice(0, 200).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  });

  test.each([
    ['plugin.json', './plugin.json'],
    ['src/a.ts', './src/a.ts'],
  ])('%s and %s are one file, and it is there twice', async (one, other) => {
    const entries = [manifest, { name: one, body: '1' }, { name: other, body: '2' }].slice(
      one === manifest.name ? 1 : 0,
    );
    expect(await refusalOf(await archive(...entries))).toMatchObject({ code: 'ARCHIVE_INVALID' });
  });
});

describe('an entry is refused that is no file:', () => {
  test.each([
    ['a symbolic link out', { name: 'a.ts', type: 'symlink', linkname: '../../etc/passwd' }],
    ['a symbolic link within', { name: 'a.ts', type: 'symlink', linkname: 'plugin.json' }],
    ['a hard link', { name: 'a.ts', type: 'link', linkname: 'plugin.json' }],
    ['a character device', { name: 'a.ts', type: 'character-device', devmajor: 1, devminor: 5 }],
    ['a block device', { name: 'a.ts', type: 'block-device', devmajor: 8, devminor: 0 }],
    ['a pipe', { name: 'a.ts', type: 'fifo' }],
  ])('%s', async (_, header) => {
    expect(await refusalOf(await strange(header))).toEqual({ code: 'ARCHIVE_INVALID', status: 400, pointer: '/a.ts' });
  });

  test('also when a link comes first and a file of its name after it', async () => {
    const packed = await archive(
      { name: 'a', type: 'symlink', linkname: '/tmp' },
      { name: 'a/b.ts', body: 'x' },
      manifest,
    );
    expect(await refusalOf(packed)).toMatchObject({ code: 'ARCHIVE_INVALID', pointer: '/a' });
  });
});

describe('too much is refused:', () => {
  const tooLarge = { code: 'ARCHIVE_TOO_LARGE', status: 413 };
  const megabytes = (count: number): Buffer => Buffer.alloc(count * 1024 ** 2);

  test('one file more than there may be', async () => {
    const entries: TarEntry[] = Array.from({ length: archiveLimits.files }, (_, n) => ({ name: `f${n}`, body: '' }));
    expect(await refusalOf(await archive(manifest, ...entries))).toMatchObject(tooLarge);
  });

  test('what is packed, before it is unpacked', async () => {
    expect(await refusalOf(megabytes(10.5))).toMatchObject(tooLarge);
  });

  test.each([
    ['one file that unpacks to too much', [25]],
    ['several files that do so together', [7, 7, 7]],
  ])('%s', async (_, sizes) => {
    const files = sizes.map((size, n) => ({ name: `zeros${n}`, body: megabytes(size) }));
    expect(await refusalOf(await archive(manifest, ...files))).toMatchObject(tooLarge);
  });

  test('a bomb in a bomb is only the outer one: what is inside is not unpacked', async () => {
    const inner = gzipSync(megabytes(30));
    expect(await namesIn(await archive(manifest, { name: 'bomb.gz', body: inner }))).toEqual([
      'bomb.gz',
      'plugin.json',
    ]);
  });

  test('20 MB exactly are taken, and a byte more is not', async () => {
    const most = archiveLimits.unpacked - 2;
    expect(await namesIn(await archive(manifest, { name: 'big', body: Buffer.alloc(most) }))).toHaveLength(2);
    expect(await refusalOf(await archive(manifest, { name: 'big', body: Buffer.alloc(most + 1) }))).toMatchObject({
      ...tooLarge,
      pointer: '/big',
    });
  });
});

describe('what is damaged is refused:', () => {
  test('a gzip cut at any place', async () => {
    const packed = await archive(manifest, { name: 'a.ts', body: 'export default {};' });
    for (const part of [1, 2, 10, 40, packed.length - 9, packed.length - 1])
      expect({ part, ...(await refusalOf(packed.subarray(0, part))) }).toMatchObject({ part, code: 'ARCHIVE_INVALID' });
  });

  test('a wrong checksum', async () => {
    const packed = await archive(manifest);
    packed[packed.length - 6]! ^= 0xff;
    expect(await refusalOf(packed)).toMatchObject({ code: 'ARCHIVE_INVALID', status: 400 });
  });

  test('a tar that ends before its file does, or whose header lies', async () => {
    const tar = await tarOf([manifest, { name: 'a.ts', body: 'x'.repeat(2000) }]);
    expect(await refusalOf(gzipSync(tar.subarray(0, 2048)))).toMatchObject({ code: 'ARCHIVE_INVALID' });
    const lying = Buffer.from(tar);
    lying.write('77777777777', 1024 + 124);
    expect(await refusalOf(gzipSync(lying))).toMatchObject({ code: 'ARCHIVE_INVALID' });
  });

  test.each(['zip', 'bzip2', 'zstd', 'plain tar'])('%s is not gzip', async (kind) => {
    const starts: Record<string, Buffer> = {
      zip: Buffer.from('504b0304', 'hex'),
      bzip2: Buffer.from('425a6839', 'hex'),
      zstd: Buffer.from('28b52ffd', 'hex'),
    };
    const bytes = Buffer.concat([starts[kind] ?? (await tarOf([manifest])), Buffer.alloc(600)]);
    expect(await refusalOf(bytes)).toMatchObject({ code: 'ARCHIVE_INVALID' });
  });
});
