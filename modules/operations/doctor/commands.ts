// `rapport doctor`: says of each thing an installation needs whether it is well. Repairs nothing, makes nothing.

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type CommandSpec, type Config, openDatabase, type TablePolicy } from '../../../core/index.ts';
import { type Check, checksOfDatabase, checksOfMachine, type Finding } from './checks.ts';

export const doctorCommand: CommandSpec = {
  name: 'doctor',
  summary: 'Check that everything an installation needs is well.',
  run: async (args, { readConfig, now, tables }) => {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } });
    const config = readConfig();
    const findings = [...(await runAll(checksOfMachine(config))), ...(await findInDatabase(config, now(), tables))];
    if (values.json) console.log(JSON.stringify({ ok: findings.every((found) => found.ok), findings }, null, 2));
    else
      for (const { name, ok, detail } of findings)
        console.log(`${ok ? 'ok     ' : 'problem'}  ${name.padEnd(12)}  ${detail}`);
    return findings.every((found) => found.ok) ? 0 : 1;
  },
};

type Named = Finding & { name: string };

const runAll = async (checks: readonly Check[]): Promise<Named[]> => {
  const findings: Named[] = [];
  for (const { name, run } of checks) {
    try {
      findings.push({ name, ...(await run()) });
    } catch (error) {
      findings.push({ name, ok: false, detail: (error as Error).message });
    }
  }
  return findings;
};

const findInDatabase = async (config: Config, now: number, tables: readonly TablePolicy[]): Promise<Named[]> => {
  const name = 'database';
  const file = config.databaseUrl.startsWith('sqlite:') ? config.databaseUrl.slice('sqlite:'.length) : undefined;
  // Opening a file that is not there would make it.
  if (file !== undefined && !existsSync(file))
    return [{ name, ok: false, detail: `${file} does not exist yet; the first start makes it` }];
  try {
    const database = await openDatabase(config.databaseUrl, { readers: 1, poolSize: 2 });
    try {
      return [
        { name, ok: true, detail: file ?? 'PostgreSQL' },
        ...(await runAll(checksOfDatabase(database, now, tables))),
      ];
    } finally {
      await database.close();
    }
  } catch (error) {
    return [{ name, ok: false, detail: (error as Error).message }];
  }
};
