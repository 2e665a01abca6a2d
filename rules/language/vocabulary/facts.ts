// What rules read about one customer and one moment, as plain data in memory: the closures, the engine and explanations all
// read this. It is filled by the fact store (from the database), by `givenFacts` (tests) or by a promotion (a cart).
import type { DeclaredFact, DeclaredFactValue } from '../../../core/index.ts';

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

/** What proves that values without a history were then as they are now. Times in ms. */
export type Past = {
  at: number;
  /** The last write to the customer's own columns: since then they are as they are. */
  changedAt: number;
  /** The customer was made later: the own fields were empty. */
  isBefore: boolean;
  /** Merged away or erased since: what was then went with it. */
  isLost: boolean;
  /** Declared facts whose value is that of then. */
  known: ReadonlySet<string>;
  /** By order: whether its status is that of then, and what had been given back. */
  orders: ReadonlyMap<string, { isStatusKnown: boolean; isRefundKnown: boolean; refunded: number }>;
};

export type Facts = {
  customerId: string | null;
  /** Merged into another customer or erased: no condition holds for such a row. */
  gone: boolean;
  /** Columns by their database names, `a_<key>` for custom attributes; null for an anonymous cart. */
  customer: Readonly<Record<string, unknown>> | null;
  /** Status by `${channel}:${purpose}`. */
  consents: ReadonlyMap<string, string>;
  tags: readonly string[];
  segments: ReadonlySet<string>;
  /** By id of a declared fact; what is null is not there. */
  declared: ReadonlyMap<string, DeclaredFactValue>;
  /** By time, then id. */
  orders: readonly OrderFacts[];
  events: readonly EventFacts[];
  /** Context facts by id: `cart.subtotal`, `event.type`, `event.properties`. */
  context: Readonly<Record<string, unknown>>;
  /** What is known of the past instant that the facts are of; null where they are of now. */
  past: Past | null;
  /** Values given outright by fact id, which win over everything above (tests). */
  given: ReadonlyMap<string, unknown> | null;
};

/** A span of history to load: the longest window back from now in ms, and the earliest absolute start; null = all of it. */
export type Span = { backMs: number | null; from: number | null } | 'all';

/** What must be loaded before conditions can be evaluated. */
export type Needs = {
  customer: boolean;
  consents: boolean;
  tags: boolean;
  segments: ReadonlySet<string>;
  /** By id. */
  declared: ReadonlyMap<string, DeclaredFact>;
  orders: Span | null;
  lines: boolean;
  events: Span | null;
  /** Event types to load; only with `events`. */
  eventTypes: ReadonlySet<string>;
};

export const noNeeds: Needs = {
  customer: false,
  consents: false,
  tags: false,
  segments: new Set(),
  declared: new Map(),
  orders: null,
  lines: false,
  events: null,
  eventTypes: new Set(),
};

/** Everything that any of `all` needs. Runs for every write over all candidate rules, so it makes nothing on the way. */
export const mergeNeeds = (all: Iterable<Needs>): Needs => {
  const segments = new Set<string>();
  const declared = new Map<string, DeclaredFact>();
  const eventTypes = new Set<string>();
  const merged = { ...noNeeds, segments, declared, eventTypes };
  for (const each of all) {
    merged.customer ||= each.customer;
    merged.consents ||= each.consents;
    merged.tags ||= each.tags;
    merged.lines ||= each.lines;
    merged.orders = mergeSpans(merged.orders, each.orders);
    merged.events = mergeSpans(merged.events, each.events);
    for (const key of each.segments) segments.add(key);
    for (const [id, fact] of each.declared) declared.set(id, fact);
    for (const type of each.eventTypes) eventTypes.add(type);
  }
  return merged;
};

const mergeSpans = (a: Span | null, b: Span | null): Span | null => {
  if (a === null || b === null || a === b) return a ?? b;
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
  consents: new Map(),
  tags: [],
  segments: new Set(),
  declared: new Map(),
  orders: [],
  events: [],
  context: {},
  past: null,
  given: null,
};
