// Every command of the command line, in one list. A command owns its arguments and answers with an exit code.
import { parseArgs } from 'node:util';
import {
  type AnyModule,
  type Config,
  createLog,
  createPlatform,
  describeConfig,
  readConfig,
  systemClock,
} from './core/index.ts';
import { createRapport, modules, orStop, version } from './rapport.ts';

export type Command = { name: string; summary: string; run: (args: string[]) => Promise<number | undefined> };

const start: Command = {
  name: 'start',
  summary: 'Run the server.',
  run: async () => {
    const config = readConfig(process.env);
    const rapport = await createRapport(config, createLog(config.logLevel));
    const { url } = await rapport.start();
    await orStop(() => rapport.core.plugins.installBundled(), rapport.stop);
    const stopped = untilStopped(rapport.stop);
    const owner = rapport.core.auth.takeFirstOwner();
    if (owner)
      console.log(`Sign in as ${owner.email} with the password ${owner.password} (shown this once; change it there).`);
    console.log(`Rapport is ready at ${publicUrl(config, url)}`);
    return stopped;
  },
};

const migrate: Command = {
  name: 'migrate',
  summary: 'Bring the database schema up to date.',
  run: async () => {
    const config = readConfig(process.env);
    const platform = await createPlatform(config, createLog('warn'));
    await platform.close();
    console.log('The schema is current.');
    return 0;
  },
};

const config: Command = {
  name: 'config',
  summary: 'Show every setting with its value and source.',
  run: async (args) => {
    const entries = describeConfig(process.env);
    if (args.includes('--json')) console.log(JSON.stringify(entries, null, 2));
    else
      for (const entry of entries)
        console.log(`${entry.name.padEnd(28)} ${entry.value.padEnd(34)} ${entry.source.padEnd(12)} ${entry.summary}`);
    readConfig(process.env);
    return 0;
  },
};

const demo: Command = {
  name: 'demo',
  summary: 'Run the server on a generated shop with everything switched on. [--seed n] [--customers n] [--days n]',
  run: async (args) => {
    const size = shopSize(args);
    const dataDir = process.env.RAPPORT_DATA_DIR ?? './data/demo';
    const settings = readConfig({
      ...process.env,
      RAPPORT_DATA_DIR: dataDir,
      RAPPORT_LOG_LEVEL: process.env.RAPPORT_LOG_LEVEL ?? 'warn',
    });
    const { startDemo } = await import('./demo/index.ts');
    const { url, owner, stop } = await startDemo(settings, createLog(settings.logLevel), {
      ...size,
      say: console.log,
    });
    const stopped = untilStopped(stop);
    console.log(
      `\nSign in as ${owner.email} with the password ${owner.password}\nRapport is ready at ${publicUrl(settings, url)}`,
    );
    return stopped;
  },
};

/** What the arguments say of the shop; a number that is none is refused. */
const shopSize = (args: string[]): { seed?: number; customers?: number; days?: number } => {
  const { values } = parseArgs({
    args,
    options: { seed: { type: 'string' }, customers: { type: 'string' }, days: { type: 'string' } },
  });
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => {
      const least = name === 'seed' ? 0 : 1;
      const value = Number(text);
      if (!/^\d+$/.test(text) || value < least || value > 10_000_000)
        throw new BadArgument(`--${name} takes a whole number from ${least} to 10000000, not "${text}".`);
      return [name, value];
    }),
  );
};

class BadArgument extends Error {
  readonly code = 'BAD_ARGUMENT';
}

type Declaring = Pick<AnyModule, 'name' | 'tables' | 'commands' | 'folders' | 'doctor'>;

/**
 * The commands that these modules declare. They work on the data itself, beside a server or without one: everything is made, nothing
 * is started.
 */
export const commandsOf = (declaring: readonly Declaring[]): Command[] =>
  declaring.flatMap(({ name: owner, commands = [] }) =>
    commands.map(({ name, summary, run }) => ({
      name,
      summary,
      run: (args) =>
        run(args, {
          readConfig: () => readConfig(process.env),
          version,
          tables: declaring.flatMap(({ tables }) => [...tables]),
          checks: declaring.flatMap(({ doctor = [] }) => [...doctor]),
          folders: declaring.flatMap(({ folders = [] }) => [...folders]),
          now: systemClock.now,
          open: async () => {
            const { platform, core, stop } = await createRapport(readConfig(process.env), createLog('warn'));
            return { service: core.modules.serviceOf(owner) as never, platform, stop };
          },
        }),
    })),
  );

export const commands: Command[] = [start, demo, migrate, config, ...commandsOf(modules as readonly Declaring[])];

const publicUrl = (settings: Config, listening: string): string =>
  settings.baseUrl.endsWith(':0') ? listening : settings.baseUrl;

/** Waits for a signal from now on: call it before saying that it is ready, or a quick one ends the process unasked. */
const untilStopped = (stop: () => Promise<void>): Promise<number> =>
  new Promise((resolve) => {
    const end = () => {
      process.off('SIGTERM', end).off('SIGINT', end);
      stop().then(
        () => resolve(0),
        (error: unknown) => {
          console.error(error);
          resolve(1);
        },
      );
    };
    process.on('SIGTERM', end).on('SIGINT', end);
  });
