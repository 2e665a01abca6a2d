// Recommenders and scorers: asked about customers, in batches, with a model they may have built before (`model.train`).
import { type Static, Type } from 'typebox';
import { defineHook } from '../hook.ts';
import { Closed, Nullable, Time } from '../schemas/shared.ts';

/** What a customer bought up to a moment; cancelled orders left out, refunds taken off `total`. Minor units. */
export const Purchases = Type.Object({
  orders: Type.Integer(),
  quantity: Type.Integer(),
  total: Type.Integer(),
  currency: Nullable(Type.String()),
  firstAt: Nullable(Time),
  lastAt: Nullable(Time),
});
export type Purchases = Static<typeof Purchases>;

/** A customer as plugins see it. Personal members are masked unless the plugin was granted them by name. */
export const PluginCustomer = Type.Object({
  id: Type.String(),
  externalId: Nullable(Type.String()),
  type: Type.String(),
  name: Nullable(Type.String()),
  firstName: Nullable(Type.String()),
  lastName: Nullable(Type.String()),
  company: Nullable(Type.String()),
  email: Nullable(Type.String()),
  phone: Nullable(Type.String()),
  birthday: Nullable(Type.String()),
  gender: Nullable(Type.String()),
  address: Nullable(Type.String()),
  postalCode: Nullable(Type.String()),
  city: Nullable(Type.String()),
  region: Nullable(Type.String()),
  country: Nullable(Type.String()),
  language: Nullable(Type.String()),
  timeZone: Nullable(Type.String()),
  source: Nullable(Type.String()),
  stage: Nullable(Type.String()),
  level: Nullable(Type.String()),
  createdAt: Time,
  lastSeenAt: Nullable(Time),
  purchases: Type.Optional(Purchases),
});
export type PluginCustomer = Static<typeof PluginCustomer>;

export const RecommendInput = Type.Object({
  /** Where the answer is shown: `home`, `cart`, `email`, … */
  shelf: Type.String(),
  limit: Type.Integer({ minimum: 1, maximum: 100 }),
  at: Time,
  /** Empty for a visitor nobody knows: then one answer with `customer: null`. */
  customers: Type.Array(PluginCustomer),
  /** Products in view or in the cart. */
  skus: Type.Optional(Type.Array(Type.String())),
});
export type RecommendInput = Static<typeof RecommendInput>;

export const RecommendedItem = Closed({
  sku: Type.String({ minLength: 1, maxLength: 200 }),
  score: Type.Number(),
  reason: Type.String({ maxLength: 500 }),
});
export type RecommendedItem = Static<typeof RecommendedItem>;

export const RecommendOutput = Type.Array(
  Closed({ customer: Nullable(Type.String()), items: Type.Array(RecommendedItem, { maxItems: 100 }) }),
  { maxItems: 1000 },
);
export type RecommendOutput = Static<typeof RecommendOutput>;

export const customersRecommend = defineHook({
  name: 'customers.recommend',
  kind: 'collect',
  scope: 'hook:customers.recommend',
  timeoutMs: 2000,
  summary: 'Products for customers, best first, each with a reason; the provider is the key of the recommender.',
  input: RecommendInput,
  output: RecommendOutput,
});

export const ScoreInput = Type.Object({
  /** The moment the score is about: purchases are counted up to it. */
  at: Time,
  customers: Type.Array(PluginCustomer),
});
export type ScoreInput = Static<typeof ScoreInput>;

export const Score = Closed({
  customer: Type.String(),
  value: Type.Number(),
  label: Type.Optional(Type.String({ maxLength: 100 })),
  reasons: Type.Optional(Type.Array(Type.String({ maxLength: 500 }), { maxItems: 20 })),
});
export type Score = Static<typeof Score>;

export const ScoreOutput = Type.Array(Score, { maxItems: 5000 });

export const customersScore = defineHook({
  name: 'customers.score',
  kind: 'collect',
  scope: 'hook:customers.score',
  timeoutMs: 10_000,
  summary: 'A number for each customer of a batch, with a label and reasons; the provider is the key of the scorer.',
  input: ScoreInput,
  output: ScoreOutput,
});

export const TrainInput = Type.Object({ at: Time });
export type TrainInput = Static<typeof TrainInput>;
export const TrainOutput = Closed({
  /** Names the model; scores made with it carry it. */
  version: Type.String({ maxLength: 100 }),
  facts: Type.Optional(Type.Record(Type.String(), Type.Union([Type.Number(), Type.String()]))),
});
export type TrainOutput = Static<typeof TrainOutput>;

export const modelTrain = defineHook({
  name: 'model.train',
  kind: 'collect',
  scope: 'hook:model.train',
  timeoutMs: 300_000,
  summary: 'Build the model of a recommender or scorer by paging customers and orders, and keep it in kv.',
  input: TrainInput,
  output: TrainOutput,
});
