// A hook as a value: its name, how answers combine, and the shapes that cross the wall.
import type { Static, TSchema } from 'typebox';
import type { HookScope } from './scopes.ts';

/**
 * - `notify`: after commit, at least once, through the outbox; answers are ignored.
 * - `filter`: each plugin may change the value or refuse it.
 * - `collect`: all answers in parallel; late ones are dropped.
 * - `first`: the first plugin that accepts.
 */
export type HookKind = 'notify' | 'filter' | 'collect' | 'first';

export type HookSpec<I extends TSchema = TSchema, O extends TSchema = TSchema> = {
  name: string;
  kind: HookKind;
  scope: HookScope;
  timeoutMs: number;
  summary: string;
  input: I;
  output: O;
};

export const outcomeKinds = [
  'ok',
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

/** What one plugin's run of a hook came to. A value, never an exception. Times in milliseconds, sizes in bytes. */
export type Outcome<T = unknown> =
  | { kind: 'ok'; plugin: string; value: T; wallMs: number; cpuMs?: number }
  | { kind: Exclude<OutcomeKind, 'ok'>; plugin: string; reason: string; wallMs: number; cpuMs?: number };

export type InputOf<H> = H extends { input: infer I extends TSchema } ? Static<I> : never;
export type OutputOf<H> = H extends { output: infer O extends TSchema } ? Static<O> : never;

export const defineHook = <const H extends HookSpec>(spec: H): H => spec;
