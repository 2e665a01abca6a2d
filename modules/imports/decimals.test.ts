import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCurrencies } from '../../core/index.ts';
import { parseDecimal, times, toMinor } from './decimals.ts';

const pence = (text: string): number | undefined => {
  const value = parseDecimal(text);
  return value && toMinor(value, 2).minor;
};

describe('money from text', () => {
  test.each([
    ['2.55', 255],
    ['1234.5', 123_450],
    ['1,234.50', 123_450],
    ['1.234,50', 123_450],
    ['1 234,50', 123_450],
    ["1'234.50", 123_450],
    ['1,234', 123_400],
    ['1,23', 123],
    ['0,123', 12],
    ['1,00,000.25', 10_000_025],
    ['12.345.678', 1_234_567_800],
    ['£ 9.99', 999],
    ['$9.99', 999],
    ['￥88', 8800],
    ['88元', 8800],
    ['EUR 1.50', 150],
    ['1.50 EUR', 150],
    ['-3.20', -320],
    ['(3.20)', -320],
    ['3.20-', -320],
    ['１２．５０', 1250],
    ['.5', 50],
    ['£-3.20', -320],
    ['-£3.20', -320],
  ])('%s is %d minor units', (text, minor) => expect(pence(text)).toBe(minor));

  test.each(['', 'abc', '1.2.3,4,5', '1e5', '--1', '12,34,56.7.8', 'NaN', '0x10'])('"%s" is no amount', (text) =>
    expect(parseDecimal(text)).toBeUndefined(),
  );

  test('half a unit goes up, away from zero, and says that it was rounded', () => {
    expect(toMinor(parseDecimal('0.005')!, 2)).toEqual({ minor: 1, rounded: true });
    expect(toMinor(parseDecimal('0.0049')!, 2)).toEqual({ minor: 0, rounded: true });
    expect(toMinor(parseDecimal('-0.005')!, 2)).toEqual({ minor: -1, rounded: true });
    expect(toMinor(parseDecimal('0.500')!, 2)).toEqual({ minor: 50, rounded: false });
  });

  test('a line of thousandths is summed before it is rounded', () => {
    expect(toMinor(times(parseDecimal('0.001')!, 1000), 2)).toEqual({ minor: 100, rounded: false });
  });

  test('every amount comes back exactly, where floats would not', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (minor) => {
        const digits = String(Math.abs(minor)).padStart(3, '0');
        expect(pence(`${minor < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`)).toBe(minor);
      }),
    );
  });

  test('currencies have their own number of decimals', () => {
    const { exponentOf } = createCurrencies();
    expect(['GBP', 'JPY', 'KWD', 'XYZ'].map(exponentOf)).toEqual([2, 0, 3, undefined]);
  });
});
