// Drives a server over kept-alive connections and reads what it cost that server's process.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { underLoad } from './bench.ts';

export type Driver = {
  send: (method: string, path: string, body?: string) => Promise<{ status: number; body: string }>;
  close: () => void;
};

export const createDriver = (url: string, headers: Record<string, string>, connections: number): Driver => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    send: (method, path, body) =>
      new Promise((resolve, reject) => {
        const sent = request(
          `${url}${path}`,
          {
            method,
            agent,
            headers: { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) },
          },
          (reply) => {
            const chunks: Buffer[] = [];
            reply.on('data', (chunk: Buffer) => chunks.push(chunk));
            reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
          },
        );
        sent.on('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
};

const ticksPerSecond = 100;

/** CPU seconds a process has used, user and system (Linux). */
export const cpuSeconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
};

/** CPU microseconds of the server per call, and calls per second. */
export const costPerCall = async (
  pid: number,
  total: number,
  lanes: number,
  call: (n: number) => Promise<unknown>,
): Promise<{ cpuUs: number; perSecond: number }> => {
  const before = cpuSeconds(pid);
  const seconds = await underLoad(lanes, total, call);
  return { cpuUs: ((cpuSeconds(pid) - before) / total) * 1e6, perSecond: total / seconds };
};
