// A hook as a value: everything there is to say about one. The registry of plugins, the consent screen, budgets, the sandbox, the
// test harness, the docs and the types of handlers are derived from it; to add a hook is to declare it and to ask it.
import type { Static, TSchema } from 'typebox';
import type { HookScope } from './scopes.ts';

/**
 * - `notify`: after commit, at least once, through the outbox; answers are ignored.
 * - `filter`: each plugin may change the value or refuse it.
 * - `collect`: all answers in parallel; late ones are dropped.
 * - `first`: the first plugin that accepts.
 */
export type HookKind = 'notify' | 'filter' | 'collect' | 'first';

/** Host calls of one call and how many may be open at once; characters of the arguments of one, and of the result; log lines. */
export type HookLimits = {
  hostCalls: number;
  atOnce: number;
  hostCallChars: number;
  resultChars: number;
  logs: number;
};
const usual: HookLimits = {
  hostCalls: 1000,
  atOnce: 32,
  hostCallChars: 6_000_000,
  resultChars: 1_000_000,
  logs: 200,
};
/** For work in the background that pages through everything. */
export const longLimits: HookLimits = { ...usual, hostCalls: 50_000, hostCallChars: 12_000_000, logs: 1000 };

/** The lists of `provides` in a manifest. */
export type ProvidesMember = 'channels' | 'recommenders' | 'scorers' | 'schedules' | 'http' | 'hooks';

type Draft = {
  name: string;
  kind: HookKind;
  summary: string;
  /** Member of `definePlugin({ … })`: one function, or one by key (by the hook's name where there are no keys). */
  handler: string;
  /** The member of the input that the handler is given, instead of the whole. */
  argument?: string;
  /** Where a manifest provides it: entries of these lists, or its name in `hooks`. */
  providedBy: readonly ProvidesMember[];
  /** The member of an entry that says when it runs; an entry without it does not provide the hook. */
  cron?: 'cron' | 'train';
  /** Time of one call, waiting included, and of the processor. Milliseconds. */
  wallMs: number;
  cpuMs: number;
  limits?: Partial<HookLimits>;
  /** Members of the input that say who somebody is and are given in clear: consent says so. */
  personal?: readonly string[];
  /** Other members given as they are; in everything else personal members are masked unless granted. */
  asGiven?: readonly string[];
  /** Answers are a list of `{ customer }`: only customers of the input may be named. */
  namesCustomers?: boolean;
  /** Answers are a list of `{ value }`: each within `minimum` and `maximum` of the manifest's entry, where it says them. */
  bounded?: boolean;
  /** Strangers can ask it: such calls wait in a line of their own, and their failures never switch the plugin off. */
  isPublic?: boolean;
  input: TSchema;
  output: TSchema;
  /** At least one; a test holds them against the schemas. */
  examples: readonly { input: unknown; output: unknown }[];
};

export type HookSpec = Omit<Draft, 'limits' | 'personal' | 'asGiven' | 'namesCustomers' | 'bounded' | 'isPublic'> & {
  scope: HookScope;
  limits: HookLimits;
  personal: readonly string[];
  asGiven: readonly string[];
  namesCustomers: boolean;
  bounded: boolean;
  isPublic: boolean;
};

export const defineHook = <const D extends Draft>(
  draft: D,
): D & Omit<HookSpec, keyof D> & Pick<HookSpec, 'limits'> => ({
  personal: [],
  asGiven: [],
  namesCustomers: false,
  bounded: false,
  isPublic: false,
  ...draft,
  scope: `hook:${draft.name}`,
  limits: { ...usual, ...draft.limits },
});

/** Which address of a customer a channel writes to. */
export const channelAddresses = ['email', 'phone', 'none'] as const;
export type ChannelAddress = (typeof channelAddresses)[number];

type Entry = {
  key?: string;
  method?: string;
  path?: string;
  title?: string | { en: string; zh?: string };
  summary?: string | { en: string; zh?: string };
  cron?: string;
  train?: string;
  address?: ChannelAddress;
};
/**
 * A plugin's offer of a hook: under which key ('' where it has none), called what, when it runs by itself (cron, UTC), in which list;
 * of a channel the customer's address that it needs.
 */
export type HookOffer = {
  member: ProvidesMember;
  key: string;
  title: string | { en: string; zh?: string } | null;
  cron: string | undefined;
  address?: ChannelAddress;
};

/** What a manifest's `provides` offers of a hook. The one place that knows where keys come from. */
export const offersOf = (
  hook: Pick<HookSpec, 'name' | 'providedBy' | 'cron'>,
  provides: { [M in ProvidesMember]?: readonly (string | Entry)[] },
): HookOffer[] =>
  hook.providedBy.flatMap((member) =>
    (provides[member] ?? []).flatMap((entry) => {
      if (typeof entry === 'string')
        return entry === hook.name ? [{ member, key: '', title: null, cron: undefined }] : [];
      const cron = hook.cron && entry[hook.cron];
      if (hook.cron && cron === undefined) return [];
      return [
        {
          member,
          key: entry.key ?? `${entry.method} ${entry.path}`,
          title: entry.title ?? entry.summary ?? null,
          cron,
          ...(entry.address && { address: entry.address }),
        },
      ];
    }),
  );

export const outcomeKinds = [
  'ok',
  'declined',
  'unavailable',
  'timeout',
  'memory',
  'killed',
  'plugin_error',
  'invalid_result',
  'result_too_large',
  'denied',
  'limit',
] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

/**
 * What one plugin's run of a hook came to. A value, never an exception. Times in milliseconds, sizes in bytes.
 * - `declined`: it was asked and left the matter to others; nothing was done.
 * - `unavailable`: it was not asked. `until` (ms since 1970) is when to ask again; the plugin is not to blame for it.
 * - `denied`: it is not allowed, or does not provide what was asked for; asking again changes nothing.
 */
export type Outcome<T = unknown> =
  | { kind: 'ok'; plugin: string; value: T; wallMs: number; cpuMs?: number }
  | { kind: 'unavailable'; plugin: string; reason: string; until: number; wallMs: number; cpuMs?: number }
  | {
      kind: Exclude<OutcomeKind, 'ok' | 'unavailable'>;
      plugin: string;
      reason: string;
      wallMs: number;
      cpuMs?: number;
    };

export type InputOf<H> = H extends { input: infer I extends TSchema } ? Static<I> : never;
export type OutputOf<H> = H extends { output: infer O extends TSchema } ? Static<O> : never;
