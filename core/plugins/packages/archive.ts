// Reads a plugin's files, from a .tgz or a folder, within limits: nothing outside the package, no links, no bombs. Writes nothing.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, type ZlibOptions } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Failure } from '../../errors.ts';
import { ArchiveInvalid, ArchiveTooLarge } from './errors.ts';

export type PackageFiles = Map<string, Buffer>;

/** Bytes packed, bytes unpacked, files, characters of a path. */
export const archiveLimits = { packed: 10 * 1024 ** 2, unpacked: 20 * 1024 ** 2, files: 500, path: 200 };

export const readArchive = async (packed: Buffer): Promise<PackageFiles> => {
  if (packed.length > archiveLimits.packed)
    throw new ArchiveTooLarge(`The archive is larger than ${archiveLimits.packed} bytes.`);
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) throw new ArchiveInvalid('It is not gzip. Send a .tgz.');
  const files: PackageFiles = new Map();
  let unpacked = 0;
  const tar = extract();
  // The bytes are in memory and bounded, so a fault is kept and the rest runs through: destroying the parser would throw its
  // error once more, into nowhere.
  let fault: Failure | undefined;
  tar.on('entry', (header, stream, next) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk) => {
      if (!fault) chunks.push(chunk as Buffer);
    });
    stream.on('error', () => {});
    stream.on('end', () => {
      const bytes = Buffer.concat(chunks);
      unpacked += bytes.length;
      if (header.type !== 'directory') fault ??= faultOf(header.name, header.type ?? undefined, files, unpacked);
      if (!fault && header.type !== 'directory') files.set(insidePath(header.name)!, bytes);
      next();
    });
  });
  const plain = await unzip(packed);
  try {
    await new Promise<void>((resolve, reject) => {
      tar.on('finish', resolve).on('error', reject);
      tar.end(plain);
    });
  } catch (error) {
    throw fault ?? new ArchiveInvalid(`It cannot be read: ${(error as Error).message}`, { cause: error });
  }
  if (fault) throw fault;
  return withoutTopFolder(files);
};

const faultOf = (
  name: string,
  type: string | undefined,
  files: PackageFiles,
  unpacked: number,
): Failure | undefined => {
  const pointer = `/${pointerPart(name)}`;
  if (type !== 'file') return new ArchiveInvalid(`"${name}" is a ${type ?? 'strange entry'}, not a file.`, { pointer });
  const path = insidePath(name);
  if (!path) return new ArchiveInvalid(`"${name}" leads out of the package.`, { pointer });
  if (files.has(path)) return new ArchiveInvalid(`"${path}" is there twice.`, { pointer });
  if (files.size >= archiveLimits.files) return new ArchiveTooLarge(`It has more than ${archiveLimits.files} files.`);
  if (unpacked > archiveLimits.unpacked)
    return new ArchiveTooLarge(`It unpacks to more than ${archiveLimits.unpacked} bytes.`, { pointer });
};

// The ceiling counts headers and padding too: a bomb ends here, before it is a file.
const unzip = async (packed: Buffer): Promise<Buffer> => {
  const maxOutputLength = archiveLimits.unpacked + archiveLimits.files * 2048;
  try {
    return await promisify<Buffer, ZlibOptions, Buffer>(gunzip)(packed, { maxOutputLength });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw new ArchiveTooLarge(`It unpacks to more than ${archiveLimits.unpacked} bytes.`);
    throw new ArchiveInvalid('It is not gzip, or it is damaged.', { cause: error });
  }
};

const pointerPart = (name: string): string => name.slice(0, 200).replaceAll('~', '~0').replaceAll('/', '~1');

/** The path within the package, or nothing when it is absolute, climbs, or is written in a way no package needs. */
const insidePath = (name: string): string | undefined => {
  const path = name.replace(/^\.\//, '');
  const plain = /^[A-Za-z0-9@+_. -]+(\/[A-Za-z0-9@+_. -]+)*$/.test(path) && path.length <= archiveLimits.path;
  return plain && !path.split('/').some((part) => part === '..' || part === '.') ? path : undefined;
};

// `npm pack` and many others put everything into one folder.
const withoutTopFolder = (files: PackageFiles): PackageFiles => {
  if (files.has('plugin.json')) return files;
  const top = [...files.keys()][0]?.split('/')[0];
  if (!top || ![...files.keys()].every((path) => path.startsWith(`${top}/`))) return files;
  return new Map([...files].map(([path, bytes]) => [path.slice(top.length + 1), bytes]));
};

const notPackaged = /(^|\/)(node_modules|dist|\..*)(\/|$)|\.test\.ts$/;

/** A plugin's folder on disk, for development and the bundled ones. Links are not followed. */
export const readFolder = async (folder: string): Promise<PackageFiles> => {
  const files: PackageFiles = new Map();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const full = join(entry.parentPath, entry.name);
    const path = relative(folder, full).replaceAll('\\', '/');
    if (!entry.isFile() || notPackaged.test(path)) continue;
    if (files.size >= archiveLimits.files || (await stat(full)).size > archiveLimits.unpacked)
      throw new ArchiveTooLarge(`${folder} is larger than a plugin may be.`);
    files.set(path, await readFile(full));
  }
  return files;
};
