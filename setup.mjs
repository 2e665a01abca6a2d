// Runs before npm start and npm test, on any Node >= 18: installs what is missing, builds the console when it is stale.
// Plain JavaScript on built-ins only, because nothing else is there yet.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const at = (...parts) => join(root, ...parts);

/** Makes the checkout runnable; answers the path of the pinned Node. */
export const prepare = ({ quiet = false } = {}) => {
  const say = (text) => quiet || console.log(text);
  const node = at('node_modules', 'node', 'bin', 'node');
  if (olderThan(at('node_modules', '.rapport-installed'), [at('package-lock.json')]) || !existsSync(node)) {
    say('Installing (once, about two minutes) …');
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel', 'error']);
    if (!existsSync(node)) fail('npm did not install the pinned Node; are install scripts switched off?');
    writeFileSync(at('node_modules', '.rapport-installed'), '');
  }
  if (
    existsSync(at('console', 'index.html')) &&
    olderThan(at('console', 'dist', '.built'), [at('console'), at('sdk'), at('package-lock.json')])
  ) {
    say('Building the console …');
    run(node, [at('node_modules', 'vite', 'bin', 'vite.js'), 'build', at('console'), '--logLevel', 'warn']);
    mkdirSync(at('console', 'dist'), { recursive: true });
    writeFileSync(at('console', 'dist', '.built'), '');
  }
  return node;
};

const olderThan = (stamp, sources) =>
  !existsSync(stamp) || sources.some((path) => newest(path) > statSync(stamp).mtimeMs);

const newest = (path) => {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path)
    .filter((name) => name !== 'node_modules' && name !== 'dist')
    .reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
};

const run = (command, args) => {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error || status !== 0) fail(`"${command} ${args[0]}" failed${error ? `: ${error.message}` : '.'}`);
};

const fail = (message) => {
  console.error(message);
  process.exit(1);
};

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].replaceAll('\\', '/').split('/').pop())) prepare();
