// From bytes to records: decoded, framed, split into cells by csv-parse or read as JSON. A record that cannot be read is a
// record with a problem, never an exception. What the cells mean is decided elsewhere (mapping.ts, layouts).
import type { importFormats } from '@rapport/sdk/schemas';
import { parse } from 'csv-parse/sync';
import { detectDelimiter } from './delimiter.ts';
import { type Decoder, detectEncoding, type Encoding } from './encoding.ts';
import { ImportFileUnreadable } from './errors.ts';
import { createFramer, type Frame } from './frames.ts';
import { isGzip, type Source, toFailure, unpackHead } from './source.ts';

export type Format = (typeof importFormats)[number];
/** How the bytes of a file are read; `delimiter` is null for JSON Lines. */
export type Shape = { format: Format; encoding: Encoding; gzip: boolean; delimiter: string | null; newline: string };
/** What the caller knows; the rest is guessed from the head of the file. */
export type ReadSettings = { format?: Format; encoding?: Encoding; delimiter?: string };

export type RecordProblem = { code: string; reason: string };
/** `cells` in the order of the header (CSV), or `members` by name (JSON Lines; nested ones as `a.b`). */
export type RawRecord = {
  row: number;
  text: string;
  cells?: string[];
  members?: Record<string, string>;
  problem?: RecordProblem;
};

/** What kind of file this is, from its first bytes and what the caller says. */
export const shapeOf = (head: Buffer, settings: ReadSettings): Shape & { text: string } => {
  const gzip = isGzip(head);
  const bytes = unpacked(head);
  const encoding = settings.encoding ?? detectEncoding(bytes);
  const text = new TextDecoder(encoding).decode(bytes, { stream: true });
  const format = settings.format ?? (/^\s*\{/.test(text) ? 'jsonl' : 'csv');
  if (/^\s*\[\s*[{[]/.test(text))
    throw new ImportFileUnreadable('This is one JSON array. Write one object a line (JSON Lines).');
  const delimiter = format === 'csv' ? (settings.delimiter ?? detectDelimiter(text)) : null;
  return {
    format,
    encoding,
    gzip,
    delimiter,
    newline: text.includes('\n') || !text.includes('\r') ? '\n' : '\r',
    text,
  };
};

const unpacked = (head: Buffer): Buffer => {
  try {
    return unpackHead(head);
  } catch (error) {
    throw new ImportFileUnreadable('The file looks like gzip but cannot be unpacked.', { cause: error });
  }
};

/** `header` is empty until the first record is read, and for JSON Lines. */
export type RecordReader = { push: (text: string) => RawRecord[]; end: () => RawRecord[]; header: () => string[] };

/** The first CSV record is the header: it is row 1 and not among the records. */
export const createRecordReader = (shape: Shape): RecordReader => {
  const framer = createFramer(shape);
  let row = 0;
  let header: string[] | undefined = shape.format === 'csv' ? undefined : [];

  const records = (frames: Frame[]): RawRecord[] => {
    if (frames.length === 0) return [];
    if (header === undefined) {
      header = readHeader(frames[0]!, shape.delimiter!);
      row = 1;
      return records(frames.slice(1));
    }
    const from = row + 1;
    row += frames.length;
    return shape.format === 'csv'
      ? csvRecords(frames, from, shape.delimiter!, header.length)
      : frames.map((frame, i) => jsonRecord(frame, from + i));
  };

  return {
    push: (text) => records(framer.push(text)),
    end: () => records(framer.end()),
    header: () => header ?? [],
  };
};

/** All records of a source, a chunk's worth at a time. */
export const readRecords = async function* (source: Source, decoder: Decoder, reader: RecordReader) {
  try {
    for await (const chunk of source.chunks) {
      const records = reader.push(decoder.push(chunk));
      if (records.length > 0) yield records;
    }
  } catch (error) {
    throw toFailure(error);
  }
  const rest = [...reader.push(decoder.end()), ...reader.end()];
  if (rest.length > 0) yield rest;
};

const reasons = {
  LINE_TOO_LONG: 'The row is longer than 1 MB.',
  UNCLOSED_QUOTE: 'A quote opens and never closes; reading went on at the next line.',
  BAD_QUOTE: 'A quoted cell goes on after its closing quote.',
};

const readHeader = (frame: Frame, delimiter: string): string[] => {
  if (frame.problem) throw new ImportFileUnreadable(`The first line is no header: ${reasons[frame.problem]}`);
  const names = splitCells([frame.text], delimiter)?.[0]?.map((name) => name.trim());
  if (!names || names.every((name) => name === '')) throw new ImportFileUnreadable('The first line is no header.');
  return names;
};

const options = { record_delimiter: '\n', relax_column_count: true, relax_quotes: true };

const splitCells = (texts: string[], delimiter: string): string[][] | undefined => {
  try {
    const rows = parse(texts.join('\n'), { ...options, delimiter }) as string[][];
    return rows.length === texts.length ? rows : undefined;
  } catch {
    return undefined;
  }
};

const csvRecords = (frames: Frame[], from: number, delimiter: string, width: number): RawRecord[] => {
  const good = frames.filter((frame) => frame.problem === undefined).map((frame) => frame.text);
  // One bad apple makes the whole parse fail; then each is read alone.
  const all = splitCells(good, delimiter) ?? good.map((text) => splitCells([text], delimiter)?.[0]);
  let next = 0;
  return frames.map((frame, i): RawRecord => {
    const row = from + i;
    if (frame.problem)
      return { row, text: frame.text, problem: { code: frame.problem, reason: reasons[frame.problem] } };
    const cells = all[next++];
    return cells ? checkCells(row, frame.text, cells, width) : { row, text: frame.text, problem: unreadable };
  });
};

const unreadable = { code: 'ROW_UNREADABLE', reason: 'The row cannot be split into cells.' };
const notText = { code: 'ENCODING', reason: "The row has bytes that are no text in the file's encoding." };

const checkCells = (row: number, text: string, cells: string[], width: number): RawRecord => {
  if (text.includes('\ufffd')) return { row, text, problem: notText };
  if (cells.length < width || cells.slice(width).some((cell) => cell.trim() !== '')) {
    const reason = `The row has ${cells.length} cells, the header ${width}.`;
    return { row, text, problem: { code: 'COLUMN_COUNT', reason } };
  }
  return { row, text, cells };
};

const jsonRecord = ({ text, problem }: Frame, row: number): RawRecord => {
  if (problem) return { row, text, problem: { code: problem, reason: reasons[problem] } };
  if (text.includes('\ufffd')) return { row, text, problem: notText };
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { row, text, members: flatten(value as Record<string, unknown>) };
  } catch {}
  return { row, text, problem: { code: 'ROW_UNREADABLE', reason: 'The line is not a JSON object.' } };
};

const flatten = (object: Record<string, unknown>): Record<string, string> => {
  const flat: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(object)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [inner, part] of Object.entries(value)) flat[`${name}.${inner}`] = asText(part);
    else flat[name] = asText(value);
  }
  return flat;
};

const asText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((part) => typeof part !== 'object')) return value.map(String).join(';');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
