// Rapport as a real process of its own, to be killed and started again on the same data.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestDatabase } from './databases.ts';
import { demandJson } from './replies.ts';

export const ownerLogin = { email: 'owner@example.com', password: 'correct horse battery' };

export type ServerProcess = {
  url: string;
  /** SIGKILL: no handler runs, nothing is flushed. */
  kill: () => Promise<void>;
  /** SIGTERM; answers the exit code. */
  stop: () => Promise<number | null>;
  /** Sends a signal and does not wait. */
  signal: (signal: NodeJS.Signals) => void;
  /** How it ended, when it has. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** A client signed in as the owner. */
  signIn: () => Promise<
    (
      method: string,
      path: string,
      body?: unknown,
      headers?: Record<string, string>,
    ) => Promise<{ status: number; body: ReturnType<typeof JSON.parse>; headers: Headers }>
  >;
  [Symbol.asyncDispose]: () => Promise<void>;
};

export const startProcess = async (
  on: TestDatabase,
  environment: Record<string, string> = {},
): Promise<ServerProcess> => {
  const child = spawn(process.execPath, ['main.ts', 'start'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      NODE_ENV: 'test',
      DATABASE_URL: on.url,
      RAPPORT_DATA_DIR: on.folder,
      RAPPORT_LOG_LEVEL: 'warn',
      RAPPORT_RATE_LIMIT: '0',
      RAPPORT_OWNER_EMAIL: ownerLogin.email,
      RAPPORT_OWNER_PASSWORD: ownerLogin.password,
      ...environment,
    },
  });
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as Awaited<ServerProcess['ended']>);
  const url = await readyAddress(child);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill(signal);
    return (await ended).code;
  };
  return {
    url,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    signal: (signal) => void child.kill(signal),
    ended,
    signIn: () => signIn(url),
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  };
};

export type Ended = { code: number | null; out: string; err: string };

/** One command of the command line as a process of its own, to its end. */
export const runCommand = async (
  on: TestDatabase,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Ended> => {
  const child = spawn(process.execPath, ['main.ts', ...args], {
    timeout: 60_000,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      NODE_ENV: 'test',
      DATABASE_URL: on.url,
      RAPPORT_DATA_DIR: on.folder,
      RAPPORT_LOG_LEVEL: 'warn',
      ...environment,
    },
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.err += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
};

const readyAddress = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const match = /ready at (http:\/\/\S+)/.exec(line);
      if (match) resolve(match[1]!);
    });
    child.once('exit', (code) => reject(new Error(`Rapport ended with ${code} before it was ready.\n${said}`)));
  });

const signIn = async (url: string) => {
  const reply = await fetch(`${url}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ownerLogin),
  });
  const cookie = reply.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const me = await demandJson(await fetch(`${url}/api/v1/me`, { headers: { cookie } }));
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        cookie,
        'x-csrf-token': String(me.csrfToken),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : undefined, headers: answer.headers };
  };
};
