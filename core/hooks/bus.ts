// Asks plugins. Four kinds of question, each answered with outcomes as values; which plugins answer, and how they are run behind
// the wall, is the business of core/plugins. Nothing a plugin does makes these functions throw.
import type { ChannelAddress, HookSpec, InputOf, Outcome, OutputOf } from '@rapport/sdk';
import type { Db } from '../data/database.ts';
import { apart, transact } from '../data/transact.ts';
import type { Outbox } from '../jobs/outbox.ts';

export type AskOptions = {
  /** Only this plugin. */
  plugin?: string;
  /** Only providers with this key: a channel, a recommender, a scorer. */
  provider?: string;
  /** Only channels that need this address of the customer. */
  address?: Provider['address'];
  timeoutMs?: number;
  seed?: number;
};

/**
 * Who provides a hook: a plugin, under a key of its manifest ('' where the hook has no keys), called so there. `failClosed`: a
 * filter that lets nothing pass while it does not answer. `address`: of a channel, the customer's address that it needs.
 */
export type Provider = {
  plugin: string;
  provider: string;
  title: string | { en: string; zh?: string } | null;
  failClosed: boolean;
  address?: ChannelAddress;
};

/** What the bus needs of the plugin host. */
export type Runner = {
  /** Resolves when `providersOf` has every change that was answered before this call, on whatever node it was made. */
  current: () => Promise<void>;
  providersOf: (hook: string) => readonly Provider[];
  run: <H extends HookSpec>(
    hook: H,
    input: InputOf<H>,
    target: { plugin: string; provider: string; timeoutMs?: number; seed?: number },
  ) => Promise<Outcome<OutputOf<H>>>;
};

export type Asked<T> = Outcome<T> & { provider: string };
/** An answer of `first`: declining is an outcome of its own, not a value. */
export type Taken<T> = Asked<Exclude<T, { status: 'declined' }>>;

export type Filtered<T, O> = {
  value: T;
  /** Set when a plugin refused. */
  refused: { plugin: string; reason: string } | undefined;
  /** Set when a filter that must not be left out did not answer: ask again, at `until` (ms) where that is known. */
  held: { plugin: string; reason: string; until: number | undefined } | undefined;
  outcomes: Asked<O>[];
};

export type Hooks = {
  /** A row of the outbox in the caller's transaction; subscribed plugins get it after commit. */
  notify: (trx: Db, topic: string, notice: { customerId?: string; payload: unknown }) => Promise<void>;
  /** Each plugin in turn; members of its answer replace those of the value, `refuse` ends it. */
  filter: <H extends HookSpec & { kind: 'filter' }>(
    hook: H,
    value: InputOf<H>,
    options?: AskOptions,
  ) => Promise<Filtered<InputOf<H>, OutputOf<H>>>;
  /** Every provider at once. */
  collect: <H extends HookSpec & { kind: 'collect' }>(
    hook: H,
    input: InputOf<H>,
    options?: AskOptions,
  ) => Promise<Asked<OutputOf<H>>[]>;
  /**
   * One provider after another, until one takes it. A failure ends it too: the plugin may have acted before it failed. One that is
   * unavailable was not asked: if nobody else takes it, the answer is to ask again later. `undefined` when nobody provides the hook.
   */
  first: <H extends HookSpec & { kind: 'first' }>(
    hook: H,
    input: InputOf<H>,
    options?: AskOptions,
  ) => Promise<Taken<OutputOf<H>> | undefined>;
  /** To be awaited before `providersOf`, which only looks into memory. */
  current: () => Promise<void>;
  providersOf: (hook: string, options?: AskOptions) => readonly Provider[];
};

export const createHooks = (deps: { runner: Runner; outbox: Outbox }): Hooks => {
  const { runner } = deps;

  const providersOf = (hook: string, options: AskOptions = {}): readonly Provider[] =>
    runner
      .providersOf(hook)
      .filter(
        (candidate) =>
          (options.plugin === undefined || candidate.plugin === options.plugin) &&
          (options.provider === undefined || candidate.provider === options.provider) &&
          (options.address === undefined || candidate.address === options.address),
      );

  const ask = async <H extends HookSpec>(
    hook: H,
    input: InputOf<H>,
    { plugin, provider }: Provider,
    { timeoutMs, seed }: AskOptions,
  ): Promise<Asked<OutputOf<H>>> => ({
    // What a plugin writes is its own: no part of the transaction of who asks.
    ...(await apart(() => runner.run(hook, input, { plugin, provider, timeoutMs, seed }))),
    provider,
  });

  return {
    current: runner.current,
    providersOf,
    notify: (trx, topic, notice) => transact(trx, (inner) => deps.outbox.emit(inner, { topic, ...notice })),
    collect: async (hook, input, options = {}) => {
      await runner.current();
      return Promise.all(providersOf(hook.name, options).map((provider) => ask(hook, input, provider, options)));
    },
    first: async (hook, input, options = {}) => {
      await runner.current();
      let last: Taken<OutputOf<typeof hook>> | undefined;
      for (const provider of providersOf(hook.name, options)) {
        const outcome = (await ask(hook, input, provider, options)) as Taken<OutputOf<typeof hook>>;
        if (outcome.kind !== 'declined' && outcome.kind !== 'unavailable') return outcome;
        if (last?.kind !== 'unavailable') last = outcome;
      }
      return last;
    },
    filter: async (hook, value, options = {}) => {
      await runner.current();
      const outcomes: Asked<OutputOf<typeof hook>>[] = [];
      let threaded = value;
      for (const provider of providersOf(hook.name, options)) {
        const outcome = await ask(hook, threaded, provider, options);
        outcomes.push(outcome);
        if (outcome.kind !== 'ok') {
          if (!provider.failClosed) continue;
          const until = outcome.kind === 'unavailable' ? outcome.until : undefined;
          const held = { plugin: provider.plugin, reason: outcome.reason, until };
          return { value: threaded, outcomes, refused: undefined, held };
        }
        const { refuse, ...changes } = outcome.value as { refuse?: string };
        if (refuse !== undefined)
          return { value: threaded, outcomes, refused: { plugin: provider.plugin, reason: refuse }, held: undefined };
        threaded = { ...(threaded as object), ...changes } as typeof value;
      }
      return { value: threaded, outcomes, refused: undefined, held: undefined };
    },
  };
};
