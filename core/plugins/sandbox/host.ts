// The supervisor: a few sandbox processes, calls spread over them by publisher, and three ways for a process to die — deadline,
// silence, memory. Whoever did it gets that outcome; the others' calls are run again, alone when nobody knows who did it.
import type { OutcomeKind } from '@rapport/sdk';
import type { Log } from '../../log.ts';
import { launchers, spawnWorker } from './host-spawn.ts';
import { type Death, openWorkerLink, type WorkerLink } from './host-worker.ts';
import type { CallHead, FromWorker } from './protocol.ts';

export type SandboxCall = CallHead & {
  plugin: string;
  publisher: string;
  /** Names the code: plugin and version. */
  code: string;
  source: () => string;
  memoryMb: number;
  /** Names of the host functions that `ctx` is made of. */
  capabilities: readonly string[];
  /** JSON text. */
  input: string;
  /** Answers a host call: JSON text, or a code and message. `acting` says that the world may change from here on. */
  hostCall: (name: string, args: string, under: { signal: AbortSignal; acting: () => void }) => Promise<HostCallAnswer>;
  log: (level: string, body: string) => void;
};
export type HostCallAnswer = { ok: boolean; body: string };
export type HostResult = { kind: OutcomeKind; text: string; wallMs: number; cpuMs: number };

type Running = {
  id: number;
  call: SandboxCall;
  tries: number;
  acted: boolean;
  sentAt: number;
  abort: AbortController;
  resolve: (result: HostResult) => void;
};
type Sandbox = {
  link: WorkerLink;
  publishers: Set<string>;
  loaded: Set<string>;
  running: Map<number, Running>;
  alone: boolean;
  discarded: boolean;
};

export type HostOptions = {
  workers: number;
  log: Log;
  /** Bytes of resident memory at which a process is ended. */
  rssLimit?: number;
  silenceMs?: number;
  /** Over the call's own clock; then the process is ended. */
  graceMs?: number;
  spare?: boolean;
};

// A process that is still starting has not begun the call. Milliseconds.
const startMs = 10_000;
const defaults = { rssLimit: 700 * 1024 ** 2, silenceMs: 2000, graceMs: 500, watchMs: 50, tries: 3 };

