// The host's end of one sandbox process: its pipe, its pulse, its memory, its calls. It kills and reports; what then happens to the
// calls is the host's decision (host.ts).
import type { ChildProcess } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { createFrameReader, encodeFrame, type FromWorker, type ToWorker } from './protocol.ts';

export type Death = {
  kind: 'killed' | 'memory' | 'timeout';
  reason: string;
  culprits: readonly number[];
  /** Somebody else's SIGKILL: an operator, the kernel. Perhaps no call is to blame. */
  foreign?: boolean;
};

export type WorkerEvents = {
  frame: (head: FromWorker, body: string) => void;
  dead: (death: Death, said: boolean) => void;
};

export type WorkerLink = ReturnType<typeof openWorkerLink>;

const stderrKept = 4000;

export const openWorkerLink = (child: ChildProcess, folder: string, events: WorkerEvents) => {
  let verdict: Death | undefined;
  let stderr = '';
  let lastBeat = performance.now();
  let rss = 0;
  let said = false;
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();

  // Its empty folder served to start in; a process that stands in a removed one can open nothing there either.
  const clean = () => rm(folder, { recursive: true, force: true }).catch(() => {});
  const kill = (death: Death): void => {
    verdict ??= death;
    child.kill('SIGKILL');
  };
  const read = createFrameReader<FromWorker>((head, body) => {
    if (verdict) return;
    if (head.t === 'hello') {
      said = true;
      isReady();
      void clean();
      yieldToServer(child.pid);
    } else if (head.t === 'beat') {
      lastBeat = performance.now();
      rss = head.rss;
    } else events.frame(head, body);
  });
  child.stdout!.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      kill({ kind: 'killed', reason: (error as Error).message, culprits: [] });
    }
  });
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-stderrKept);
  });
  child.stdin!.on('error', () => {});
  let over = false;
  const ended = (signal: string): void => {
    if (over) return;
    over = true;
    isReady();
    void clean();
    events.dead(verdict ?? causeOf(signal, stderr), said);
  };
  child.on('error', (error) => ended(error.message));
  child.on('exit', (code, signal) => ended(signal ?? `exit ${code}`));

  return {
    pid: child.pid,
    ready,
    started: (): boolean => said,
    kill,
    write: (head: ToWorker, body?: string): void => {
      if (!over) child.stdin!.write(encodeFrame(head, body));
    },
    /** Milliseconds since it last said that it lives. */
    silentMs: (): number => performance.now() - lastBeat,
    /** Resident memory, bytes: from the kernel where it tells, else as the worker said. */
    rss: async (): Promise<number> => {
      const statm = await readFile(`/proc/${child.pid}/statm`, 'utf8').catch(() => '');
      return statm ? Number(statm.split(' ')[1]) * 4096 : rss;
    },
  };
};

// When the machine is full the server's own requests go first. Threads made from now on, those of isolates, follow.
const yieldToServer = (pid: number | undefined): void => {
  try {
    if (pid !== undefined) setPriority(pid, 5);
  } catch {
    // Not allowed here: the plugins then share as equals.
  }
};

const causeOf = (signal: string, stderr: string): Death => {
  const memory = /heap out of memory|out of memory|allocation failed|bad_alloc|cannot allocate/i.test(stderr);
  const line = stderr.split('\n').find((text) => /FATAL|Fatal|Error|#/.test(text)) ?? '';
  return {
    kind: memory ? 'memory' : 'killed',
    reason: `The sandbox process ended (${signal})${line ? `: ${line.trim().slice(0, 200)}` : ''}.`,
    culprits: [],
    foreign: signal === 'SIGKILL',
  };
};
