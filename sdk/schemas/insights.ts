// What scorers and recommenders say of a customer, each with its reasons.
import { type Static, Type } from 'typebox';
import { Cron, LocalText, PluginId, Touch } from './plugins.ts';
import { Closed, Id, Key, Nullable, Time } from './shared.ts';

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

/** The key of a recommender, of whatever plugin. */
export const Shelf = Key;
export type Shelf = Static<typeof Shelf>;

/**
 * `price` in minor units of `currency`; name, category and price are null for a product that Rapport does
 * not know. `score` compares within one recommender only.
 */
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

/**
 * - `train`: builds the model, then scores everybody with it.
 * - `score`: scores everybody with the model as it stands.
 */
export const ScorerRunKind = Type.Union([Type.Literal('train'), Type.Literal('score')]);
export type ScorerRunKind = Static<typeof ScorerRunKind>;

/** `waiting` for its turn or for the plugin, `running`, `done`, or `failed` for good. */
export const ScorerRunStatus = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('running'),
  Type.Literal('done'),
  Type.Literal('failed'),
]);
export type ScorerRunStatus = Static<typeof ScorerRunStatus>;

export const ScorerRun = Closed({
  /** Also the id of its job. */
  id: Id,
  kind: ScorerRunKind,
  status: ScorerRunStatus,
  /** Whether segments and alerts were told of each customer whose score changed. */
  told: Type.Boolean(),
  plugin: Nullable(Type.String()),
  queuedAt: Time,
  startedAt: Nullable(Time),
  finishedAt: Nullable(Time),
  /** From its start to its end, or to now while it runs. */
  durationMs: Nullable(Type.Integer()),
  /** Customers there were when it started. */
  total: Type.Integer(),
  /** Customers the scorer was asked about so far. */
  asked: Type.Integer(),
  /** Of these, those it gave a score. */
  scored: Type.Integer(),
  /** Of these, those whose value or label is new. */
  changed: Type.Integer(),
  /** Customers who had a score and have none now. */
  removed: Type.Integer(),
  /** Why it failed, or why it is being tried again. */
  reason: Nullable(Type.String()),
});
export type ScorerRun = Static<typeof ScorerRun>;

export const ScorerSchedule = Closed({
  /** Cron in UTC; null: never. */
  train: Nullable(Cron),
  score: Nullable(Cron),
  /** Whether scheduled runs tell segments and alerts of each customer whose score changed. */
  tell: Type.Boolean(),
  /** The plugin an administrator chose; null: of those that offer the scorer, the one installed first. */
  plugin: Nullable(PluginId),
});
export type ScorerSchedule = Static<typeof ScorerSchedule>;

/** Replaces the whole schedule. An absent cron is the manifest's, null is never. */
export const NewScorerSchedule = Closed({
  train: Type.Optional(Nullable(Cron)),
  score: Type.Optional(Nullable(Cron)),
  tell: Type.Optional(Type.Boolean({ default: true })),
  plugin: Type.Optional(Nullable(PluginId)),
});
export type NewScorerSchedule = Static<typeof NewScorerSchedule>;

export const Scorer = Closed({
  scorer: Type.String(),
  title: LocalText,
  /** The plugin that is asked. */
  plugin: PluginId,
  /** Every plugin that is on and offers this scorer, the one installed first in front. */
  plugins: Type.Array(PluginId),
  /** It builds a model: a run can train. */
  trains: Type.Boolean(),
  /** What makes it score a customer between two runs. */
  incremental: Type.Array(Touch),
  minimum: Nullable(Type.Number()),
  maximum: Nullable(Type.Number()),
});
export type Scorer = Static<typeof Scorer>;

export const ScorerReport = Closed({
  scorer: Type.String(),
  plugin: Nullable(Type.String()),
  /** Of the newest run; `idle` when there was none. */
  state: Type.Union([Type.Literal('idle'), ScorerRunStatus]),
  /** Null when no plugin that is on offers the scorer. */
  schedule: Nullable(ScorerSchedule),
  customers: Type.Integer(),
  /** When the newest run that started did so. */
  lastRunAt: Nullable(Time),
  nextRunAt: Nullable(Time),
  minimum: Nullable(Type.Number()),
  average: Nullable(Type.Number()),
  maximum: Nullable(Type.Number()),
  /** The most frequent labels with their number of customers, at most 200. */
  labels: Type.Array(Closed({ label: Type.String(), customers: Type.Integer() })),
  /** The newest first, at most 20. Kept for 90 days. */
  runs: Type.Array(ScorerRun),
});
export type ScorerReport = Static<typeof ScorerReport>;
