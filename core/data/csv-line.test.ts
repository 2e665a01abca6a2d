// CSV that another program reads back as it was, and that no spreadsheet runs.
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvCell, csvLine } from './csv-line.ts';

test.each([
  [null, ''],
  [undefined, ''],
  ['', ''],
  [0, '0'],
  [-12.5, '-12.5'],
  [false, 'false'],
  [12345678901234n, '12345678901234'],
  [['a', 'b'], '"[""a"",""b""]"'],
  [{ city: '上海' }, '"{""city"":""上海""}"'],
  [' padded', '" padded"'],
  ['padded ', '"padded "'],
  ['two\nlines', '"two\nlines"'],
  ['semi;colon', 'semi;colon'],
  ['\r=1', `"'\r=1"`],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['=', "'="],
  ['＝1+1', "'＝1+1"],
  ['＋1', "'＋1"],
  ['－1', "'－1"],
  ['＠sum(a1)', "'＠sum(a1)"],
  ['-', "'-"],
  ['+', "'+"],
  ['-1-1', "'-1-1"],
  ['+1e5', "'+1e5"],
  ['-1.', "'-1."],
  ['-0.00', '-0.00'],
  ['+8613812345678', '+8613812345678'],
  ['a=b', 'a=b'],
  ['1-2', '1-2'],
])('the cell of %s is %s', (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});

test('a line is its cells with commas between, ended as RFC 4180 says; no cells are an empty line', () => {
  expect(csvLine(['Ada', null, 3, 'a,b'])).toBe('Ada,,3,"a,b"\r\n');
  expect(csvLine([])).toBe('\r\n');
});

const odd = fc.string({ unit: fc.constantFrom(...'=+-@＝＋－＠\t\r\n ",;\'0158.eA漢é\u00a0\u2028', '👍') });

test('any text is read back as it was, but for the mark before a formula', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(odd, fc.string({ unit: 'grapheme' })), { minLength: 2, maxLength: 6 }), (cells) => {
      const [read] = parse(csvLine(cells), { record_delimiter: '\r\n' }) as string[][];
      expect(read).toHaveLength(cells.length);
      for (const [n, cell] of cells.entries()) expect([cell, `'${cell}`]).toContain(read![n]);
    }),
  );
});

test('whatever starts as a formula does is marked, unless all of it is a number', () => {
  fc.assert(
    fc.property(fc.constantFrom(...'=+-@\t\r＝＋－＠'), odd, (start, rest) => {
      const [[read]] = parse(csvLine([start + rest, 'end']), { record_delimiter: '\r\n' }) as [[string]];
      const isNumber = /^[+-]?[0-9]+([.][0-9]+)?$/.test(start + rest);
      expect(read.startsWith("'")).toBe(!isNumber);
    }),
  );
});
