// A real Rapport in a process of its own, for benches that measure it from outside.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type BenchServer = { url: string; pid: number; folder: string; readyMs: number; stop: () => Promise<void> };

export const ownerLogin = { email: 'owner@example.com', password: 'correct horse battery' };

/** Starts `main.ts start` on a free port and waits for its ready line; `folder` keeps its data between starts. */
export const startServer = async (
  environment: Record<string, string> = {},
  folder = mkdtempSync(join(tmpdir(), 'rapport-bench-')),
): Promise<BenchServer> => {
  const started = performance.now();
  const child = spawn(process.execPath, ['main.ts', 'start'], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      RAPPORT_DATA_DIR: folder,
      RAPPORT_LOG_LEVEL: 'warn',
      RAPPORT_RATE_LIMIT: '0',
      RAPPORT_OWNER_EMAIL: ownerLogin.email,
      RAPPORT_OWNER_PASSWORD: ownerLogin.password,
      ...environment,
    },
  });
  // A bench that fails leaves no server behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const url = await readyAddress(child);
  return {
    url,
    folder,
    pid: child.pid!,
    readyMs: performance.now() - started,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        child.kill('SIGTERM');
      }),
  };
};

const readyAddress = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout! });
    lines.on('line', (line) => {
      const match = /ready at (http:\/\/\S+)/.exec(line);
      if (match) resolve(match[1]!);
    });
    child.once('exit', (code) => reject(new Error(`Rapport ended with ${code} before it was ready.`)));
  });

/** Signs in as the owner; answers headers for calls that read and write. */
export const signIn = async (url: string): Promise<Record<string, string>> => {
  const reply = await fetch(`${url}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ownerLogin),
  });
  if (!reply.ok) throw new Error(`sign-in answered ${reply.status}: ${await reply.text()}`);
  const cookie = reply.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const me = (await (await fetch(`${url}/api/v1/me`, { headers: { cookie } })).json()) as { csrfToken: string };
  return { cookie, 'x-csrf-token': me.csrfToken, 'content-type': 'application/json' };
};

/** An app with a bearer token for these scopes, made over the API. */
export const bearer = async (url: string, scopes: string[]): Promise<Record<string, string>> => {
  const staff = await signIn(url);
  const made = await fetch(`${url}/api/v1/clients`, {
    method: 'POST',
    headers: staff,
    body: JSON.stringify({ name: 'Bench', grants: ['client_credentials'], scopes }),
  });
  const client = (await made.json()) as { client?: { id: string }; id?: string; clientSecret: string };
  const id = client.client?.id ?? client.id;
  const token = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${id}:${client.clientSecret}`).toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') }),
  });
  const { access_token } = (await token.json()) as { access_token: string };
  return { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' };
};