export const createHost = (options: HostOptions) => {
  const { log } = options;
  const limits = { ...defaults, ...options };
  const sandboxes = new Set<Sandbox>();
  const ways = launchers();
  let way = 0;
  let spare: Sandbox | undefined;
  let lastId = 0;
  let stopped = false;
  let replaced = 0;
  let quarantine: Promise<unknown> = Promise.resolve();

  const open = (): Sandbox => {
    const child = spawnWorker(ways[way]!);
    const used = way;
    const sandbox: Sandbox = {
      publishers: new Set(),
      loaded: new Set(),
      running: new Map(),
      alone: false,
      discarded: false,
      link: openWorkerLink(child.process, child.folder, {
        frame: (head, body) => onFrame(sandbox, head, body),
        dead: (death, said) => {
          if (!said && !stopped && used === way && way < ways.length - 1) {
            way += 1;
            log.info({ reason: death.reason }, 'sandbox processes start with fewer restrictions on this machine');
          }
          onDead(sandbox, death, said);
        },
      }),
    };
    void sandbox.link.ready.then(() => {
      for (const running of sandbox.running.values()) running.sentAt = performance.now();
    });
    return sandbox;
  };

  const keepSpare = (): void => {
    if (limits.spare === false || spare || stopped) return;
    spare = open();
  };

  const take = (alone = false): Sandbox => {
    const sandbox = spare ?? open();
    spare = undefined;
    sandbox.alone = alone;
    sandboxes.add(sandbox);
    void sandbox.link.ready.then(keepSpare);
    return sandbox;
  };

  const sandboxFor = (publisher: string): Sandbox => {
    const shared = [...sandboxes].filter((sandbox) => !sandbox.alone);
    const own = shared.find((sandbox) => sandbox.publishers.has(publisher));
    if (own) return own;
    const chosen =
      shared.length < options.workers ? take() : shared.toSorted((a, b) => a.publishers.size - b.publishers.size)[0]!;
    chosen.publishers.add(publisher);
    return chosen;
  };

  const dispatch = (sandbox: Sandbox, running: Running): void => {
    const { call } = running;
    running.tries += 1;
    running.sentAt = performance.now();
    sandbox.running.set(running.id, running);
    if (!sandbox.loaded.has(call.code)) {
      for (const other of sandbox.loaded) if (other.startsWith(`${call.plugin}@`)) sandbox.loaded.delete(other);
      const { plugin, code, memoryMb, capabilities } = call;
      sandbox.link.write({ t: 'load', plugin, code, memoryMb, capabilities }, call.source());
      sandbox.loaded.add(call.code);
    }
    const { handler, key, argument, provider, at, seed, settings, wallMs, cpuMs, limits } = call;
    const head: CallHead = { handler, key, argument, provider, at, seed, settings, wallMs, cpuMs, limits };
    sandbox.link.write({ t: 'call', call: running.id, code: call.code, ...head }, call.input);
  };

  const onFrame = (sandbox: Sandbox, head: FromWorker, body: string): void => {
    if (head.t === 'stuck') {
      sandbox.link.kill({ kind: 'timeout', reason: 'It did not let go of the processor.', culprits: head.calls });
      return;
    }
    if (head.t === 'hello' || head.t === 'beat') return;
    const running = sandbox.running.get(head.call);
    if (!running) return;
    if (head.t === 'log') running.call.log(head.level, body);
    else if (head.t === 'host-call') void answer(sandbox, running, head.n, head.name, body);
    else
      finish(sandbox, running, { kind: head.kind as OutcomeKind, text: body, wallMs: head.wallMs, cpuMs: head.cpuMs });
  };

  const answer = async (sandbox: Sandbox, running: Running, n: number, name: string, args: string): Promise<void> => {
    const acting = (): void => {
      running.acted = true;
    };
    const reply = await running.call.hostCall(name, args, { signal: running.abort.signal, acting });
    if (sandbox.running.has(running.id))
      sandbox.link.write({ t: 'answer', call: running.id, n, ok: reply.ok }, reply.body);
  };

  const finish = (sandbox: Sandbox, running: Running, result: HostResult): void => {
    sandbox.running.delete(running.id);
    running.abort.abort();
    running.resolve(result);
  };

  const onDead = (sandbox: Sandbox, death: Death, said: boolean): void => {
    sandboxes.delete(sandbox);
    if (spare === sandbox) spare = undefined;
    const all = [...sandbox.running.values()];
    // A process that never started has run nobody's code; one that was killed from outside is run once more.
    const innocent = !said || (death.foreign === true && all.every(({ tries }) => tries < 2));
    const known = new Set(innocent ? [] : all.length === 1 ? [all[0]!.id] : death.culprits);
    let fresh: Sandbox | undefined;
    const replacement = (): Sandbox => {
      fresh ??= take();
      return fresh;
    };
    if (said && !stopped && !sandbox.discarded) {
      replaced += 1;
      log.warn({ reason: death.reason, kind: death.kind, calls: all.length }, 'a sandbox process was replaced');
      if (!sandbox.alone) for (const publisher of sandbox.publishers) replacement().publishers.add(publisher);
    }
    for (const running of all) {
      const give = (kind: OutcomeKind, text: string) =>
        finish(sandbox, running, { kind, text, wallMs: performance.now() - running.sentAt, cpuMs: 0 });
      if (stopped) give('unavailable', 'Rapport is shutting down.');
      else if (known.has(running.id)) give(death.kind, death.reason);
      else if (running.acted) give('killed', 'Its sandbox process ended; it had acted, so it was not run again.');
      else if (running.tries > limits.tries) give('killed', `Its sandbox process ended several times. ${death.reason}`);
      else {
        sandbox.running.delete(running.id);
        if (known.size > 0 || !said) dispatch(sandbox.alone ? take(true) : sandboxFor(running.call.publisher), running);
        else void runAlone(running);
      }
    }
  };

  // Nobody knows who ended the process: each suspect runs again with nobody beside it, so that the next death has one culprit.
  const runAlone = (running: Running): Promise<unknown> => {
    quarantine = quarantine.then(async () => {
      if (stopped)
        return running.resolve({ kind: 'unavailable', text: 'Rapport is shutting down.', wallMs: 0, cpuMs: 0 });
      const { promise, resolve } = Promise.withResolvers<void>();
      const settle = running.resolve;
      running.resolve = (result) => {
        settle(result);
        resolve();
      };
      dispatch(take(true), running);
      await promise;
      for (const sandbox of [...sandboxes].filter(({ alone }) => alone)) {
        sandbox.discarded = true;
        sandbox.link.kill({ kind: 'killed', reason: 'no longer needed', culprits: [] });
      }
    });
    return quarantine;
  };

  // Counted from its oldest call on: a process that got no processor while it had nothing to do has not fallen silent.
  const silenceOf = ({ link, running }: Sandbox): number =>
    Math.min(link.silentMs(), performance.now() - Math.min(...[...running.values()].map(({ sentAt }) => sentAt)));

  let watchedAt = performance.now();
  const watch = async (): Promise<void> => {
    const sinceLast = performance.now() - watchedAt;
    watchedAt = performance.now();
    // This process itself stood still: what the others said meanwhile is still unread.
    if (sinceLast > limits.silenceMs / 4) return;
    for (const sandbox of [...sandboxes]) {
      const late = [...sandbox.running.values()].filter(
        ({ sentAt, call }) =>
          performance.now() - sentAt > call.wallMs + limits.graceMs + (sandbox.link.started() ? 0 : startMs),
      );
      if (late.length > 0) {
        const culprits = late.map(({ id }) => id);
        sandbox.link.kill({ kind: 'timeout', reason: 'It did not end in time.', culprits });
      } else if (sandbox.running.size > 0 && silenceOf(sandbox) > limits.silenceMs) {
        sandbox.link.kill({ kind: 'killed', reason: 'The sandbox process fell silent.', culprits: [] });
      } else if (sandbox.running.size > 0 && (await sandbox.link.rss()) > limits.rssLimit) {
        sandbox.link.kill({ kind: 'memory', reason: 'The sandbox process used too much memory.', culprits: [] });
      }
    }
  };
  const watching = setInterval(() => void watch(), limits.watchMs);
  watching.unref();

  return {
    call: (call: SandboxCall): Promise<HostResult> =>
      new Promise((resolve) => {
        if (stopped) return resolve({ kind: 'unavailable', text: 'Rapport is shutting down.', wallMs: 0, cpuMs: 0 });
        const id = ++lastId;
        const running = { id, call, tries: 0, acted: false, sentAt: 0, abort: new AbortController(), resolve };
        dispatch(sandboxFor(call.publisher), running);
      }),
    /** Starts a process ahead of the first call. */
    warm: keepSpare,
    /** For health and tests: process ids, calls under way, processes replaced so far. */
    state: () => ({
      pids: [...sandboxes].flatMap(({ link }) => link.pid ?? []),
      running: [...sandboxes].reduce((sum, { running }) => sum + running.size, 0),
      replaced,
      spareIsReady: spare?.link.started() ?? false,
    }),
    stop: (): void => {
      stopped = true;
      clearInterval(watching);
      for (const sandbox of [...sandboxes, ...(spare ? [spare] : [])])
        sandbox.link.kill({ kind: 'killed', reason: 'shutdown', culprits: [] });
    },
  };
};

export type Host = ReturnType<typeof createHost>;
