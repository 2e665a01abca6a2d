// The bytes of a file as text: which encoding it is, wherever that shows, and that chunks never cut a character.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDecoder, detectEncoding, type Encoding } from './encoding.ts';
import { unpackHead } from './source.ts';

const decode = (bytes: Buffer, sizes: readonly number[], encoding?: Encoding): string => {
  const decoder = createDecoder(encoding);
  let text = '';
  let at = 0;
  for (const size of sizes) {
    text += decoder.push(bytes.subarray(at, at + size));
    at += size;
  }
  return text + decoder.push(bytes.subarray(at)) + decoder.end();
};
// 姓名,城市 / 王小明,北京 in GB18030.
const chinese = Buffer.from('d0d5c3fb2cb3c7cad00acdf5d0a1c3f72cb1b1bea90a', 'hex');
const western = Buffer.from('name,city\nJürgen,Köln\n', 'latin1');
const plainRows = Buffer.from('name,city\nAda,London\n'.repeat(200));

describe('the encoding of a file', () => {
  test.each<[string, Buffer, Encoding]>([
    ['UTF-8 with its mark', Buffer.from('\ufeffname\n'), 'utf-8'],
    ['UTF-8 that breaks off inside a character', Buffer.from('名前').subarray(0, 5), 'utf-8'],
    ['Arabic in UTF-8', Buffer.from('الاسم,المدينة\n'), 'utf-8'],
    ['an emoji in UTF-8', Buffer.from('note\n🎁\n'), 'utf-8'],
    ['Chinese in GB18030', chinese, 'gb18030'],
    ['German in Windows-1252', western, 'windows-1252'],
    ['a euro sign in Windows-1252', Buffer.from([0x35, 0x20, 0x80, 0x0a]), 'windows-1252'],
    ['UTF-16, little end first, without a mark', Buffer.from('name,city\n', 'utf16le'), 'utf-16le'],
    ['UTF-16, big end first, without a mark', Buffer.from('name,city\n', 'utf16le').swap16(), 'utf-16be'],
    ['nothing beyond ASCII', plainRows, 'utf-8'],
    ['nothing at all', Buffer.alloc(0), 'utf-8'],
  ])('%s', (_, bytes, encoding) => expect(detectEncoding(bytes)).toBe(encoding));
});

describe('text of chunks', () => {
  test.each<[string, Buffer, string]>([
    ['GB18030', chinese, '姓名,城市\n王小明,北京\n'],
    ['Windows-1252', western, 'name,city\nJürgen,Köln\n'],
    ['UTF-8', Buffer.from('Zoë,東京,🎁\n'), 'Zoë,東京,🎁\n'],
  ])('%s is known where it first shows, far below plain rows', (_, bytes, text) => {
    const file = Buffer.concat([plainRows, bytes]);
    expect(decode(file, [64, 1000, plainRows.length - 1064])).toBe(plainRows.toString('latin1') + text);
  });

  test('a file of plain rows is the same text in whatever chunks it comes', () => {
    expect(decode(plainRows, [1, 2, 3])).toBe(plainRows.toString('latin1'));
    expect(decode(Buffer.alloc(0), [])).toBe('');
  });

  test('the mark of a file is not part of its text', () => {
    expect(decode(Buffer.from('\ufeffa,b\n'), [4])).toBe('a,b\n');
    expect(decode(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('ä\n', 'utf16le')]), [2])).toBe('ä\n');
  });

  test('UTF-16 without a mark is known from its first chunk, also when every letter is plain', () => {
    const little = Buffer.from('name,city\nAda,London\n', 'utf16le');
    expect(decode(little, [12, 3])).toBe('name,city\nAda,London\n');
    expect(decode(Buffer.from(little).swap16(), [12, 3])).toBe('name,city\nAda,London\n');
  });

  test('what the caller says goes before what the bytes look like', () => {
    expect(decode(western, [10], 'windows-1252')).toBe('name,city\nJürgen,Köln\n');
    expect(decode(Buffer.from('Köln'), [], 'windows-1252')).toBe('KÃ¶ln');
    expect(decode(western, [10], 'utf-8')).toContain('\ufffd');
  });

  test('with the encoding said, no cut of a file anywhere changes a character', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => text.isWellFormed());
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 30 });
    fc.assert(
      fc.property(texts, sizes, (text, cuts) => {
        // A mark at the very beginning is taken off; that is said above.
        const said = `x${text}`;
        expect(decode(Buffer.from(said), cuts, 'utf-8')).toBe(said);
        expect(decode(Buffer.from(said, 'utf16le'), cuts, 'utf-16le')).toBe(said);
      }),
      { numRuns: 200 },
    );
  });
});

test('the head of a gzip file gives at most the limit, also when it would unpack to a thousand times its size', () => {
  const packed = gzipSync(Buffer.alloc(8 * 1024 * 1024, 0x61));
  const head = unpackHead(packed, 1024 * 1024);
  expect(head.length).toBeLessThanOrEqual(1024 * 1024);
  expect(head.toString('latin1')).toMatch(/^a*$/);
  expect(unpackHead(Buffer.from('plain'))).toEqual(Buffer.from('plain'));
});
