// Takes the bytes of a request into a file, within a limit, whole or not at all. Does not look at what they are.

import { createWriteStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BodyTooLarge, InvalidRequest, Unavailable, UnsupportedMediaType } from '../../core/index.ts';

/**
 * Answers the number of bytes, which are on the disk by then. Throws BodyTooLarge, InvalidRequest when the
 * body is empty or breaks off, UnsupportedMediaType for a form or a Content-Encoding, Unavailable without
 * room on the disk; no file is left then. `limit` in bytes.
 */
export const receiveFile = async (request: IncomingMessage, path: string, limit: number): Promise<number> => {
  refuseWrapped(request);
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit) throw new BodyTooLarge(limit);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  let bytes = 0;
  try {
    const limited = async function* () {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > limit) throw new BodyTooLarge(limit);
        yield chunk;
      }
    };
    await pipeline(limited, createWriteStream(path, { mode: 0o600 }));
    if (bytes === 0) throw new InvalidRequest('The body is empty: send the file itself.');
    if (declared > 0 && bytes !== declared) throw new InvalidRequest('The body ended before its length.');
    await using file = await open(path, 'r+');
    await file.sync();
    return bytes;
  } catch (error) {
    await rm(path, { force: true });
    const code = (error as { code?: string }).code;
    if (code === 'ENOSPC')
      throw new Unavailable('There is no room for the file right now.', {
        cause: error,
        headers: { 'Retry-After': '60' },
      });
    if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET')
      throw new InvalidRequest('The body ended before its length.', { cause: error });
    throw error;
  }
};

/** The first bytes of a request, for a look; what is beyond the limit is refused. */
export const receiveHead = async (request: IncomingMessage, limit: number): Promise<Buffer> => {
  refuseWrapped(request);
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limit) throw new BodyTooLarge(limit);
    parts.push(chunk);
  }
  if (bytes === 0) throw new InvalidRequest('The body is empty: send the file itself.');
  return Buffer.concat(parts);
};

const refuseWrapped = (request: IncomingMessage): void => {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/')) throw new UnsupportedMediaType('Send the file itself as the body, not a form.');
  const encoding = request.headers['content-encoding'];
  if (encoding && encoding !== 'identity')
    throw new UnsupportedMediaType('Leave Content-Encoding away; a gzip file is recognised by itself.');
};
