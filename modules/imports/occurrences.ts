// Tells the first of several identical lines of an order from the second: a line is known by what it says and how many like
// it came before. So a repeated line is kept, and the same file again adds nothing. Memory is bounded (see `limit`).

/**
 * `limit` counts lines over all orders. For one import: lines must come in the order of the file, the same
 * at every run.
 */
export const createOccurrences = (limit = 1_000_000) => {
  const orders = new Map<string, number[]>();
  let kept = 0;

  return {
    /** How many lines with this hash (hex) the order had before; counts this one. */
    next: (order: string, hash: string): number => {
      const line = Number.parseInt(hash.slice(0, 13), 16);
      let lines = orders.get(order);
      if (!lines) {
        lines = [];
        orders.set(order, lines);
      }
      let before = 0;
      for (const other of lines) if (other === line) before++;
      lines.push(line);
      kept++;
      // The oldest orders are forgotten; only an order whose lines lie this far apart in the file would be miscounted.
      while (kept > limit && orders.size > 1) {
        const [oldest, its] = orders.entries().next().value as [string, number[]];
        orders.delete(oldest);
        kept -= its.length;
      }
      return before;
    },
  };
};
