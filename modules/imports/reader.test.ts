import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { detectDelimiter } from './delimiter.ts';
import { detectEncoding } from './encoding.ts';
import { createRecordReader, type RawRecord, type ReadSettings, shapeOf } from './reader.ts';

const read = (bytes: Buffer | string, settings: ReadSettings = {}) => {
  const shape = shapeOf(Buffer.from(bytes as Buffer), settings);
  const reader = createRecordReader(shape);
  const records: RawRecord[] = [...reader.push(shape.text), ...reader.end()];
  return { shape, header: reader.header(), records };
};
const cells = (bytes: Buffer | string, settings?: ReadSettings) => read(bytes, settings).records.map((r) => r.cells);

// GB18030 of 姓名,城市 / 王小明,北京 / 李华,上海
const chinese = Buffer.from(
  'd0d5c3fb2cb3c7cad00acdf5d0a1c3f72cb1b1beA90aC0EEbbaa2cC9CFbaa30a'.replace('beA9', 'bea9'),
  'hex',
);

describe('reading files', () => {
  test('a byte order mark is not part of the first name', () => {
    expect(read('\ufeffname,city\nAda,London\n').header).toEqual(['name', 'city']);
  });

  test('UTF-16 of both orders is recognised, with and without a mark', () => {
    const little = Buffer.from('name,city\nAda,London\n', 'utf16le');
    expect(cells(little)).toEqual([['Ada', 'London']]);
    expect(cells(Buffer.concat([Buffer.from([0xff, 0xfe]), little]))).toEqual([['Ada', 'London']]);
    expect(cells(Buffer.from(little).swap16())).toEqual([['Ada', 'London']]);
  });

  test('Windows-1252 and GB18030 are told apart', () => {
    expect(cells(Buffer.from('name,city\nJürgen,Köln\nZoë,Orléans\n', 'latin1'))).toEqual([
      ['Jürgen', 'Köln'],
      ['Zoë', 'Orléans'],
    ]);
    expect(detectEncoding(chinese)).toBe('gb18030');
    expect(read(chinese).header).toEqual(['姓名', '城市']);
    expect(cells(chinese)).toEqual([
      ['王小明', '北京'],
      ['李华', '上海'],
    ]);
  });

  test('the delimiter is the one that gives every line the same cells', () => {
    expect(detectDelimiter('a;b;c\n1,5;2;3\n2,5;3;4')).toBe(';');
    expect(detectDelimiter('a\tb\n"x\ty"\tz')).toBe('\t');
    expect(detectDelimiter('a|b\n1|2')).toBe('|');
    expect(detectDelimiter('name\nAda')).toBe(',');
  });

  test('rows count as a spreadsheet counts them', () => {
    expect(read('a,b\n1,2\n3,4\n').records.map(({ row }) => row)).toEqual([2, 3]);
    expect(read('{"a":1}\n{"a":2}\n').records.map(({ row }) => row)).toEqual([1, 2]);
  });

  test('a row with other cells than the header, or of broken text, is a problem and not an end', () => {
    const { records } = read('a,b\n1\n1,2,3\n1,2,\n"x"y,2\n5,6\n');
    expect(records.map(({ problem }) => problem?.code)).toEqual([
      'COLUMN_COUNT',
      'COLUMN_COUNT',
      undefined,
      'BAD_QUOTE',
      undefined,
    ]);
    expect(records.map(({ text }) => text)).toEqual(['1', '1,2,3', '1,2,', '"x"y,2', '5,6']);
    const broken = Buffer.concat([Buffer.from('a,b\n1,é\n1,'), Buffer.from([0xff, 0xfe]), Buffer.from('\n3,4\n')]);
    expect(read(broken, { encoding: 'utf-8' }).records.map(({ problem }) => problem?.code)).toEqual([
      undefined,
      'ENCODING',
      undefined,
    ]);
  });

  test('JSON Lines: nested members get dotted names, what is no object is a problem', () => {
    const { records } = read('{"a":1,"b":{"c":true,"d":null},"tags":["x","y"]}\n[1]\n{"a":\n"x"\n', {
      format: 'jsonl',
    });
    expect({ ...records[0]!.members }).toEqual({ a: '1', 'b.c': 'true', 'b.d': '', tags: 'x;y' });
    expect(records.slice(1).map(({ problem }) => problem?.code)).toEqual(Array(3).fill('ROW_UNREADABLE'));
  });

  test('gzip is unpacked, also where the head of a file breaks off', () => {
    const text = `a,b\n${Array.from({ length: 5000 }, (_, i) => `${i},${(i * 7919) % 10_007}`).join('\n')}\n`;
    const packed = gzipSync(text);
    expect(read(packed).records).toHaveLength(5000);
    const half = read(packed.subarray(0, packed.length >> 1));
    expect(half.header).toEqual(['a', 'b']);
    expect(half.records.length).toBeGreaterThan(1000);
  });

  test('what is no table is refused with a sentence', () => {
    expect(() => read('[{"a":1}]')).toThrow('one JSON array');
    expect(() => read(Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.from('no gzip at all')]))).toThrow('unpacked');
    expect(() => read(',,\n1,2,3')).toThrow('header');
  });
});
