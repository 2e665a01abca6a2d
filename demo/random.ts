// Chance with a seed (sfc32): the same seed makes the same shop, byte for byte. Not for secrets.

export type Chance = ReturnType<typeof createChance>;

export const createChance = (seed: number) => {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let d = seed ^ 0xdeadbeef;
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 20; i++) next();

  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  // Marsaglia and Tsang (2000), with the usual boost for shapes below one.
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * (1 - next()) ** (1 / shape);
    const k = shape - 1 / 3;
    const s = 1 / Math.sqrt(9 * k);
    for (;;) {
      const x = normal();
      const v = (1 + s * x) ** 3;
      if (v > 0 && Math.log(1 - next()) < 0.5 * x * x + k - k * v + k * Math.log(v)) return k * v;
    }
  };

  return {
    next,
    normal,
    gamma,
    beta: (p: number, q: number): number => {
      const x = gamma(p);
      return x / (x + gamma(q));
    },
    /** Waiting time with the given mean. */
    exponential: (mean: number): number => -Math.log(1 - next()) * mean,
    /** A whole number from `from` to `to`, both inside. */
    whole: (from: number, to: number): number => from + Math.floor(next() * (to - from + 1)),
    chance: (probability: number): boolean => next() < probability,
    pick: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!,
    /** By weight; weights need not sum to one. */
    weighted: <T>(list: readonly (readonly [T, number])[]): T => {
      let left = next() * list.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of list) {
        left -= weight;
        if (left < 0) return value;
      }
      return list.at(-1)![0];
    },
  };
};
