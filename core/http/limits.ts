// Reads a request body within limits of size, depth and number of members, before any schema looks at it.
import type { IncomingMessage } from 'node:http';
import rawBody from 'raw-body';
import { BodyTooLarge, InvalidRequest, JsonTooDeep, MalformedJson, UnsupportedMediaType } from '../errors.ts';

/** Written down in docs/operations.md. Bytes, levels, members. 20 groups of a rule are 46 levels with the deepest comparison. */
export const bodyLimits = { bytes: 1024 * 1024, depth: 64, members: 200_000 };

export const readBody = async (request: IncomingMessage, limit: number): Promise<string> => {
  const encoding = request.headers['content-encoding'];
  if (encoding && encoding !== 'identity')
    throw new UnsupportedMediaType(`Content-Encoding ${encoding} is not read here.`);
  try {
    const bytes = await rawBody(request, { limit, length: request.headers['content-length'] ?? null });
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const type = (error as { type?: string }).type;
    if (type === 'entity.too.large') throw new BodyTooLarge(limit);
    if (error instanceof TypeError) throw new MalformedJson('The body is not UTF-8.', { cause: error });
    throw new InvalidRequest('The body ended before its length.', { cause: error });
  }
};

export const readJson = async (request: IncomingMessage, limit: number): Promise<unknown> => {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';').map(trimmed);
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && !/^"?utf-?8"?$/.test(charset))
    throw new UnsupportedMediaType(`JSON is UTF-8; it is not read as ${charset.slice(0, 40)}.`);
  const text = await readBody(request, limit);
  if (text === '' && type === '') return undefined;
  if (type !== 'application/json' && !type.endsWith('+json'))
    throw new UnsupportedMediaType('Send the body as application/json.');
  return parseJson(text);
};

const trimmed = (part: string): string => part.trim();

/** JSON.parse that refuses depth and size before they cost anything, `__proto__` members, and text no database keeps. */
export const parseJson = (given: string): unknown => {
  // Texts are stored in NFC, whoever wrote them, also with escapes: two spellings of one word are equal everywhere.
  const text = given.normalize('NFC');
  guardShape(text);
  try {
    // A reviver is many times slower than plain parsing: only texts in which something could hide are walked.
    return text.includes('__proto__') || text.includes('\\u') ? JSON.parse(text, revive) : JSON.parse(text);
  } catch (error) {
    if (error instanceof MalformedJson) throw error;
    throw new MalformedJson(`The body is not JSON: ${(error as Error).message}`, { cause: error });
  }
};

const revive = (key: string, value: unknown): unknown => {
  if (key === '__proto__') throw new MalformedJson('A member may not be named __proto__.');
  for (const part of [key, value])
    if (typeof part === 'string' && (part.includes('\u0000') || !part.isWellFormed()))
      throw new MalformedJson('Text may hold neither U+0000 nor half of a surrogate pair.');
  return typeof value === 'string' ? value.normalize('NFC') : value;
};

const guardShape = (text: string): void => {
  let depth = 0;
  let members = 0;
  let inText = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inText) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inText = false;
    } else if (c === 0x22) inText = true;
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > bodyLimits.depth) throw new JsonTooDeep(`The body nests deeper than ${bodyLimits.depth} levels.`);
    } else if (c === 0x7d || c === 0x5d) depth--;
    else if (c === 0x2c && ++members > bodyLimits.members)
      throw new JsonTooDeep(`The body has more than ${bodyLimits.members} members.`);
  }
};
