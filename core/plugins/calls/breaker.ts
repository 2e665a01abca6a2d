// The circuit breaker of each plugin: failures in a row open it, a trial call closes it again, and one that stays broken is
// switched off. Killing a process weighs more than throwing. In memory: a new start is a new chance.
import type { OutcomeKind } from '@rapport/sdk';
import type { Clock } from '../../clock.ts';

export type Circuit = 'closed' | 'open' | 'half-open';
type State = { points: number; opened: number; openUntil: number; trial: boolean };

/** Points that open the circuit; first and longest pause (ms); openings in a row after which the plugin is switched off. */
export const breakerLimits = { points: 10, pauseMs: 15_000, longestMs: 600_000, openings: 6 };

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
  /** It opened again and again: switch it off. */
  giveUp: (plugin: string, reason: string) => void;
  opened: (plugin: string, until: number) => void;
}) => {
  const states = new Map<string, State>();
  const stateOf = (plugin: string): State => {
    const known = states.get(plugin) ?? { points: 0, opened: 0, openUntil: 0, trial: false };
    states.set(plugin, known);
    return known;
  };
  const open = (plugin: string, state: State): void => {
    state.opened += 1;
    state.points = 0;
    state.trial = false;
    state.openUntil =
      deps.clock.now() + Math.min(breakerLimits.longestMs, breakerLimits.pauseMs * 2 ** (state.opened - 1));
    if (state.opened >= breakerLimits.openings) deps.giveUp(plugin, 'It failed again and again.');
    else deps.opened(plugin, state.openUntil);
  };

  return {
    /** When a call may not go through: until when. A call that may, while half-open, is the trial. */
    refuses: (plugin: string): number | undefined => {
      const state = stateOf(plugin);
      if (state.openUntil === 0) return;
      if (deps.clock.now() < state.openUntil || state.trial) return state.openUntil;
      state.trial = true;
    },
    report: (plugin: string, kind: OutcomeKind): void => {
      const state = stateOf(plugin);
      if (kind === 'ok') states.delete(plugin);
      else if (kind === 'denied') state.trial = false;
      else if (state.openUntil > 0) open(plugin, state);
      else {
        state.points += weight[kind] ?? 0;
        if (state.points >= breakerLimits.points) open(plugin, state);
      }
    },
    circuit: (plugin: string): Circuit => {
      const state = states.get(plugin);
      if (!state || state.openUntil === 0) return 'closed';
      return deps.clock.now() < state.openUntil ? 'open' : 'half-open';
    },
    reset: (plugin: string): void => void states.delete(plugin),
  };
};

export type Breaker = ReturnType<typeof createBreaker>;
