// Recommenders and scorers: asked about customers, in batches, with a model they may have built before (`model.train`).
import { type Static, Type } from 'typebox';
import { defineHook, longLimits } from '../hook.ts';
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

const personalText = () => Type.Union([Type.String(), Type.Null()], { personal: true });

/** A customer as plugins see it. Members marked `personal` are masked unless the plugin was granted them by name. */
export const PluginCustomer = Type.Object({
  id: Type.String(),
  externalId: Nullable(Type.String()),
  type: Type.String(),
  name: personalText(),
  firstName: personalText(),
  lastName: personalText(),
  company: Nullable(Type.String()),
  email: personalText(),
  phone: personalText(),
  birthday: personalText(),
  gender: personalText(),
  address: personalText(),
  postalCode: personalText(),
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

/** Members of a customer that say who it is: the names in `customers:read[email,phone]`. */
export const personalFields: readonly string[] = Object.entries(PluginCustomer.properties)
  .filter(([, member]) => 'personal' in member)
  .map(([name]) => name);

const exampleCustomer: PluginCustomer = {
  id: '0197a3b2-0000-7000-8000-000000000001',
  externalId: 'shop-17',
  type: 'person',
  name: 'A***',
  firstName: null,
  lastName: null,
  company: null,
  email: 'a***@***',
  phone: null,
  birthday: null,
  gender: null,
  address: null,
  postalCode: null,
  city: 'Bonn',
  region: null,
  country: 'DE',
  language: 'de',
  timeZone: null,
  source: null,
  stage: null,
  level: 'gold',
  createdAt: '2026-01-01T00:00:00.000Z',
  lastSeenAt: null,
  purchases: {
    orders: 2,
    quantity: 5,
    total: 12_990,
    currency: 'EUR',
    firstAt: '2026-02-01T09:00:00.000Z',
    lastAt: '2026-04-01T09:00:00.000Z',
  },
};

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

/** `score` orders the items of one answer; its scale is the plugin's. */
export const RecommendedItem = Closed({
  sku: Type.String({ minLength: 1, maxLength: 200 }),
  score: Type.Number(),
  reason: Type.String({ maxLength: 500 }),
});
export type RecommendedItem = Static<typeof RecommendedItem>;

/** At most 100 items for a customer, best first; customers may be left out. */
export const RecommendOutput = Type.Array(
  Closed({ customer: Nullable(Type.String()), items: Type.Array(RecommendedItem, { maxItems: 100 }) }),
  { maxItems: 1000 },
);
export type RecommendOutput = Static<typeof RecommendOutput>;

export const customersRecommend = defineHook({
  name: 'customers.recommend',
  kind: 'collect',
  handler: 'recommend',
  providedBy: ['recommenders'],
  wallMs: 2000,
  cpuMs: 2000,
  namesCustomers: true,
  summary: 'Products for customers, best first, each with a reason; the provider is the key of the recommender.',
  input: RecommendInput,
  output: RecommendOutput,
  examples: [
    {
      input: { shelf: 'home', limit: 2, at: '2026-05-04T12:00:00.000Z', customers: [exampleCustomer] },
      output: [
        { customer: exampleCustomer.id, items: [{ sku: 'TEA-1', score: 0.8, reason: 'Bought with what they have.' }] },
      ],
    },
    {
      input: { shelf: 'home', limit: 1, at: '2026-05-04T12:00:00.000Z', customers: [] },
      output: [{ customer: null, items: [{ sku: 'TEA-2', score: 120, reason: 'Bought most this month.' }] }],
    },
  ],
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

/** Customers without a score are left out, and lose the one they had. */
export const ScoreOutput = Type.Array(Score, { maxItems: 5000 });

export const customersScore = defineHook({
  name: 'customers.score',
  kind: 'collect',
  handler: 'score',
  argument: 'customers',
  providedBy: ['scorers'],
  wallMs: 10_000,
  cpuMs: 10_000,
  limits: { resultChars: 8_000_000 },
  namesCustomers: true,
  bounded: true,
  summary: 'A number for each customer of a batch, with a label and reasons; the provider is the key of the scorer.',
  input: ScoreInput,
  output: ScoreOutput,
  examples: [
    {
      input: { at: '2026-05-04T12:00:00.000Z', customers: [exampleCustomer] },
      output: [{ customer: exampleCustomer.id, value: 72, label: 'loyal', reasons: ['2 orders in 90 days'] }],
    },
  ],
});

export const TrainInput = Type.Object({ at: Time });
export type TrainInput = Static<typeof TrainInput>;
/** `facts` are figures about the model, for people. */
export const TrainOutput = Closed({
  /** Names the model; scores made with it carry it. */
  version: Type.String({ maxLength: 100 }),
  facts: Type.Optional(Type.Record(Type.String(), Type.Union([Type.Number(), Type.String()]))),
});
export type TrainOutput = Static<typeof TrainOutput>;

export const modelTrain = defineHook({
  name: 'model.train',
  kind: 'collect',
  handler: 'train',
  providedBy: ['recommenders', 'scorers'],
  cron: 'train',
  wallMs: 300_000,
  cpuMs: 240_000,
  limits: longLimits,
  summary: 'Build the model of a recommender or scorer by paging customers and orders, and keep it in kv.',
  input: TrainInput,
  output: TrainOutput,
  examples: [{ input: { at: '2026-05-04T03:00:00.000Z' }, output: { version: '2026-05-04', facts: { buyers: 4339 } } }],
});
