// The wire between host and worker: frames of a small JSON head and a body of text that neither side reads unless it is for it.
// The body of a call is the input as JSON text; it goes into the isolate as it is, and the result comes back the same way.

/** What the host tells a worker. */
export type ToWorker =
  /** Replaces what was loaded of the plugin before. */
  | { t: 'load'; plugin: string; code: string; memoryMb: number; capabilities: readonly string[] }
  | ({ t: 'call'; call: number; code: string } & CallHead)
  | { t: 'answer'; call: number; n: number; ok: boolean };

export type CallHead = {
  /** Member of the plugin's handlers, and the key within it; the member of the input that it is given, or the whole. */
  handler: string;
  key: string;
  argument: string | undefined;
  /** What `ctx.provider` says. */
  provider: string;
  at: number;
  seed: number;
  settings: Record<string, unknown>;
  wallMs: number;
  cpuMs: number;
  limits: CallLimits;
};

/** Counts and characters, checked inside the isolate before anything crosses. */
export type CallLimits = {
  hostCalls: number;
  atOnce: number;
  hostCallChars: number;
  resultChars: number;
  logs: number;
};

/** What a worker tells the host. `done` carries the result, or the reason of any other outcome, as its body. */
export type FromWorker =
  | { t: 'hello' }
  | { t: 'beat'; rss: number }
  | { t: 'host-call'; call: number; n: number; name: string }
  | { t: 'log'; call: number; level: string }
  | { t: 'done'; call: number; kind: string; wallMs: number; cpuMs: number }
  /** An isolate still runs although it was disposed: only the process can end it. */
  | { t: 'stuck'; calls: number[] };

const headerBytes = 8;
/** Largest frame either side accepts; larger ones end the worker. */
export const maxFrameBytes = 64 * 1024 * 1024;

export const encodeFrame = (head: ToWorker | FromWorker, body = ''): Buffer => {
  const top = JSON.stringify(head);
  const topBytes = Buffer.byteLength(top);
  const bodyBytes = Buffer.byteLength(body);
  const frame = Buffer.allocUnsafe(headerBytes + topBytes + bodyBytes);
  frame.writeUInt32BE(topBytes, 0);
  frame.writeUInt32BE(bodyBytes, 4);
  frame.write(top, headerBytes);
  frame.write(body, headerBytes + topBytes);
  return frame;
};

/** Puts chunks together into frames. Throws on a frame larger than accepted; then the stream must end. */
export const createFrameReader = <H>(onFrame: (head: H, body: string) => void): ((chunk: Buffer) => void) => {
  let waiting: Buffer[] = [];
  let size = 0;
  let needed = headerBytes;
  return (chunk) => {
    waiting.push(chunk);
    size += chunk.length;
    while (size >= needed) {
      const all = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting);
      const topBytes = all.readUInt32BE(0);
      const total = headerBytes + topBytes + all.readUInt32BE(4);
      if (total > maxFrameBytes) throw new Error('A frame is larger than accepted.');
      if (size < total) {
        waiting = [all];
        needed = total;
        return;
      }
      const head = JSON.parse(all.toString('utf8', headerBytes, headerBytes + topBytes)) as H;
      const body = all.toString('utf8', headerBytes + topBytes, total);
      waiting = size > total ? [all.subarray(total)] : [];
      size -= total;
      needed = headerBytes;
      onFrame(head, body);
    }
  };
};
