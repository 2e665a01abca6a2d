// For tests of plugins: a `ctx` in memory, customers with sensible members, and checks that a handler keeps its hook's promise.
// This is not the sandbox: limits, scopes and masking are Rapport's and are tried by installing the plugin.

import type { TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import type { HookSpec, InputOf, OutputOf } from './hook.ts';
import {
  customersRecommend,
  customersScore,
  modelTrain,
  type PluginCustomer,
  type RecommendInput,
  type RecommendOutput,
  type Score,
  type TrainInput,
  type TrainOutput,
} from './hooks/insights.ts';
import { type DeliveryResult, messageSend, type OutgoingMessage } from './hooks/messages.ts';
import type {
  Ctx,
  FetchOptions,
  FetchReply,
  Listed,
  Mail,
  PageOptions,
  PluginEvent,
  PluginHandlers,
  PluginOrder,
  PluginProduct,
  PluginRecord,
} from './plugin.ts';

/**
 * What the context answers from. `at` is ISO-8601, 2026-01-01 when absent: the clock of the context stands
 * still there.
 */
export type TestWorld = {
  provider?: string;
  at?: string;
  settings?: Record<string, unknown>;
  secrets?: Record<string, string>;
  customers?: PluginCustomer[];
  orders?: PluginOrder[];
  events?: PluginEvent[];
  products?: PluginProduct[];
  /** Answers `ctx.fetch`; without it every request is refused. */
  fetch?: (
    url: string,
    options: FetchOptions,
  ) => Promise<{ status: number; body?: string; headers?: Record<string, string> }>;
};

/** What the plugin did, beside the context it did it with. */
export type TestContext = Ctx & {
  done: { mails: Mail[]; logs: { level: string; message: string }[]; emitted: unknown[]; kv: Map<string, unknown> };
};

/** A customer of whom only what matters need be said. */
export const testCustomer = (given: Partial<PluginCustomer> & { id: string }): PluginCustomer => ({
  externalId: null,
  type: 'person',
  name: null,
  firstName: null,
  lastName: null,
  company: null,
  email: null,
  phone: null,
  birthday: null,
  gender: null,
  address: null,
  postalCode: null,
  city: null,
  region: null,
  country: null,
  language: null,
  timeZone: null,
  source: null,
  stage: null,
  level: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  lastSeenAt: null,
  ...given,
});

/** Every test has its own; `random` gives the same numbers in each. */
export const createTestContext = (world: TestWorld = {}): TestContext => {
  const at = Date.parse(world.at ?? '2026-01-01T00:00:00.000Z');
  const done: TestContext['done'] = { mails: [], logs: [], emitted: [], kv: new Map() };
  const records = new Map<string, PluginRecord>();
  const log = (level: string) => (message: string) => void done.logs.push({ level, message });
  let chance = 1;
  const random = (): number => {
    chance = (chance * 48_271) % 2_147_483_647;
    return chance / 2_147_483_647;
  };
  const within = <T extends { customerId: string }>(rows: T[], time: (row: T) => string, options: Span): T[] =>
    rows
      .filter(
        (row) =>
          (options.customerId === undefined || row.customerId === options.customerId) &&
          (options.since === undefined || time(row) >= options.since) &&
          (options.until === undefined || time(row) < options.until),
      )
      .toSorted((a, b) => (time(a) < time(b) ? -1 : 1));

  return {
    done,
    provider: world.provider ?? '',
    now: () => at,
    random,
    settings: world.settings ?? {},
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    secrets: { get: async (name) => world.secrets?.[name] ?? null },
    customers: {
      get: async (id) => world.customers?.find((customer) => customer.id === id) ?? null,
      list: async (options = {}) => pageOf(world.customers ?? [], options),
    },
    orders: {
      list: async (options = {}) =>
        pageOf(
          within(world.orders ?? [], (order) => order.orderedAt, options),
          options,
        ),
    },
    events: {
      list: async (options = {}) =>
        pageOf(
          within(world.events ?? [], (event) => event.occurredAt, options).filter(
            ({ type }) => options.type === undefined || type === options.type,
          ),
          options,
        ),
    },
    products: { list: async (options = {}) => pageOf(world.products ?? [], options) },
    records: {
      put: async ({ type, key, customerId = null, data }) => {
        const id = key ?? String(records.size + 1);
        const when = new Date(at).toISOString();
        const made = { id, type, key: key ?? null, customerId, data: copy(data), createdAt: when, updatedAt: when };
        records.set(`${type} ${id}`, made);
        return made;
      },
      get: async (type, idOrKey) => records.get(`${type} ${idOrKey}`) ?? null,
      list: async (options) =>
        pageOf(
          [...records.values()].filter(
            (entry) =>
              entry.type === options.type &&
              (options.customerId === undefined || entry.customerId === options.customerId),
          ),
          options,
        ),
    },
    kv: {
      get: async (key) => copy(done.kv.get(key) ?? null),
      getMany: async (keys) => keys.map((key) => copy(done.kv.get(key) ?? null)),
      set: async (key, value) => void done.kv.set(key, copy(value)),
      setMany: async (entries) => {
        for (const { key, value } of entries) done.kv.set(key, copy(value));
      },
      delete: async (key) => void done.kv.delete(key),
      list: async ({ prefix = '', values = false, ...options } = {}) =>
        pageOf(
          [...done.kv.keys()]
            .filter((key) => key.startsWith(prefix))
            .sort()
            .map((key) => ({ key, customerId: null, value: values ? copy(done.kv.get(key)) : null })),
          options,
        ),
    },
    fetch: async (url, options = {}): Promise<FetchReply> => {
      if (!world.fetch) throw Object.assign(new Error(`${url} is not among the plugin's hosts.`), { code: 'DENIED' });
      const { status, body = '', headers = {} } = await world.fetch(url, options);
      return { status, ok: status >= 200 && status < 300, headers, body, json: () => JSON.parse(body) as unknown };
    },
    smtp: { send: async (mail) => ({ id: `<${done.mails.push(mail)}@test>` }) },
    emit: async (event) => ({ id: String(done.emitted.push(event)) }),
  };
};

/**
 * Asks the plugin as Rapport would ask it and holds the answer against the declaration of the hook: its shape, its size, only
 * customers it was asked about. Throws on what Rapport would call `plugin_error`, `invalid_result` or `result_too_large`.
 */
export const checkHook = async <H extends HookSpec>(
  hook: H,
  plugin: PluginHandlers,
  ctx: Ctx,
  input: InputOf<H>,
): Promise<OutputOf<H>> => {
  const handlers = (plugin as Record<string, unknown>)[hook.handler];
  const handler = typeof handlers === 'function' ? handlers : Object(handlers)[ctx.provider || hook.name];
  if (typeof handler !== 'function')
    throw new Error(`The plugin has no handler ${hook.handler} for "${ctx.provider || hook.name}".`);
  const given = copy(input) as Record<string, unknown>;
  const answer = copy((await handler(hook.argument ? given[hook.argument] : given, ctx)) ?? null) as OutputOf<H>;
  if (JSON.stringify(answer).length > hook.limits.resultChars)
    throw new Error(`The answer has more than ${hook.limits.resultChars} characters.`);
  fits(hook.output, answer, 'answer');
  if (hook.namesCustomers)
    known(
      (answer as { customer: string | null }[]).flatMap(({ customer }) => customer ?? []),
      (input as { customers: { id: string }[] }).customers,
    );
  return answer;
};

/** `checkHook` for scores of a batch, and that nobody is scored twice. */
export const checkScorer = async (plugin: PluginHandlers, ctx: Ctx, customers: PluginCustomer[]): Promise<Score[]> => {
  const scores = await checkHook(customersScore, plugin, ctx, { at: new Date(ctx.now()).toISOString(), customers });
  if (new Set(scores.map(({ customer }) => customer)).size < scores.length)
    throw new Error('A customer was scored twice.');
  return scores;
};

/** `checkHook` for the building of a model. */
export const checkTraining = (plugin: PluginHandlers, ctx: Ctx, input: TrainInput): Promise<TrainOutput> =>
  checkHook(modelTrain, plugin, ctx, input);

/** `checkHook` for recommendations, and that they keep the limit, best first, no product twice. */
export const checkRecommender = async (
  plugin: PluginHandlers,
  ctx: Ctx,
  input: RecommendInput,
): Promise<RecommendOutput> => {
  const answers = await checkHook(customersRecommend, plugin, ctx, input);
  for (const { customer, items } of answers) {
    if (items.length > input.limit) throw new Error(`${customer}: more than ${input.limit} products.`);
    if (items.some(({ score }, at) => at > 0 && score > items[at - 1]!.score))
      throw new Error(`${customer}: not best first.`);
    if (new Set(items.map(({ sku }) => sku)).size < items.length) throw new Error(`${customer}: a product twice.`);
  }
  return answers;
};

/** `checkHook` for one message. An answer `failed` or `declined` is an answer and does not throw. */
export const checkChannel = (plugin: PluginHandlers, ctx: Ctx, message: OutgoingMessage): Promise<DeliveryResult> =>
  checkHook(messageSend, plugin, ctx, message);

type Span = { customerId?: string; since?: string; until?: string };

const pageOf = <T>(rows: T[], { limit = 100, cursor }: PageOptions): Listed<T> => {
  const start = cursor === undefined ? 0 : Number(cursor);
  const end = start + limit;
  return { data: copy(rows.slice(start, end)), next: end < rows.length ? String(end) : null };
};

// As it would come through the wall: text and back.
const copy = <T>(value: T): T => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T));

const fits = (schema: TSchema, value: unknown, what: string): void => {
  const plain = copy(value);
  if (Check(schema, plain)) return;
  const [first] = Errors(schema, plain);
  throw new Error(`The ${what} do not fit the hook: ${first?.instancePath ?? ''} ${first?.message ?? ''}`);
};

const known = (named: string[], asked: { id: string }[]): void => {
  const ids = new Set(asked.map(({ id }) => id));
  const stranger = named.find((id) => !ids.has(id));
  if (stranger !== undefined) throw new Error(`It names a customer it was not asked about: ${stranger}.`);
};
