import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFramer, type Frame } from './frames.ts';

const frame = (text: string, options: { delimiter?: string | null; limit?: number; step?: number } = {}): Frame[] => {
  const framer = createFramer({
    delimiter: options.delimiter === undefined ? ',' : options.delimiter,
    limit: options.limit,
  });
  const frames: Frame[] = [];
  const step = options.step ?? text.length + 1;
  for (let at = 0; at < text.length; at += step) frames.push(...framer.push(text.slice(at, at + step)));
  return [...frames, ...framer.end()];
};
const texts = (frames: Frame[]): string[] => frames.map(({ text }) => text);

describe('frames', () => {
  test('lines end with LF or CRLF, the last one also without; empty lines are no records', () => {
    expect(texts(frame('a,b\r\n1,2\n\n\r\n3,4'))).toEqual(['a,b', '1,2', '3,4']);
  });

  test('a quoted cell may hold line ends, delimiters and doubled quotes', () => {
    expect(texts(frame('1,"a\nb, ""c"""\n2,x'))).toEqual(['1,"a\nb, ""c"""', '2,x']);
  });

  test('a quote inside an unquoted cell is a character like any other', () => {
    expect(texts(frame('1,5" nail\n2,x'))).toEqual(['1,5" nail', '2,x']);
  });

  test('a quote that never closes costs its line, not the rest of the file', () => {
    expect(frame('1,"oops\n2,x\n3,y')).toEqual([
      { text: '1,"oops', problem: 'UNCLOSED_QUOTE' },
      { text: '2,x' },
      { text: '3,y' },
    ]);
    expect(frame('1,"oops\n2,"x"\n3,y').map(({ problem }) => problem)).toEqual(['BAD_QUOTE', undefined, undefined]);
  });

  test('text after a closing quote makes the line bad', () => {
    expect(frame('1,"a"b\n2,x')).toEqual([{ text: '1,"a"b', problem: 'BAD_QUOTE' }, { text: '2,x' }]);
  });

  test('a line past the limit is one short rejected record, however it arrives', () => {
    const long = 'x'.repeat(5000);
    for (const step of [7, 512, 100_000]) {
      const frames = frame(`1,a\n${long}\n2,b`, { limit: 2000, step });
      expect(frames.map(({ problem }) => problem)).toEqual([undefined, 'LINE_TOO_LONG', undefined]);
      expect(frames[1]!.text.length).toBeLessThanOrEqual(1000);
    }
  });

  test('an open quote is given up at the limit and reading goes on at the next line', () => {
    const lines = Array.from({ length: 500 }, (_, i) => `${i},value`).join('\n');
    const frames = frame(`0,"open\n${lines}`, { limit: 1000, step: 100 });
    expect(frames[0]).toEqual({ text: '0,"open', problem: 'UNCLOSED_QUOTE' });
    expect(frames).toHaveLength(501);
  });

  test('JSON Lines know no quotes', () => {
    expect(texts(frame('{"a":"x\\"y"}\n{"b":1}\n', { delimiter: null }))).toEqual(['{"a":"x\\"y"}', '{"b":1}']);
  });

  test('any table comes back cell by cell, wherever the text is cut', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é', '中') });
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 }),
        fc.nat(20),
        (rows, step) => {
          const written = rows.map((row) => row.map((c) => `"${c.replaceAll('"', '""')}"`).join(','));
          const frames = frame(`${written.join('\n')}\n`, { step: step + 1 });
          expect(frames.every(({ problem }) => problem === undefined)).toBe(true);
          expect(texts(frames)).toEqual(written);
        },
      ),
    );
  });

  test('no text makes it throw or lose its way', () => {
    const noise = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r') });
    fc.assert(
      fc.property(noise, fc.nat(10), (text, step) => {
        const end = `${text}\n\n"ok","ok"\n`;
        expect(frame(end, { step: step + 1 })).toEqual(frame(end));
      }),
    );
  });
});
