// What a plugin is written with: `definePlugin`, and the types of its handlers and of `ctx`. Inside a bundle this file is the
// whole of `@rapport/sdk`, so it imports types only.
import type { InputOf, OutputOf } from './hook.ts';
import type { AnyHook, Notice, PluginCustomer, Topic } from './hooks/index.ts';

/** Declares the plugin. Handlers are keyed as in `provides` of plugin.json; one function alone serves every key. */
export const definePlugin = (handlers: PluginHandlers): PluginHandlers => handlers;

type ArgumentOf<H> = H extends { argument: infer A extends string }
  ? InputOf<H> extends Record<A, infer Given>
    ? Given
    : never
  : InputOf<H>;
type Handler<H> = (given: ArgumentOf<H>, ctx: Ctx) => Promise<OutputOf<H>> | OutputOf<H>;
type HasKeys<H> = H extends { providedBy: readonly ['hooks'] } ? false : true;

/**
 * The handlers of a plugin, by the names in the declarations of hooks: `send`, `filter`, `recommend`, `score` (given the customers
 * of the batch), `train`, `schedule` and `http` (by `METHOD /path`), each one function or one by key.
 */
export type PluginHandlers = {
  [H in Exclude<AnyHook, { kind: 'notify' }> as H['handler']]?:
    | Handler<H>
    | (HasKeys<H> extends true ? Record<string, Handler<H>> : never);
} & {
  /** What happened, by topic: at least once, so keep `notice.id` if twice would hurt. */
  on?: Partial<Record<Topic, (notice: Notice, ctx: Ctx) => Promise<unknown> | unknown>>;
};

/** A page; `next` null is the last one. */
export type Listed<T> = { data: T[]; next: string | null };
/** `cursor` is `next` of the page before, with the same other options. */
export type PageOptions = { limit?: number; cursor?: string };

export type PluginOrder = {
  id: string;
  customerId: string;
  status: string;
  currency: string;
  /** Minor units, after discount, with shipping, before refunds. */
  total: number;
  refunded: number;
  orderedAt: string;
  lines: {
    sku: string;
    name: string | null;
    category: string | null;
    quantity: number;
    unitPrice: number;
    total: number;
  }[];
};
/** `occurredAt` in ISO-8601. */
export type PluginEvent = {
  id: string;
  customerId: string;
  type: string;
  occurredAt: string;
  properties: Record<string, unknown>;
};
/** `price` in minor units of `currency`; `stock` null is not counted. */
export type PluginProduct = {
  sku: string;
  name: string;
  category: string | null;
  price: number | null;
  currency: string | null;
  stock: number | null;
  status: string;
};
export type PluginRecord = {
  id: string;
  type: string;
  key: string | null;
  customerId: string | null;
  data: Record<string, unknown>;
  createdAt: string;
  updatedAt: string;
};
/** Values are JSON: what is read is a copy of what was written. */
export type KvEntry = { key: string; value: unknown; customerId?: string | null };

export type FetchOptions = { method?: string; headers?: Record<string, string>; body?: string; timeoutMs?: number };
/** Any status is an answer; a refused host, a timeout or no connection throws. */
export type FetchReply = {
  status: number;
  ok: boolean;
  headers: Record<string, string>;
  body: string;
  /** The body read as JSON. */
  json: () => unknown;
};
export type Mail = {
  to: string;
  subject: string;
  text?: string;
  html?: string;
  /** The admin's sender when absent. */
  from?: string;
  replyTo?: string;
  headers?: Record<string, string>;
  /** Same key, same Message-ID: a mail server can tell a second delivery. */
  idempotencyKey?: string;
};

/** The only way out of the sandbox. Every member that reaches outside needs the scope written beside it. */
export type Ctx = {
  /** The key of `provides` this call is for. */
  readonly provider: string;
  /** The moment of the call, ms. `Date.now()` says the same: time stands still within a call. */
  now: () => number;
  /** 0 ≤ x < 1, from the seed of the call. `Math.random()` is the same. */
  random: () => number;
  /** The admin's settings, without secrets. */
  readonly settings: Readonly<Record<string, unknown>>;
  log: {
    debug: (message: string, fields?: Record<string, unknown>) => void;
    info: (message: string, fields?: Record<string, unknown>) => void;
    warn: (message: string, fields?: Record<string, unknown>) => void;
    error: (message: string, fields?: Record<string, unknown>) => void;
  };
  /** A secret setting in clear. */
  secrets: { get: (name: string) => Promise<string | null> };
  /** `customers:read`; personal members by name, `customers:read[email,phone]`. */
  customers: {
    get: (id: string, options?: { purchases?: boolean; at?: string }) => Promise<PluginCustomer | null>;
    /** By id. `purchases: true` adds what each bought up to `at`. */
    list: (options?: PageOptions & { purchases?: boolean; at?: string }) => Promise<Listed<PluginCustomer>>;
  };
  /** `events:read`; by time, oldest first. */
  events: {
    list: (
      options?: PageOptions & { customerId?: string; type?: string; since?: string; until?: string },
    ) => Promise<Listed<PluginEvent>>;
  };
  /** `orders:read`; by time, oldest first, with lines, cancelled ones left out. */
  orders: {
    list: (
      options?: PageOptions & { customerId?: string; since?: string; until?: string },
    ) => Promise<Listed<PluginOrder>>;
  };
  /** `products:read`; by SKU. */
  products: { list: (options?: PageOptions) => Promise<Listed<PluginProduct>> };
  /** The plugin's own record types (`provides.recordTypes`); `records:read`, `records:write`. */
  records: {
    put: (record: {
      type: string;
      key?: string;
      customerId?: string | null;
      data: Record<string, unknown>;
    }) => Promise<PluginRecord>;
    get: (type: string, idOrKey: string) => Promise<PluginRecord | null>;
    list: (options: PageOptions & { type: string; customerId?: string }) => Promise<Listed<PluginRecord>>;
  };
  /** The plugin's own store. Say `customerId` where a value is about a person: export and erasure reach it by that. */
  kv: {
    get: (key: string) => Promise<unknown>;
    getMany: (keys: string[]) => Promise<unknown[]>;
    set: (key: string, value: unknown, options?: { customerId?: string }) => Promise<void>;
    setMany: (entries: KvEntry[]) => Promise<void>;
    delete: (key: string) => Promise<void>;
    /** Keys in order; values too with `values: true`. */
    list: (options?: PageOptions & { prefix?: string; values?: boolean }) => Promise<Listed<KvEntry>>;
  };
  /** HTTPS to the hosts of the manifest, nothing else; text bodies. */
  fetch: (url: string, options?: FetchOptions) => Promise<FetchReply>;
  /** Mail through the admin's server: `messages:write`. */
  smtp: { send: (mail: Mail) => Promise<{ id: string }> };
  /** Records events in customers' histories: `events:write`. */
  emit: (event: {
    type: string;
    customerId: string;
    occurredAt?: string;
    properties?: Record<string, unknown>;
    /** Makes a second emit of the same event harmless. */
    id?: string;
  }) => Promise<{ id: string }>;
};
