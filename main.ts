// The command line: finds the command, runs it, turns a failure into one clear line and an exit code.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Compiled code is kept between starts, in a folder that only who installs Rapport can write: a third of the time of a start.
enableCompileCache(join(import.meta.dirname, 'node_modules', '.cache', 'rapport'));
const { commands } = await import('./commands.ts');
const { ConfigProblems } = await import('./core/index.ts');

const lingerMs = 3000;
const [name = 'help', ...args] = process.argv.slice(2);
const command = commands.find((candidate) => candidate.name === name);

if (!command) {
  const known = commands.map((c) => `  ${c.name.padEnd(12)} ${c.summary}`).join('\n');
  console.error(`${name === 'help' ? 'Rapport' : `There is no command "${name}".`}\n\nCommands:\n${known}`);
  process.exitCode = name === 'help' ? 0 : 2;
} else {
  try {
    process.exitCode = (await command.run(args)) ?? 0;
  } catch (error) {
    const expected = error instanceof ConfigProblems || (error as { code?: string }).code !== undefined;
    console.error(expected ? (error as Error).message : error);
    process.exitCode = 1;
    // Whatever could still keep the process alive does so no longer than this.
    setTimeout(() => process.exit(1), lingerMs).unref();
  }
}
