// One call of one hook in one plugin, from input to outcome: may it, with what it may see, through the sandbox, checked, recorded.
// Whatever happens is a value.
import type { HookSpec, InputOf, Outcome, OutputOf, Scope } from '@rapport/sdk';
import { type Capability, Refusal } from '../../capability.ts';
import { atDepth, causedDepth, deepest } from '../../causes.ts';
import type { Clock, Random } from '../../clock.ts';
import { Failure } from '../../errors.ts';
import type { Actor } from '../../http/actor.ts';
import { type Check, createValidator } from '../../http/validate.ts';
import type { Log } from '../../log.ts';
import type { Usage } from '../capabilities/usage.ts';
import { maskInput, maskPersonal } from '../packages/scopes.ts';
import { plainSettings } from '../packages/settings.ts';
import type { Host, HostCallAnswer, HostResult } from '../sandbox/host.ts';
import type { Breaker } from './breaker.ts';
import type { Enabled, Registry } from './registry.ts';
import type { Bounds, ResultReader } from './results.ts';
import type { Runs } from './runs.ts';
import { createTurns } from './turns.ts';

export type Target = { plugin: string; provider: string; timeoutMs?: number; seed?: number };

type Deps = {
  host: Host;
  registry: Registry;
  capabilities: () => readonly Capability[];
  breaker: Breaker;
  runs: Runs;
  usage: Usage;
  readResult: ResultReader;
  clock: Clock;
  random: Random;
  log: Log;
};

const defaultMemoryMb = 64;
/** When to ask again a plugin that is switched off, and one with too many calls waiting. Milliseconds. */
export const askAgainMs = { off: 60_000, busy: 1000 };

export const createCalls = (deps: Deps) => {
  const { host, registry, breaker, runs, clock } = deps;
  const answer = createHostCalls(deps);
  const turns = createTurns({ atOnce: 16, waiting: 1000 });

  const run = async <H extends HookSpec>(hook: H, input: InputOf<H>, target: Target): Promise<Outcome<OutputOf<H>>> => {
    const { plugin, provider } = target;
    await registry.current();
    const offer = registry.offerOf(hook.name, plugin, provider);
    if (offer === undefined) return { kind: 'denied', plugin, reason: 'It does not provide this.', wallMs: 0 };
    if (offer === 'off') {
      const until = clock.now() + askAgainMs.off;
      return { kind: 'unavailable', plugin, reason: 'It is switched off.', until, wallMs: 0 };
    }
    return ask(offer, hook, input, target);
  };

  /** Runs what the registry offered. */
  const ask = async <H extends HookSpec>(
    offer: Enabled,
    hook: H,
    input: InputOf<H>,
    target: Target,
  ): Promise<Outcome<OutputOf<H>>> => {
    const { id, version } = offer.plugin;
    const started = performance.now();
    const unavailable = (reason: string, until: number): Outcome<OutputOf<H>> => ({
      kind: 'unavailable',
      plugin: id,
      reason,
      until,
      wallMs: performance.now() - started,
    });
    const wallMs = Math.min(target.timeoutMs ?? hook.wallMs, hook.wallMs);
    const entry = breaker.enter({ plugin: id, version, hook: hook.name }, wallMs * 2);
    if ('until' in entry) return unavailable('It failed too often; its circuit is open.', entry.until);
    try {
      // What strangers can ask waits in a line of its own.
      const leave = await turns.enter(hook.isPublic ? `${id} public` : id, wallMs);
      if (!leave) return unavailable('Too many of its calls are waiting.', clock.now() + askAgainMs.busy);
      try {
        const result = await through(offer, hook, input, target, wallMs);
        const outcome = toOutcome<OutputOf<H>>(offer, target.provider, hook, input, result);
        if (!isChainEnd(outcome)) entry.report(outcome.kind);
        runs.record({
          plugin: id,
          version,
          hook: hook.name,
          provider: target.provider,
          outcome: outcome.kind,
          reason: outcome.kind === 'ok' ? null : outcome.reason,
          wallMs: result.wallMs,
          cpuMs: result.cpuMs,
        });
        return outcome;
      } finally {
        leave();
      }
    } finally {
      entry.leave();
    }
  };

  const through = (
    { plugin, grant, code }: Enabled,
    hook: HookSpec,
    input: unknown,
    { provider, seed }: Target,
    wallMs: number,
  ): Promise<HostResult> => {
    const { id, version, manifest } = plugin;
    const depth = causedDepth();
    const spend = deps.usage.forCall(id);
    const actor: Actor = { kind: 'plugin', id, name: id, scopes: new Set(plugin.granted as Scope[]) };
    const mask = <T>(value: T): T => maskPersonal(value, grant.personal);
    return host.call({
      plugin: id,
      publisher: id.split('/')[0]!,
      code: `${id}@${version}#${plugin.sha256}`,
      source: () => code,
      memoryMb: manifest.limits?.memoryMb ?? defaultMemoryMb,
      handler: hook.handler,
      argument: hook.argument,
      key: provider || hook.name,
      provider,
      at: momentOf(input) ?? clock.now(),
      seed: seed ?? deps.random.bytes(4).readInt32BE(),
      settings: plainSettings(manifest.settings, plugin.settings),
      wallMs,
      cpuMs: Math.min(hook.cpuMs, wallMs),
      limits: hook.limits,
      input: JSON.stringify(maskInput(hook, input, grant.personal)),
      capabilities: deps.capabilities().map(({ name }) => name),
      hostCall: (name, args, under) => answer(name, args, depth, { plugin, grant, actor, mask, spend, ...under }),
      log: (level, body) => runs.line(id, level, body),
    });
  };

  const toOutcome = <O>(
    { plugin: { id: plugin, manifest } }: Enabled,
    provider: string,
    hook: HookSpec,
    input: unknown,
    result: HostResult,
  ): Outcome<O> => {
    const { kind, text, wallMs, cpuMs } = result;
    const about = { plugin, reason: text.slice(0, 1000), wallMs, cpuMs };
    if (kind === 'unavailable') return { kind, until: clock.now() + askAgainMs.busy, ...about };
    if (kind !== 'ok') return { kind, ...about };
    const read = deps.readResult(hook, text, input, boundsOf(manifest, provider));
    if ('fault' in read) return { ...about, kind: 'invalid_result', reason: read.fault };
    const { status, reason } = Object(read.value) as { status?: unknown; reason?: string };
    if (hook.kind === 'first' && status === 'declined')
      return { ...about, kind: 'declined', reason: reason ?? 'It declined.' };
    return { kind: 'ok', plugin, value: read.value as O, wallMs, cpuMs };
  };

  return { run, ask };
};

