// Money as people write it, to integer minor units, in whole numbers all the way: no float ever holds an amount.

/** The value is `units / 10^scale`, exactly. */
export type Decimal = { units: bigint; scale: number };

/**
 * Reads `1,234.50`, `1.234,50`, `1 234,5`, `(12.00)`, `12.00-`, `£ 9.99`, `￥88`. Where both signs occur the last one is the
 * decimal sign. A single comma before exactly three digits groups thousands; a single point is always a decimal point.
 */
export const parseDecimal = (text: string): Decimal | undefined => {
  if (/^-?\d{1,15}(\.\d{1,10})?$/.test(text)) return exact(text);
  let plain = text.normalize('NFKC').replace(/[\s'’_]/g, '');
  const negative = /^\(.*\)$/.test(plain) || /^-|-$/.test(plain.replace(/^[^\d-]+/, ''));
  plain = plain.replace(/^\((.*)\)$/, '$1').replace(/^[+-]|-$/, '');
  const bare = plain.replace(/^\p{Sc}|^[A-Za-z]{2,3}\$?|\p{Sc}$|[A-Za-z]{3}$|元$/gu, '');
  plain = bare === plain ? bare : bare.replace(/^[+-]/, '');
  if (!/^(\d[\d.,]*|[.,]\d+)$/.test(plain) || plain.length > 30) return undefined;
  const sign = decimalSign(plain);
  const [whole = '', fraction = '', ...more] = sign === undefined ? [plain] : plain.split(sign);
  if (more.length > 0 || !groupsFit(whole, sign) || !/^\d*$/.test(fraction)) return undefined;
  return exact(`${negative ? '-' : ''}${whole.replace(/[.,]/g, '') || '0'}${fraction ? `.${fraction}` : ''}`);
};

const decimalSign = (text: string): '.' | ',' | undefined => {
  const point = text.lastIndexOf('.');
  const comma = text.lastIndexOf(',');
  if (point >= 0 && comma >= 0) return point > comma ? '.' : ',';
  if (point >= 0) return text.indexOf('.') === point ? '.' : undefined;
  if (comma < 0 || text.indexOf(',') !== comma) return undefined;
  return /^[1-9]\d{0,2},\d{3}$/.test(text) ? undefined : ',';
};

// Groups of a whole part have three digits each, or two to three (1,00,000 as in India).
const groupsFit = (whole: string, sign: string | undefined): boolean => {
  const groups = whole.split(/[.,]/);
  if (sign !== undefined && whole.includes(sign)) return false;
  return groups.length === 1 || (groups.at(-1)!.length === 3 && groups.slice(1).every((g) => /^\d{2,3}$/.test(g)));
};

const exact = (text: string): Decimal => {
  const [whole, fraction = ''] = text.split('.') as [string, string?];
  return { units: BigInt(whole + fraction), scale: fraction.length };
};

export const times = (value: Decimal, factor: number): Decimal => ({
  units: value.units * BigInt(factor),
  scale: value.scale,
});

/** In minor units of `exponent` decimals; half a unit is rounded away from zero, and `rounded` says so. */
export const toMinor = (value: Decimal, exponent: number): { minor: number; rounded: boolean } => {
  if (value.scale <= exponent)
    return { minor: Number(value.units * 10n ** BigInt(exponent - value.scale)), rounded: false };
  const divisor = 10n ** BigInt(value.scale - exponent);
  const size = value.units < 0n ? -value.units : value.units;
  const rest = size % divisor;
  const up = rest * 2n >= divisor ? 1n : 0n;
  const minor = size / divisor + up;
  return { minor: Number(value.units < 0n ? -minor : minor), rounded: rest !== 0n };
};
