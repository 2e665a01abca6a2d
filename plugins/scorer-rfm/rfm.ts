// RFM by rank: recency, frequency, monetary, each in fifths of the buyers (Hughes 1994; ranks instead of value cuts, so that
// every fifth holds a fifth). Pure: no clock, no chance.

/** One buyer's figures: whole days since the last purchase, number of orders, money spent in minor units. */
export type Buyer = { key: string; recency: number; frequency: number; monetary: number };

/** The last buyer of the first, second, third and fourth fifth, by value and, among equals, by key. */
export type Limits = { value: number; key: string }[];
export type Model = { at: string; buyers: number; recency: Limits; frequency: Limits; monetary: Limits };

const dayMs = 86_400_000;

export const wholeDaysSince = (last: string, at: string): number =>
  Math.floor((Date.parse(at) - Date.parse(last)) / dayMs);

export const buildModel = (buyers: Buyer[], at: string): Model => ({
  at,
  buyers: buyers.length,
  recency: limitsOf(buyers, (buyer) => buyer.recency),
  frequency: limitsOf(buyers, (buyer) => buyer.frequency),
  monetary: limitsOf(buyers, (buyer) => buyer.monetary),
});

/** Each from 1 to 5; 5 is most recent, most often, most money. */
export const fifthsOf = (buyer: Buyer, model: Model): { r: number; f: number; m: number } => ({
  r: 6 - fifth(model.recency, buyer.recency, buyer.key),
  f: fifth(model.frequency, buyer.frequency, buyer.key),
  m: fifth(model.monetary, buyer.monetary, buyer.key),
});

const limitsOf = (buyers: Buyer[], measure: (buyer: Buyer) => number): Limits => {
  const ranked = buyers.toSorted((a, b) => measure(a) - measure(b) || (a.key < b.key ? -1 : 1));
  return [1, 2, 3, 4].map((k) => {
    const last = ranked[Math.floor((k * ranked.length) / 5) - 1];
    return last ? { value: measure(last), key: last.key } : { value: Number.NEGATIVE_INFINITY, key: '' };
  });
};

const fifth = (limits: Limits, value: number, key: string): number =>
  1 + limits.filter((limit) => value > limit.value || (value === limit.value && key > limit.key)).length;
