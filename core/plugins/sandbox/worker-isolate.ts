// One isolate of one plugin, and the calls in it. Every call gets a fresh context, prepared ahead of it; every entry into the isolate
// has a CPU limit, every call a wall clock. An isolate that a call made the worker terminate takes no more calls; another is made.
import ivm from 'isolated-vm';
import type { CallHead } from './protocol.ts';

export type Ending = { kind: string; text: string; wallMs: number; cpuMs: number };

export type IsolateDeps = {
  boot: string;
  code: string;
  memoryMb: number;
  /** Names of the host functions. */
  capabilities: readonly string[];
  now: () => number;
  hostCall: (call: number, n: number, name: string, args: string) => void;
  log: (call: number, level: string, body: string) => void;
  done: (call: number, ending: Ending) => void;
  stuck: (calls: number[]) => void;
  catastrophe: (message: string) => void;
};

type Out = (kind: string, n: number, a: string, b: string) => void;
type Plain = string | number | boolean | undefined;
type Enter = ivm.Reference<(kind: string, a: Plain, b: Plain, c: Plain) => void>;
type ReadyContext = { context: ivm.Context; enter: Enter; listen: (out: Out) => void };
type Call = {
  id: number;
  ready: ReadyContext | undefined;
  head: CallHead;
  startedAt: number;
  cpuMs: number;
  inside: number;
  result: { kind: string; text: string } | undefined;
  timer: NodeJS.Timeout | undefined;
  over: boolean;
};
class LoadFailed extends Error {
  readonly late: boolean;
  constructor(error: unknown, late: boolean) {
    super(reasonOf(error));
    this.late = late;
  }
}

/** Time for the plugin's top level, and how long a disposed isolate may take to let go. Milliseconds. */
const loadMs = 1000;
const graceMs = 150;
const contextsReady = 2;

