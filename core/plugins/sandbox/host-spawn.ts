// Starts one sandbox process with as little as the machine lets us give it: no environment, an empty folder, no files but its own
// code, no network, no core dump, a ceiling for memory, an unprivileged user. What the machine refuses is left out, step by step.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('./worker.ts', import.meta.url));
const nobody = 65_534;
// A last ceiling: V8 reserves half a gigabyte of addresses for each isolate. What normally ends a bomb is the host's RSS limit.
const dataBytes = 24 * 1024 ** 3;

const found = (name: string): string | undefined =>
  ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].map((folder) => join(folder, name)).find((path) => existsSync(path));

/** Ways to start a worker, strictest first. Each is a chain of programs that end in Node. */
export const launchers = (): string[][] => {
  if (process.platform !== 'linux') return [[]];
  const root = process.getuid?.() === 0;
  const [unshare, prlimit, setpriv] = ['unshare', 'prlimit', 'setpriv'].map(found);
  const limit = prlimit ? [prlimit, `--data=${dataBytes}`, '--core=0', '--nproc=512'] : [];
  const tie = setpriv ? [setpriv, '--pdeathsig', 'SIGKILL', '--no-new-privs'] : [];
  const drop = setpriv && root ? [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : [];
  const offline = unshare && root ? [unshare, '--net', '--ipc'] : [];
  return [[...offline, ...limit, ...tie, ...drop], [...limit, ...tie], limit.slice(0, 3), []].filter(
    (chain, at, all) => all.findIndex((other) => other.join() === chain.join()) === at,
  );
};

export const spawnWorker = (launcher: readonly string[]): { process: ChildProcess; folder: string } => {
  const require = createRequire(worker);
  const addon = dirname(require.resolve('isolated-vm/package.json'));
  const readable = [
    dirname(worker),
    addon,
    dirname(createRequire(join(addon, 'package.json')).resolve('node-gyp-build/package.json')),
    '/etc/alpine-release',
  ];
  const [command, ...args] = [
    ...launcher,
    process.execPath,
    '--no-node-snapshot',
    '--disable-warning=PERM0001',
    '--max-old-space-size=256',
    '--permission',
    '--allow-addons',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    worker,
  ];
  const folder = mkdtempSync(join(tmpdir(), 'rapport-sandbox-'));
  const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe'];
  return { folder, process: spawn(command!, args, { cwd: folder, env: { TZ: 'UTC' }, stdio, windowsHide: true }) };
};
