// What scorers and recommenders say of a customer, each with its reasons.
import { type Static, Type } from 'typebox';
import { Closed, Id, Nullable, Time } from './shared.ts';

export const Score = Closed({
  /** As its plugin declares it, e.g. `rfm`; the fact `score.rfm` in rules. */
  scorer: Type.String(),
  value: Type.Number(),
  /** A short label beside the number, e.g. the RFM cell `555`. */
  label: Nullable(Type.String()),
  reasons: Type.Array(Type.String()),
  /** Plugin and version that computed it. */
  version: Type.String(),
  computedAt: Time,
});
export type Score = Static<typeof Score>;

export const Shelf = Type.Union([Type.Literal('popular'), Type.Literal('buy-again'), Type.Literal('also-bought')]);
export type Shelf = Static<typeof Shelf>;

export const Recommendation = Closed({
  sku: Type.String(),
  name: Nullable(Type.String()),
  category: Nullable(Type.String()),
  price: Nullable(Type.Integer()),
  currency: Nullable(Type.String()),
  score: Type.Number(),
  reason: Type.String(),
  shelf: Type.String(),
  plugin: Type.String(),
});
export type Recommendation = Static<typeof Recommendation>;

export const ScorerReport = Closed({
  scorer: Type.String(),
  plugin: Nullable(Type.String()),
  customers: Type.Integer(),
  lastRunAt: Nullable(Time),
  minimum: Nullable(Type.Number()),
  average: Nullable(Type.Number()),
  maximum: Nullable(Type.Number()),
  /** The most frequent labels with their number of customers, at most 200. */
  labels: Type.Array(Closed({ label: Type.String(), customers: Type.Integer() })),
  runs: Type.Array(
    Closed({
      id: Id,
      status: Type.String(),
      startedAt: Time,
      finishedAt: Nullable(Time),
      scored: Type.Integer(),
      reason: Nullable(Type.String()),
    }),
  ),
});
export type ScorerReport = Static<typeof ScorerReport>;
