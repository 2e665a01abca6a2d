// One call of one hook in one plugin, from input to outcome: may it, with what it may see, through the sandbox, checked, recorded.
// Whatever happens is a value.
import type { HookSpec, InputOf, Outcome, OutcomeKind, OutputOf } from '@rapport/sdk';
import { type Capability, Refusal } from '../../capability.ts';
import type { Clock, Random } from '../../clock.ts';
import { Failure } from '../../errors.ts';
import { type Check, createValidator } from '../../http/validate.ts';
import type { Log } from '../../log.ts';
import type { Usage } from '../capabilities/usage.ts';
import { maskPersonal } from '../packages/scopes.ts';
import { plainSettings } from '../packages/settings.ts';
import type { DoorAnswer, Host, HostResult } from '../sandbox/host.ts';
import type { Breaker } from './breaker.ts';
import { budgetOf } from './budgets.ts';
import type { Enabled, Registry } from './registry.ts';
import type { ResultReader } from './results.ts';
import type { Runs } from './runs.ts';
import { createTurns } from './turns.ts';

export type Target = { plugin: string; provider: string; timeoutMs?: number; seed?: number };

type Deps = {
  host: Host;
  registry: Registry;
  capabilities: Capability[];
  breaker: Breaker;
  runs: Runs;
  usage: Usage;
  readResult: ResultReader;
  clock: Clock;
  random: Random;
  log: Log;
};

const defaultMemoryMb = 64;

export const createCalls = (deps: Deps) => {
  const { host, registry, breaker, runs } = deps;
  const doors = createDoors(deps);
  const turns = createTurns({ atOnce: 16, waiting: 1000 });

  const run = async <H extends HookSpec>(hook: H, input: InputOf<H>, target: Target): Promise<Outcome<OutputOf<H>>> => {
    const { plugin: id, provider } = target;
    const started = performance.now();
    const found = registry.find(id);
    const offered = registry
      .providersOf(hook.name)
      .some((candidate) => candidate.plugin === id && candidate.provider === provider);
    const not = (kind: Exclude<OutcomeKind, 'ok'>, reason: string): Outcome<OutputOf<H>> => ({
      kind,
      plugin: id,
      reason,
      wallMs: performance.now() - started,
    });
    if (!found || !offered) return not('denied', 'It is not enabled, or does not provide this.');
    const openUntil = breaker.refuses(id);
    if (openUntil !== undefined) return not('denied', `circuit open until ${new Date(openUntil).toISOString()}`);
    const budget = budgetOf(hook, target.timeoutMs);
    const leave = await turns.enter(id, budget.wallMs);
    if (!leave) return not('limit', 'It is busy: too many calls are waiting.');
    try {
      const result = await through(found, hook, input, target, budget);
      const outcome = toOutcome<OutputOf<H>>(id, hook, input, result);
      breaker.report(id, outcome.kind);
      runs.record({
        plugin: id,
        version: found.plugin.version,
        hook: hook.name,
        provider,
        outcome: outcome.kind,
        reason: outcome.kind === 'ok' ? null : outcome.reason,
        wallMs: result.wallMs,
        cpuMs: result.cpuMs,
      });
      return outcome;
    } finally {
      leave();
    }
  };

  const through = (
    found: Enabled,
    hook: HookSpec,
    input: unknown,
    { provider, seed }: Target,
    { handler, wallMs, cpuMs, limits }: ReturnType<typeof budgetOf>,
  ): Promise<HostResult> => {
    const { plugin, grant, code } = found;
    const { id, version, manifest } = plugin;
    const spend = deps.usage.forCall(id);
    return host.call({
      plugin: id,
      publisher: id.split('/')[0]!,
      code: `${id}@${version}#${plugin.revision}`,
      source: () => code,
      memoryMb: manifest.limits?.memoryMb ?? defaultMemoryMb,
      handler,
      key: handler === 'on' ? hook.name : provider,
      at: momentOf(input) ?? deps.clock.now(),
      seed: seed ?? deps.random.bytes(4).readInt32BE(),
      settings: plainSettings(manifest.settings, plugin.settings),
      wallMs,
      cpuMs,
      limits,
      input: JSON.stringify(masked(hook, input, found)),
      door: (name, args, under) => doors(name, args, { plugin, grant, spend, ...under }),
      log: (level, body) => runs.line(id, level, body),
    });
  };

  const toOutcome = <O>(plugin: string, hook: HookSpec, input: unknown, result: HostResult): Outcome<O> => {
    const { kind, text, wallMs, cpuMs } = result;
    if (kind !== 'ok') return { kind, plugin, reason: text.slice(0, 1000), wallMs, cpuMs };
    const read = deps.readResult(hook, text, input);
    return 'fault' in read
      ? { kind: 'invalid_result', plugin, reason: read.fault, wallMs, cpuMs }
      : { kind: 'ok', plugin, value: read.value as O, wallMs, cpuMs };
  };

  return { run };
};

export type Calls = ReturnType<typeof createCalls>;

// A score is about a moment: the clock of the call stands there.
const momentOf = (input: unknown): number | undefined => {
  const at = (input as { at?: unknown } | null)?.at;
  const ms = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
};

// A channel must see the address it sends to, an endpoint what it was sent; everything else is masked.
const asGiven = new Set(['message.send', 'message.filter', 'http.request', 'schedule.run', 'model.train']);
const masked = (hook: HookSpec, input: unknown, { grant }: Enabled): unknown =>
  asGiven.has(hook.name) ? input : maskPersonal(input, grant.personal);

const createDoors = ({ capabilities, log }: Pick<Deps, 'capabilities' | 'log'>) => {
  const validator = createValidator();
  const known = new Map<string, { capability: Capability; check: Check }>(
    capabilities.map((capability) => [capability.name, { capability, check: validator.body(capability.input) }]),
  );
  return async (name: string, args: string, call: Parameters<Capability['run']>[1]): Promise<DoorAnswer> => {
    try {
      const found = known.get(name);
      if (!found) throw new Refusal('DENIED', `There is nothing called ${name.slice(0, 50)}.`);
      const { scope, read, run, acts } = found.capability;
      if (scope && !call.grant.has(scope)) throw new Refusal('DENIED', `${name} needs the scope ${scope}.`);
      const input = read(JSON.parse(args) as unknown[]);
      found.check(input, '');
      if (acts?.(input)) call.acting();
      const value = await run(input, call);
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
