// What goes with what: counts over customers' baskets, and the three rankings built of them. Pure: no clock, no chance.

export type Bought = { sku: string; name: string | null; quantity: number; orderedAt: string };
export type Item = { sku: string; score: number; reason: string };
export type Neighbour = { sku: string; name: string | null; similarity: number };

/** Distinct customers per product, and per pair of products bought by one customer. */
export type Counts = {
  customers: Map<string, number>;
  pairs: Map<string, Map<string, number>>;
  names: Map<string, string | null>;
};

export const emptyCounts = (): Counts => ({ customers: new Map(), pairs: new Map(), names: new Map() });

// Somebody who bought everything says nothing about what goes with what, and costs its square.
const mostItems = 60;

export const countCustomer = (counts: Counts, bought: readonly { sku: string; name: string | null }[]): void => {
  const items = new Map(bought.map((line) => [line.sku, line.name]));
  const skus = [...items.keys()].slice(-mostItems).sort();
  for (const sku of skus) {
    counts.customers.set(sku, (counts.customers.get(sku) ?? 0) + 1);
    counts.names.set(sku, items.get(sku) ?? null);
    for (const other of skus) {
      if (other <= sku) continue;
      const row = counts.pairs.get(sku) ?? new Map<string, number>();
      row.set(other, (row.get(other) ?? 0) + 1);
      counts.pairs.set(sku, row);
    }
  }
};

/** The nearest products of each by cosine over customers, shrunk so that a single shared customer is no pattern. */
export const neighbours = (counts: Counts, each = 20, shrink = 3): Map<string, Neighbour[]> => {
  const found = new Map<string, Neighbour[]>();
  const add = (sku: string, other: string, similarity: number): void => {
    const list = found.get(sku) ?? [];
    list.push({ sku: other, name: counts.names.get(other) ?? null, similarity });
    found.set(sku, list);
  };
  for (const [a, row] of counts.pairs) {
    for (const [b, together] of row) {
      if (together < 2) continue;
      const cosine = together / Math.sqrt(counts.customers.get(a)! * counts.customers.get(b)!);
      const similarity = round((cosine * together) / (together + shrink));
      add(a, b, similarity);
      add(b, a, similarity);
    }
  }
  for (const [sku, list] of found) {
    list.sort((x, y) => y.similarity - x.similarity || (x.sku < y.sku ? -1 : 1));
    found.set(sku, list.slice(0, each));
  }
  return found;
};

/** What the customer buys again and again: by how often, then by how long ago. */
export const rankBuyAgain = (bought: readonly Bought[], limit: number): Item[] => {
  const bySku = Map.groupBy(bought, (line) => line.sku);
  return [...bySku]
    .map(([sku, lines]) => ({
      sku,
      times: new Set(lines.map((line) => line.orderedAt)).size,
      last: lines.reduce((a, b) => (a > b.orderedAt ? a : b.orderedAt), ''),
    }))
    .sort((a, b) => b.times - a.times || (a.last < b.last ? 1 : a.last > b.last ? -1 : a.sku < b.sku ? -1 : 1))
    .slice(0, limit)
    .map(({ sku, times, last }) => ({
      sku,
      score: times,
      reason: `Bought ${times === 1 ? 'once' : `${times} times`}, last on ${last.slice(0, 10)}`,
    }));
};

/** What others bought with what this customer bought, without what they have. */
export const rankAlsoBought = (bought: readonly Bought[], near: Map<string, Neighbour[]>, limit: number): Item[] => {
  const own = new Set(bought.map((line) => line.sku));
  const names = new Map(bought.map((line) => [line.sku, line.name]));
  const scores = new Map<string, { score: number; because: string; best: number }>();
  for (const sku of own) {
    for (const neighbour of near.get(sku) ?? []) {
      if (own.has(neighbour.sku)) continue;
      const seen = scores.get(neighbour.sku) ?? { score: 0, because: sku, best: 0 };
      seen.score += neighbour.similarity;
      if (neighbour.similarity > seen.best) Object.assign(seen, { because: sku, best: neighbour.similarity });
      scores.set(neighbour.sku, seen);
    }
  }
  return [...scores]
    .sort(([a, x], [b, y]) => y.score - x.score || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([sku, { score, because }]) => ({
      sku,
      score: round(score),
      reason: `Often bought with ${names.get(because) ?? because}`,
    }));
};

const round = (value: number): number => Math.round(value * 1e6) / 1e6;
