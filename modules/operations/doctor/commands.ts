// `rapport doctor`: says of each thing an installation needs whether it is well. Repairs nothing, makes nothing. The checks are what
// the modules declare.

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  type CommandSpec,
  type DoctorCheck,
  type DoctorTools,
  type Finding,
  openDatabase,
} from '../../../core/index.ts';

/** Exit code 1 when anything is not well. Safe beside a running server. */
export const doctorCommand: CommandSpec = {
  name: 'doctor',
  summary: 'Check that everything an installation needs is well.',
  run: async (args, { readConfig, now, tables, checks }) => {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } });
    const findings = await runChecks(checks, { config: readConfig(), now: now(), tables });
    const isWell = findings.every((found) => found.ok);
    if (values.json) console.log(JSON.stringify({ ok: isWell, findings }, null, 2));
    else for (const finding of findings) console.log(lineOf(finding));
    return isWell ? 0 : 1;
  },
};

export type NamedFinding = { name: string } & (
  | { ok: true; detail: string }
  | { ok: false; detail: string; remedy?: string }
);

const lineOf = (finding: NamedFinding): string => {
  const { ok, name, detail } = finding;
  const remedy = ok || !finding.remedy ? '' : ` (${finding.remedy})`;
  return `${ok ? 'ok     ' : 'problem'}  ${name.padEnd(12)}  ${detail}${remedy}`;
};

/** A finding for each check in their order, those of the database after `database` itself, which says whether it can be opened. */
export const runChecks = async (checks: readonly DoctorCheck[], tools: DoctorTools): Promise<NamedFinding[]> => {
  const findings: NamedFinding[] = [];
  for (const check of checks) if (!check.needs) findings.push(await findingOf(check.name, () => check.run(tools)));
  const name = 'database';
  const { databaseUrl } = tools.config;
  const file = databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : undefined;
  // Opening a file that is not there would make it.
  if (file !== undefined && !existsSync(file))
    return [...findings, { name, ok: false, detail: `${file} does not exist yet`, remedy: 'the first start makes it' }];
  try {
    const database = await openDatabase(databaseUrl, { readers: 1, poolSize: 2 });
    try {
      findings.push({ name, ok: true, detail: file ?? 'PostgreSQL' });
      for (const check of checks)
        if (check.needs) findings.push(await findingOf(check.name, () => check.run({ ...tools, database })));
    } finally {
      await database.close();
    }
  } catch (error) {
    findings.push({ name, ok: false, detail: (error as Error).message, remedy: 'see DATABASE_URL' });
  }
  return findings;
};

const findingOf = async (name: string, run: () => Finding | Promise<Finding>): Promise<NamedFinding> => {
  try {
    return { name, ...(await run()) };
  } catch (error) {
    return { name, ok: false, detail: (error as Error).message };
  }
};
