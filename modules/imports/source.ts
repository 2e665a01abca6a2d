// A file as a stream of bytes, gunzipped when it is gzip, with a count of what was read of it. Knows nothing of rows.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { ImportFileUnreadable } from './errors.ts';

const chunkBytes = 128 * 1024;

export const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** `bytesRead` counts bytes of the file on the disk, packed ones where it is packed. `close` may come at any time. */
export type Source = { chunks: AsyncIterable<Buffer>; bytesRead: () => number; close: () => void };

/** A file that cannot be read, or damaged gzip, throws where the chunks are read, not here. */
export const openSource = (path: string, gzip: boolean): Source => {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  // An error of either end reaches the reader through the last stream.
  const chunks = gzip ? pipeline(file, createGunzip({ chunkSize: chunkBytes }), () => {}) : file;
  return { chunks: chunks as AsyncIterable<Buffer>, bytesRead: () => file.bytesRead, close: () => file.destroy() };
};

/** The first bytes of a file as they lie on the disk. */
export const readHead = async (path: string, limit = 1024 * 1024): Promise<Buffer> => {
  await using file = await open(path);
  const buffer = Buffer.alloc(limit);
  const { bytesRead } = await file.read(buffer, 0, limit, 0);
  return buffer.subarray(0, bytesRead);
};

/** Of a gzip head that breaks off, as much as comes out; at most `limit` bytes, whatever it unpacks to. */
export const unpackHead = (head: Buffer, limit = 4 * 1024 * 1024): Buffer => {
  if (!isGzip(head)) return head;
  let part = head;
  for (;;) {
    try {
      return gunzipSync(part, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: limit });
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_BUFFER_TOO_LARGE' || part.length < 64) throw error;
      part = part.subarray(0, part.length >> 2);
    }
  }
};

/** SHA-256 of the bytes as they lie on the disk, in hex: by it an import that was interrupted is known again, wherever its file is. */
export const hashFile = async (path: string): Promise<string> => {
  const sha = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) sha.update(chunk as Buffer);
  return sha.digest('hex');
};

/** Unpacks a gzip file to its end and keeps nothing: one that breaks off is refused before its first row is written. */
export const checkGzip = async (path: string): Promise<void> => {
  try {
    for await (const _ of openSource(path, true).chunks);
  } catch (error) {
    throw toFailure(error);
  }
};

/** What zlib says of a damaged file, as a failure that the caller may see; anything else as it is. */
export const toFailure = (error: unknown): unknown => {
  const code = (error as { code?: string }).code ?? '';
  return code.startsWith('Z_')
    ? new ImportFileUnreadable('The gzip file is damaged or breaks off.', { cause: error })
    : error;
};