const boundsOf = ({ provides }: Enabled['plugin']['manifest'], scorer: string): Bounds =>
  provides.scorers?.find(({ key }) => key === scorer) ?? {};

export type Calls = ReturnType<typeof createCalls>;

/** A chain of plugins was stopped here: nobody's failure, and no use trying again. */
export const isChainEnd = ({ kind }: Pick<Outcome, 'kind'>): boolean => kind === 'limit' && causedDepth() >= deepest;

// A score is about a moment: the clock of the call stands there.
const momentOf = (input: unknown): number | undefined => {
  const at = (input as { at?: unknown } | null)?.at;
  const ms = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
};

const createHostCalls = ({ capabilities, runs, log }: Pick<Deps, 'capabilities' | 'runs' | 'log'>) => {
  const validator = createValidator();
  const checks = new Map<Capability, Check>();
  const find = (name: string): { capability: Capability; check: Check } | undefined => {
    const found = capabilities().find((one) => one.name === name);
    if (!found) return;
    const check = checks.get(found) ?? validator.body(found.input);
    checks.set(found, check);
    return { capability: found, check };
  };
  /** At the end of a chain nothing is written that would carry it on; the plugin's log says so, whatever the plugin does about it. */
  const endChain = (plugin: string, name: string): never => {
    const message = `${name} was refused: ${deepest} calls of plugins in a row led here, and the chain ends.`;
    runs.line(plugin, 'warn', JSON.stringify({ message }));
    throw new Refusal('LIMIT', message);
  };
  return async (
    name: string,
    args: string,
    depth: number,
    call: Parameters<Capability['run']>[1],
  ): Promise<HostCallAnswer> => {
    try {
      const found = find(name);
      if (!found) throw new Refusal('DENIED', `There is nothing called ${name.slice(0, 50)}.`);
      const { scope, read, run, acts } = found.capability;
      if (scope && !call.grant.has(scope)) throw new Refusal('DENIED', `${name} needs the scope ${scope}.`);
      if (scope?.endsWith(':write') && depth >= deepest) endChain(call.plugin.id, name);
      const input = read(JSON.parse(args) as unknown[]);
      found.check(input, '');
      if (acts?.(input)) call.acting();
      const value = await atDepth(depth + 1, () => run(input, call));
      return { ok: true, body: JSON.stringify(value ?? null) };
    } catch (error) {
      return { ok: false, body: JSON.stringify(refusalOf(name, error, log)) };
    }
  };
};

const refusalOf = (name: string, error: unknown, log: Log): { code: string; message: string } => {
  if (error instanceof Refusal) return { code: error.code, message: error.message };
  if (error instanceof Failure && error.status < 500)
    return { code: 'INVALID', message: `${name}: ${error.pointer ?? ''} ${error.message}` };
  log.warn({ err: error, capability: name }, 'a capability failed');
  return { code: 'FAILED', message: `${name} failed on Rapport's side.` };
};
