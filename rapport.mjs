#!/usr/bin/env node
// `npx rapport <command>`: sees that everything is installed, then runs the command on the pinned runtime.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { prepare } from './setup.mjs';

const node = prepare({ quiet: true });
const { status } = spawnSync(node, [fileURLToPath(new URL('main.ts', import.meta.url)), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
