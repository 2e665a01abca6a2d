// A sandbox process: holds isolates, runs calls in them, knows nothing else. No database, no network, no secrets: whatever a
// plugin wants goes through the pipe to the host. If something here hangs or dies, the host kills the process and starts another.
import { readFileSync } from 'node:fs';
import { createFrameReader, encodeFrame, type FromWorker, type ToWorker } from './protocol.ts';
import { createPluginIsolate, type PluginIsolate } from './worker-isolate.ts';

const guest = readFileSync(new URL('./guest.js', import.meta.url), 'utf8');
const boot = guest.slice(guest.indexOf('\n(') + 1).replace(/;\s*$/, '');
const beatMs = 100;
// An isolate that served this many calls gives way to a new one: contexts leak a little.
const callsPerIsolate = 1000;
// Isolates at once; the one that was not used for longest gives way.
const mostIsolates = 24;

const send = (head: FromWorker, body?: string): void => {
  process.stdout.write(encodeFrame(head, body));
};

type Loaded = {
  plugin: string;
  code: string;
  memoryMb: number;
  capabilities: readonly string[];
  usedAt: number;
  isolate: PluginIsolate | undefined;
};
const plugins = new Map<string, Loaded>();
const isolateOf = new Map<number, PluginIsolate>();

const isolateFor = (loaded: Loaded): PluginIsolate => {
  loaded.usedAt = performance.now();
  if (loaded.isolate?.usable() && loaded.isolate.calls() < callsPerIsolate) return loaded.isolate;
  loaded.isolate?.retire();
  loaded.isolate = createPluginIsolate({
    boot,
    code: loaded.code,
    memoryMb: loaded.memoryMb,
    capabilities: loaded.capabilities,
    now: () => performance.now(),
    hostCall: (call, n, name, args) => send({ t: 'host-call', call, n, name }, args),
    log: (call, level, body) => send({ t: 'log', call, level }, body),
    done: (call, { kind, wallMs, cpuMs, text }) => {
      isolateOf.delete(call);
      send({ t: 'done', call, kind, wallMs, cpuMs }, text);
    },
    stuck: (calls) => send({ t: 'stuck', calls }),
    // V8 lost control of an isolate: nothing in this process can be trusted to end.
    catastrophe: () => process.abort(),
  });
  retireOldest(loaded);
  return loaded.isolate;
};

const retireOldest = (kept: Loaded): void => {
  const idle = [...plugins.values()].filter(({ isolate }) => isolate?.usable());
  const oldest = idle.filter((other) => other !== kept).toSorted((a, b) => a.usedAt - b.usedAt)[0];
  if (idle.length <= mostIsolates || !oldest) return;
  oldest.isolate?.retire();
  oldest.isolate = undefined;
};

const onFrame = (head: ToWorker, body: string): void => {
  if (head.t === 'load') {
    const loaded: Loaded = {
      plugin: head.plugin,
      code: body,
      memoryMb: head.memoryMb,
      capabilities: head.capabilities,
      usedAt: 0,
      isolate: undefined,
    };
    for (const [code, other] of plugins)
      if (other.plugin === head.plugin) {
        other.isolate?.retire();
        plugins.delete(code);
      }
    plugins.set(head.code, loaded);
    isolateFor(loaded).warm();
  } else if (head.t === 'answer') isolateOf.get(head.call)?.answer(head.call, head.n, head.ok, body);
  else {
    const loaded = plugins.get(head.code);
    if (!loaded) throw new Error('A call came before its code.');
    const isolate = isolateFor(loaded);
    isolateOf.set(head.call, isolate);
    isolate.start(head.call, head, body);
  }
};

const read = createFrameReader<ToWorker>(onFrame);
process.stdin.on('data', (chunk: Buffer) => read(chunk));
// The host is gone: nobody wants the answers.
process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
process.stdout.on('error', () => process.exit(0));
setInterval(() => send({ t: 'beat', rss: process.memoryUsage.rss() }), beatMs);
send({ t: 'hello' });
