// Exact integer money: products never lose a digit (BigInt past 2^53), shares always sum to the whole.

/** floor(a × b / c) and what is left over, exactly. All whole, a and b at least 0, c at least 1. */
export const divide = (a: number, b: number, c: number): { quotient: number; remainder: number } => {
  const product = a * b;
  if (product <= Number.MAX_SAFE_INTEGER) {
    const remainder = product % c;
    return { quotient: (product - remainder) / c, remainder };
  }
  const exact = BigInt(a) * BigInt(b);
  const divisor = BigInt(c);
  return { quotient: Number(exact / divisor), remainder: Number(exact % divisor) };
};

/** a × b / c, halves up. */
export const roundHalfUp = (a: number, b: number, c: number): number => {
  const { quotient, remainder } = divide(a, b, c);
  return remainder * 2 >= c ? quotient + 1 : quotient;
};

/** Exact as long as the sum stays within 2^53; carts are bounded far below (cart.ts). */
export const sum = (values: readonly number[]): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/**
 * Splits `whole` over `weights` by largest remainder, ties to the first. The parts sum to `whole`; as long as `whole`
 * is at most the sum of the weights, no part is above its weight.
 */
export const allocate = (whole: number, weights: readonly number[]): number[] => {
  const total = sum(weights);
  if (total === 0) return weights.map(() => 0);
  if (whole === total) return [...weights];
  const remainders: number[] = [];
  let left = whole;
  const parts = weights.map((weight) => {
    const { quotient, remainder } = divide(whole, weight, total);
    remainders.push(remainder);
    left -= quotient;
    return quotient;
  });
  if (left === 0) return parts;
  const order = remainders.map((_, index) => index).sort((a, b) => remainders[b]! - remainders[a]! || a - b);
  for (const index of order.slice(0, left)) parts[index]! += 1;
  return parts;
};
