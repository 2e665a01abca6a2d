// Circuit breakers, one per plugin, version and hook. Failures open a circuit, one trial call closes it again, and a plugin whose
// circuit keeps opening is switched off. Killing a process weighs more than throwing. In memory of one node, on purpose (decision
// 0023): each node finds out for itself, a new start is a new chance, and switching off is shared through the database.
import type { OutcomeKind } from '@rapport/sdk';
import type { Clock } from '../../clock.ts';

export type Circuit = 'closed' | 'open' | 'half-open';
type State = {
  plugin: string;
  hook: string;
  points: number;
  openings: number;
  /** Raised whenever it opens or closes. */
  epoch: number;
  /** Ms; 0 while closed. */
  openUntil: number;
  trial: Entry | undefined;
  /** When a trial that says nothing is taken for lost. */
  trialUntil: number;
};
export type Place = { plugin: string; version: string; hook: string };

/** A call that was let through. Whatever comes of it, `leave` is called at the end. */
export type Entry = {
  /** What it came to. Only the first word counts, and none of a call that began before the circuit opened or was reset. */
  report: (kind: OutcomeKind) => void;
  leave: () => void;
};

/**
 * Points that open a circuit; first and longest pause; openings in a row after which the plugin is switched off; what a trial may
 * take over the time of its call; the least time until somebody who found it closed to them may ask again. Milliseconds.
 */
export const breakerLimits = {
  points: 10,
  pauseMs: 15_000,
  longestMs: 600_000,
  openings: 6,
  trialGraceMs: 5000,
  againMs: 1000,
};

const weight: Partial<Record<OutcomeKind, number>> = {
  timeout: 2,
  memory: 3,
  killed: 3,
  plugin_error: 1,
  invalid_result: 2,
  result_too_large: 2,
  limit: 1,
};

export const createBreaker = (deps: {
  clock: Clock;
  opened: (plugin: string, hook: string, until: number) => void;
  /** It opened again and again: switch the plugin off, unless strangers can cause that. */
  giveUp: (plugin: string, hook: string) => void;
}) => {
  const states = new Map<string, State>();

  const open = (state: State): void => {
    state.openings += 1;
    state.epoch += 1;
    state.points = 0;
    state.trial = undefined;
    state.openUntil =
      deps.clock.now() + Math.min(breakerLimits.longestMs, breakerLimits.pauseMs * 2 ** (state.openings - 1));
    deps.opened(state.plugin, state.hook, state.openUntil);
    if (state.openings === breakerLimits.openings) deps.giveUp(state.plugin, state.hook);
  };

  const close = (state: State): void => {
    if (state.openUntil > 0) state.epoch += 1;
    Object.assign(state, { points: 0, openings: 0, openUntil: 0, trial: undefined });
  };

  const circuitOf = (state: State): Circuit => {
    if (state.openUntil === 0) return 'closed';
    return deps.clock.now() < state.openUntil ? 'open' : 'half-open';
  };

  return {
    /** Lets a call through, or says when to ask again: ms since 1970, always ahead. `wallMs` is the longest the call may take. */
    enter: ({ plugin, version, hook }: Place, wallMs: number): Entry | { until: number } => {
      const key = `${plugin} ${version} ${hook}`;
      const state = states.get(key) ?? {
        plugin,
        hook,
        points: 0,
        openings: 0,
        epoch: 0,
        openUntil: 0,
        trial: undefined,
        trialUntil: 0,
      };
      const now = deps.clock.now();
      const circuit = circuitOf(state);
      if (circuit === 'open') return { until: Math.max(state.openUntil, now + 1) };
      if (circuit === 'half-open' && state.trial && now < state.trialUntil)
        return { until: now + breakerLimits.againMs };
      states.set(key, state);
      const { epoch } = state;
      let said = false;
      // A call counts while the circuit is as it found it: a burst that began before an opening is one burst.
      const counts = (): boolean =>
        states.get(key) === state && state.epoch === epoch && (state.openUntil === 0 || state.trial === entry);
      const entry: Entry = {
        report: (kind) => {
          if (said || !counts()) return;
          said = true;
          if (kind === 'ok' || kind === 'declined') close(state);
          else if (weight[kind] === undefined) state.trial = undefined;
          else if (state.trial === entry) open(state);
          else {
            state.points += weight[kind];
            if (state.points >= breakerLimits.points) open(state);
          }
        },
        leave: () => {
          if (state.trial === entry) state.trial = undefined;
        },
      };
      if (circuit === 'half-open') {
        state.trial = entry;
        state.trialUntil = now + wallMs + breakerLimits.trialGraceMs;
      }
      return entry;
    },
    /** Of one hook, or the worst of all hooks of the plugin. */
    circuit: (plugin: string, hook?: string): Circuit => {
      const all = [...states.values()]
        .filter((state) => state.plugin === plugin && (hook === undefined || state.hook === hook))
        .map(circuitOf);
      return (['open', 'half-open'] as const).find((circuit) => all.includes(circuit)) ?? 'closed';
    },
    reset: (plugin: string): void => {
      for (const [key, state] of states) if (state.plugin === plugin) states.delete(key);
    },
  };
};

export type Breaker = ReturnType<typeof createBreaker>;