export const createPluginIsolate = (deps: IsolateDeps) => {
  const { now } = deps;
  const calls = new Map<number, Call>();
  let served = 0;
  let retired = false;
  let terminated: { kind: string; text: string } | undefined;
  /** By us; isolated-vm disposes an isolate on its own account for one reason, its memory. */
  let disposed = false;
  const isolate = new ivm.Isolate({ memoryLimit: deps.memoryMb, onCatastrophicError: deps.catastrophe });
  const script = isolate.compileScript(caught(deps.code), { filename: 'plugin.js' });
  script.catch(() => {});
  const names = JSON.stringify(deps.capabilities);
  const temporal = deps.code.includes('Temporal');
  const contexts: Promise<ReadyContext>[] = [];
  // Entries take turns, so that CPU time is the call's own.
  let turn: Promise<void> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.then(
      () => {},
      () => {},
    );
    return mine;
  };

  const makeContext = async (): Promise<ReadyContext> => {
    const context = await isolate.createContext();
    let listener: Out = () => {};
    const out = new ivm.Callback((kind: string, n: number, a: string, b: string) => listener(kind, n, a, b), {
      ignored: true,
    });
    const enter = (await context.evalClosure(
      `"use strict"; return (${deps.boot})($0, $1, $2);`,
      [out, temporal, names],
      {
        result: { reference: true },
        timeout: loadMs,
      },
    )) as unknown as Enter;
    let startedAt = now();
    try {
      const compiled = await script;
      startedAt = now();
      await compiled.run(context, { timeout: loadMs });
    } catch (error) {
      throw new LoadFailed(error, now() - startedAt >= loadMs);
    }
    return {
      context,
      enter,
      listen: (next) => {
        listener = next;
      },
    };
  };

  const prepare = (): void => {
    if (retired || isolate.isDisposed || contexts.length >= contextsReady) return;
    const ready = inTurn(makeContext);
    ready.catch(() => {});
    contexts.push(ready);
  };

  const end = (call: Call, kind: string, text: string): void => {
    if (call.over) return;
    call.over = true;
    clearTimeout(call.timer);
    calls.delete(call.id);
    call.ready?.listen(() => {});
    call.ready?.context.release();
    call.ready?.enter.release();
    deps.done(call.id, { kind, text, wallMs: now() - call.startedAt, cpuMs: call.cpuMs });
    if (retired && calls.size === 0) dispose();
    else setImmediate(prepare);
  };

  const dispose = (): void => {
    disposed = true;
    if (!isolate.isDisposed) isolate.dispose();
  };

  /** Stops the isolate under whatever runs in it. When it does not let go, the host must kill the process. */
  const terminate = (kind: string, text: string): void => {
    if (terminated) return;
    terminated = { kind, text };
    retired = true;
    const running = turn;
    const late = setTimeout(() => deps.stuck([...calls.keys()]), graceMs);
    running.then(() => {
      clearTimeout(late);
      for (const call of [...calls.values()]) end(call, kind, text);
    });
    dispose();
  };

  // A result counts once nothing of the call runs any more: a loop after the result is the call's own.
  const settle = (call: Call): void => {
    if (call.result && call.inside === 0) end(call, call.result.kind, call.result.text);
  };

  const enter = (call: Call, kind: string, a: Plain, b: Plain, c?: Plain): void => {
    call.inside += 1;
    let lateAt = Number.POSITIVE_INFINITY;
    inTurn(async () => {
      const left = Math.min(call.head.cpuMs - call.cpuMs, call.startedAt + call.head.wallMs - now());
      if (call.over) return;
      const before = isolate.cpuTime;
      const timeout = Math.max(1, Math.ceil(left));
      lateAt = now() + timeout;
      try {
        await call.ready!.enter.apply(undefined, [kind, a, b, c], { timeout });
      } finally {
        if (!isolate.isDisposed) call.cpuMs += Number(isolate.cpuTime - before) / 1e6;
      }
    }).then(
      () => {
        call.inside -= 1;
        settle(call);
      },
      (error: unknown) => {
        call.inside -= 1;
        fail(call, error, now() >= lateAt);
      },
    );
  };

  // isolated-vm's errors differ by their texts only, so the kind is told by what is known here: an isolate that is gone and was not
  // disposed by us ran out of memory; an entry that failed after its time was ended by it; anything else is the plugin's.
  const fail = (call: Call, error: unknown, late: boolean): void => {
    if (isolate.isDisposed && !disposed) {
      disposed = true;
      retired = true;
      terminated = { kind: 'memory', text: `More than ${deps.memoryMb} MB.` };
      for (const other of [...calls.values()]) end(other, terminated.kind, terminated.text);
    } else if (terminated) end(call, terminated.kind, terminated.text);
    else {
      retired = true;
      if (late) end(call, 'timeout', `More than ${call.head.cpuMs} ms of CPU.`);
      else end(call, 'plugin_error', reasonOf(error));
    }
  };

  const onOut = (call: Call): Out => {
    let hostCalls = 0;
    let logs = 0;
    return (kind, n, a, b) => {
      if (call.over || call.result) return;
      if (kind === 'done') {
        call.result = { kind: a, text: b };
        settle(call);
      } else if (kind === 'host-call' && ++hostCalls <= call.head.limits.hostCalls) deps.hostCall(call.id, n, a, b);
      else if (kind === 'log' && ++logs <= call.head.limits.logs) deps.log(call.id, a, b);
    };
  };

  const start = async (id: number, head: CallHead, input: string): Promise<void> => {
    served += 1;
    const call: Call = {
      id,
      ready: undefined,
      head,
      startedAt: now(),
      cpuMs: 0,
      inside: 0,
      result: undefined,
      timer: undefined,
      over: false,
    };
    calls.set(id, call);
    call.timer = setTimeout(() => {
      if (call.inside > 0 || !call.ready) terminate('timeout', `More than ${head.wallMs} ms.`);
      else end(call, 'timeout', `More than ${head.wallMs} ms.`);
    }, head.wallMs + 5);
    try {
      prepare();
      const ready = await contexts.shift()!;
      if (call.over) return void ready.context.release();
      call.ready = ready;
      ready.listen(onOut(call));
      enter(call, 'start', JSON.stringify(head), input);
    } catch (error) {
      const late = error instanceof LoadFailed && error.late;
      fail(call, error instanceof LoadFailed ? new Error(`It does not load: ${error.message}`) : error, late);
    }
  };

  return {
    usable: () => !retired && !isolate.isDisposed,
    calls: () => served,
    warm: prepare,
    start: (id: number, head: CallHead, input: string): void => void start(id, head, input),
    answer: (id: number, n: number, ok: boolean, body: string): void => {
      const call = calls.get(id);
      if (call?.ready && !call.result) enter(call, 'answer', n, ok, body);
    },
    /** Takes no more calls; disposed when the last one is over. */
    retire: (): void => {
      retired = true;
      if (calls.size === 0) dispose();
    },
  };
};

export type PluginIsolate = ReturnType<typeof createPluginIsolate>;

// What the top level throws stays inside: an object of the plugin's must not reach isolated-vm, which would read its getters.
const caught = (code: string): string =>
  `var __rapportPlugin = (function () { 'use strict'; try { ${code}\nreturn __rapportPlugin; } catch (error) { return { __proto__: null, failed: { __proto__: null, error } }; } })();`;

// Made by isolated-vm or, at load, by the plugin: read with care and cut.
const reasonOf = (error: unknown): string => {
  try {
    return String((error as { message?: unknown }).message ?? error).slice(0, 500);
  } catch {
    return 'an error that cannot be read';
  }
};
