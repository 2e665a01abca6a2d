// A file as a stream of bytes, gunzipped when it is gzip, with a count of what was read of it. Knows nothing of rows.
import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { detectEncoding, type Encoding } from './encoding.ts';
import { ImportFileUnreadable } from './errors.ts';

const chunkBytes = 128 * 1024;

export const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;

export type Source = { chunks: AsyncIterable<Buffer>; bytesRead: () => number; close: () => void };

export const openSource = (path: string, gzip: boolean): Source => {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  // An error of either end reaches the reader through the last stream.
  const chunks = gzip ? pipeline(file, createGunzip({ chunkSize: chunkBytes }), () => {}) : file;
  return { chunks: chunks as AsyncIterable<Buffer>, bytesRead: () => file.bytesRead, close: () => file.destroy() };
};

/** The first bytes of a file, gunzipped. `whole` says that there is no more. */
export const readHead = async (path: string, limit = 1024 * 1024): Promise<{ head: Buffer; whole: boolean }> => {
  await using file = await open(path);
  const buffer = Buffer.alloc(limit);
  const { bytesRead } = await file.read(buffer, 0, limit, 0);
  const { size } = await file.stat();
  return { head: buffer.subarray(0, bytesRead), whole: size <= bytesRead };
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

export type Scan = { bytes: number; hash: string; encoding: Encoding };

/** Reads a file once: its hash, by which it is known again, and its encoding, judged where its first other-than-ASCII bytes are. */
export const scanFile = async (path: string, gzip: boolean): Promise<Scan> => {
  const sha = createHash('sha256');
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  file.on('data', (chunk) => sha.update(chunk));
  const unpacked = gzip ? pipeline(file, createGunzip({ chunkSize: chunkBytes }), () => {}) : file;
  let encoding: Encoding | undefined;
  let first = true;
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      if (encoding === undefined && (first ? !isAscii(chunk) || chunk.includes(0) : !isAscii(chunk)))
        encoding = detectEncoding(first ? chunk : fromCharacterStart(chunk));
      first = false;
    }
  } catch (error) {
    throw toFailure(error);
  }
  return { bytes: file.bytesRead, hash: sha.digest('hex'), encoding: encoding ?? 'utf-8' };
};

/** What zlib says of a damaged file, as a failure that the caller may see; anything else as it is. */
export const toFailure = (error: unknown): unknown => {
  const code = (error as { code?: string }).code ?? '';
  return code.startsWith('Z_')
    ? new ImportFileUnreadable('The gzip file is damaged or breaks off.', { cause: error })
    : error;
};

// A chunk from the middle of a file may begin inside a UTF-8 character.
const fromCharacterStart = (chunk: Buffer): Buffer => {
  let start = 0;
  while (start < 3 && (chunk[start]! & 0xc0) === 0x80) start++;
  return chunk.subarray(start);
};
