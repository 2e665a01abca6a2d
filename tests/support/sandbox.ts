// Small helps for tests of the sandbox.

/** The results of `times` runs, one after another. */
export const runsOf = async <T>(times: number, run: () => Promise<T>): Promise<T[]> => {
  const results: T[] = [];
  for (let i = 0; i < times; i++) results.push(await run());
  return results;
};
