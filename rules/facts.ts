// What rules read about one customer and one moment, as plain data in memory: the closures, the engine and explanations all
// read this. It is filled by the fact store (from the database), by `givenFacts` (tests) or by a promotion (a cart).
export type OrderLine = { sku: string; category: string | null; quantity: number; total: number };
export type OrderFacts = {
  id: string;
  at: number;
  status: string;
  currency: string;
  total: number;
  refunded: number;
  quantity: number;
  /** Loaded only when a condition looks at lines; else empty. */
  lines: readonly OrderLine[];
};
export type EventFacts = { id: string; type: string; at: number; properties: Readonly<Record<string, unknown>> };

export type Facts = {
  customerId: string | null;
  /** Merged into another customer or erased: no condition holds for such a row. */
  gone: boolean;
  /** Columns by their database names, `a_<key>` for custom attributes; null for an anonymous cart. */
  customer: Readonly<Record<string, unknown>> | null;
  member: { level: string | null; points: number; pending: number } | null;
  /** Status by `${channel}:${purpose}`. */
  consents: ReadonlyMap<string, string>;
  tags: readonly string[];
  segments: ReadonlySet<string>;
  scores: ReadonlyMap<string, { value: number; label: string | null }>;
  /** By time, then id. */
  orders: readonly OrderFacts[];
  events: readonly EventFacts[];
  /** Context facts by id: `cart.subtotal`, `event.type`, `event.properties` … and what loaders of added facts brought. */
  context: Readonly<Record<string, unknown>>;
  /** Values given outright by fact id, which win over everything above (tests). */
  given: ReadonlyMap<string, unknown> | null;
};

/** Loads what added facts need: the values go to `facts.context[name]`. */
export type FactLoader = {
  name: string;
  load: (db: unknown, customerIds: readonly string[]) => Promise<ReadonlyMap<string, unknown>>;
};

/** A span of history to load: the longest window back from now in ms, and the earliest absolute start; null = all of it. */
export type Span = { backMs: number | null; from: number | null } | 'all';

/** What must be loaded before conditions can be evaluated. */
export type Needs = {
  customer: boolean;
  member: boolean;
  consents: boolean;
  tags: boolean;
  segments: ReadonlySet<string>;
  scores: ReadonlySet<string>;
  orders: Span | null;
  lines: boolean;
  events: Span | null;
  /** Event types to load; only with `events`. */
  eventTypes: ReadonlySet<string>;
  loaders: readonly FactLoader[];
};

export const noNeeds: Needs = {
  customer: false,
  member: false,
  consents: false,
  tags: false,
  segments: new Set(),
  scores: new Set(),
  orders: null,
  lines: false,
  events: null,
  eventTypes: new Set(),
  loaders: [],
};

/** Everything that any of `all` needs. */
export const mergeNeeds = (all: readonly Needs[]): Needs =>
  all.reduce(
    (a, b) => ({
      customer: a.customer || b.customer,
      member: a.member || b.member,
      consents: a.consents || b.consents,
      tags: a.tags || b.tags,
      segments: a.segments.union(b.segments),
      scores: a.scores.union(b.scores),
      orders: mergeSpans(a.orders, b.orders),
      lines: a.lines || b.lines,
      events: mergeSpans(a.events, b.events),
      eventTypes: a.eventTypes.union(b.eventTypes),
      loaders: [...new Set([...a.loaders, ...b.loaders])],
    }),
    noNeeds,
  );

const mergeSpans = (a: Span | null, b: Span | null): Span | null => {
  if (a === null || b === null) return a ?? b;
  if (a === 'all' || b === 'all') return 'all';
  const backMs = a.backMs === null || b.backMs === null ? (a.backMs ?? b.backMs) : Math.max(a.backMs, b.backMs);
  const from = a.from === null || b.from === null ? (a.from ?? b.from) : Math.min(a.from, b.from);
  return { backMs, from };
};

/** Facts of nobody, to spread over: an anonymous cart is `{ ...noFacts, context: { 'cart.subtotal': 1000, … } }`. */
export const noFacts: Facts = {
  customerId: null,
  gone: false,
  customer: null,
  member: null,
  consents: new Map(),
  tags: [],
  segments: new Set(),
  scores: new Map(),
  orders: [],
  events: [],
  context: {},
  given: null,
};
