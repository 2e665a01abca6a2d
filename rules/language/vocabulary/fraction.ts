// Exact fractions, for averages and sums of decimals: compared by cross multiplication, never cut.
export type Fraction = { sum: bigint; count: bigint };

export const isFraction = (value: unknown): value is Fraction =>
  typeof value === 'object' && value !== null && typeof (value as Fraction).sum === 'bigint';

/** Property numbers are summed in ten-thousandths; beyond this they do not count. */
export const propertyScale = 10_000;
export const propertyLimit = 1e12;

/** A decimal as JSON wrote it: 33.5 is 335/10, exactly. */
export const decimal = (value: number): Fraction => {
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', part = ''] = mantissa.split('.');
  const shift = Number(exponent) - part.length;
  const digits = BigInt(whole + part);
  return shift >= 0 ? { sum: digits * 10n ** BigInt(shift), count: 1n } : { sum: digits, count: 10n ** BigInt(-shift) };
};

/** Below 0, 0 or above 0, as `a` is less than, equal to or greater than `b`. */
export const compareFractions = (a: Fraction, b: Fraction): number => {
  const left = a.sum * b.count;
  const right = b.sum * a.count;
  return left < right ? -1 : left > right ? 1 : 0;
};

/** Rounded to a double: for showing, not for comparing. */
export const toNumber = ({ sum, count }: Fraction): number => Number(sum) / Number(count);

/** A property number in ten-thousandths, half away from zero, as both databases round it; undefined when it does not count. */
export const toScaled = (value: unknown): number | undefined => {
  if (typeof value !== 'number' || Math.abs(value) > propertyLimit) return undefined;
  return Math.trunc(value * propertyScale + (value < 0 ? -0.5 : 0.5));
};
