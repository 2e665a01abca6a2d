// Guesses how bytes are written as text: by mark, by null bytes, as UTF-8 if they are, else GB18030 or Windows-1252. Decodes by that guess.
import { isAscii } from 'node:buffer';
import type { importEncodings } from '@rapport/sdk/schemas';

/** Text of bytes that come in chunks; a character may lie across two of them. */
export type Decoder = { push: (chunk: Buffer) => string; end: () => string };

/**
 * Without an encoding it is judged at the first chunk with bytes beyond ASCII, however far down the file that is: what came
 * before reads the same in every encoding there is. So no second reading is needed to know it.
 */
export const createDecoder = (encoding?: Encoding): Decoder => {
  let decoder = encoding && new TextDecoder(encoding);
  let first = true;
  return {
    push: (chunk) => {
      // UTF-16 without a mark may have ASCII bytes and nulls only; it says so from its first line.
      if (!decoder && (!isAscii(chunk) || (first && chunk.includes(0))))
        decoder = new TextDecoder(detectEncoding(chunk));
      first = false;
      return decoder ? decoder.decode(chunk, { stream: true }) : chunk.toString('latin1');
    },
    end: () => decoder?.decode() ?? '',
  };
};

export type Encoding = (typeof importEncodings)[number];

/**
 * A guess from what is given; a sample of ASCII only counts as UTF-8. Chinese in other encodings than
 * GB18030 and UTF is not recognized: the caller names it.
 */
export const detectEncoding = (sample: Buffer): Encoding => {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  return byNulls(sample) ?? (isUtf8(sample) ? 'utf-8' : looksChinese(sample) ? 'gb18030' : 'windows-1252');
};

// Latin letters in UTF-16 have a null byte each: second in little-endian, first in big-endian.
const byNulls = (sample: Buffer): Encoding | undefined => {
  const nulls = [0, 0];
  const length = Math.min(sample.length, 4096);
  for (let i = 0; i < length; i++) if (sample[i] === 0) nulls[i & 1]!++;
  if (nulls[1]! > length / 8 && nulls[0]! < nulls[1]! / 8) return 'utf-16le';
  if (nulls[0]! > length / 8 && nulls[1]! < nulls[0]! / 8) return 'utf-16be';
  return undefined;
};

// A sample may end inside a character: what is begun and may still be finished does not count against it.
const isUtf8 = (sample: Buffer): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return true;
  } catch {
    return false;
  }
};

/** In Chinese text high bytes come in pairs; in Western text an accented letter mostly stands between plain ones. */
const looksChinese = (sample: Buffer): boolean => {
  let pairs = 0;
  let alone = 0;
  for (let i = 0; i < sample.length; i++) {
    if (sample[i]! < 0x80) continue;
    const next = sample[i + 1] ?? 0;
    if (next >= 0xa1 && sample[i]! >= 0xa1) {
      pairs++;
      i++;
    } else alone++;
  }
  return pairs > alone * 2;
};
