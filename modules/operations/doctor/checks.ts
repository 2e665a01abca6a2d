// What can be wrong with an installation, one check a line. A check answers or throws; either way the next one runs.

import { existsSync } from 'node:fs';
import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  type Config,
  createCatalogueStore,
  type Database,
  findUndeclared,
  listPendingMigrations,
  type TablePolicy,
} from '../../../core/index.ts';
import { createDoctorStore } from './store.ts';

export type Finding = { ok: boolean; detail: string };
export type Check = { name: string; run: () => Promise<Finding> | Finding };

const ok = (detail: string): Finding => ({ ok: true, detail });
const problem = (detail: string): Finding => ({ ok: false, detail });

const lowestNode = 26;
const freeBytes = 512 * 1024 ** 2;
const hour = 3_600_000;

/** Of the machine and its folders. */
export const checksOfMachine = (config: Config): Check[] => [
  {
    name: 'node',
    run: () => {
      const { node } = process.versions;
      return Number(node.split('.')[0]) >= lowestNode
        ? ok(node)
        : problem(`${node}; Rapport needs ${lowestNode} or newer`);
    },
  },
  {
    name: 'data folder',
    run: async () => {
      if (!existsSync(config.dataDir)) return problem(`${config.dataDir} does not exist yet; the first start makes it`);
      await access(config.dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
      const { bavail, bsize } = await statfs(config.dataDir);
      const free = `${Math.floor((bavail * bsize) / 1024 ** 2)} MB free`;
      return bavail * bsize < freeBytes
        ? problem(`only ${free} in ${config.dataDir}`)
        : ok(`${config.dataDir}, ${free}`);
    },
  },
  { name: 'secret key', run: () => checkKey(config) },
  { name: 'mail server', run: () => checkMailServer(config.smtpUrl) },
];

/** Of the database and what is in it. */
export const checksOfDatabase = (database: Database, now: number, tables: readonly TablePolicy[]): Check[] => {
  const store = createDoctorStore(database.reader);
  return [
    {
      name: 'integrity',
      run: async () => {
        const found = await store.checkIntegrity();
        return found === 'ok' ? ok(database.dialect) : problem(found);
      },
    },
    {
      name: 'schema',
      run: async () => {
        const pending = await listPendingMigrations(database);
        return pending.length === 0 ? ok('current') : problem(`${pending.join(', ')} not applied; start does that`);
      },
    },
    {
      name: 'tables',
      run: async () => {
        const found = findUndeclared(await createCatalogueStore(database.reader).listTables(), tables);
        return found.length === 0 ? ok(`${tables.length} declared`) : problem(found.slice(0, 3).join(' '));
      },
    },
    {
      name: 'orphans',
      run: async () => {
        const catalogue = createCatalogueStore(database.reader);
        const there = new Set((await catalogue.listTables()).map(({ name }) => name));
        const lost: string[] = [];
        for (const { table, customerColumns = [] } of tables.filter((policy) => there.has(policy.table)))
          for (const column of customerColumns) {
            const count = await catalogue.countOrphans(table, column);
            if (count > 0) lost.push(`${count} in ${table}.${column}`);
          }
        return lost.length === 0
          ? ok('every row about a customer has its customer')
          : problem(`rows about customers that are not there: ${lost.join(', ')}`);
      },
    },
    {
      name: 'jobs',
      run: async () => {
        const dead = await store.countDeadJobs();
        if (dead.length > 0)
          return problem(`dead: ${dead.map(({ queue, count }) => `${count} in ${queue}`).join(', ')}`);
        const overdue = await store.countOverdueJobs(now - hour);
        return overdue > 0 ? problem(`${overdue} wait for more than an hour; is the server running?`) : ok('none dead');
      },
    },
    {
      name: 'plugins',
      run: async () => {
        const off = (await store.listSwitchedOffPlugins()).map((row) => `${row.id} is off: ${row.disabled_reason}`);
        const failing = (await store.countPluginCalls(now - hour))
          .filter(({ calls, failed }) => calls >= 5 && failed * 2 >= calls)
          .map(({ plugin, calls, failed }) => `${plugin} failed ${failed} of ${calls} calls in the last hour`);
        const found = [...off, ...failing];
        return found.length === 0 ? ok('none switched off, none failing') : problem(found.join('; '));
      },
    },
  ];
};

const checkKey = async (config: Config): Promise<Finding> => {
  if (config.secretKey) return ok('from RAPPORT_SECRET_KEY');
  const file = join(config.dataDir, 'secret.key');
  if (!existsSync(file)) return problem(`${file} does not exist yet; the first start makes it`);
  if (Buffer.from((await readFile(file, 'utf8')).trim(), 'base64').length !== 32)
    return problem(`${file} does not hold a key of 32 bytes in base64`);
  const open = ((await stat(file)).mode & 0o077) !== 0;
  return open ? problem(`others may read ${file}; chmod 600 it`) : ok(file);
};

const greetingMs = 3000;

const checkMailServer = async (smtpUrl: string | undefined): Promise<Finding> => {
  if (!smtpUrl) return ok('none set: mails by SMTP are not sent (SMTP_URL)');
  const { hostname, port, protocol } = new URL(smtpUrl);
  const address = `${hostname}:${port || (protocol === 'smtps:' ? 465 : 25)}`;
  return await new Promise((resolve) => {
    const [host, number] = [hostname.replace(/^\[|\]$/g, ''), Number(address.slice(address.lastIndexOf(':') + 1))];
    const socket = connect({ host, port: number });
    const answer = (finding: Finding): void => {
      socket.destroy();
      resolve(finding);
    };
    socket.setTimeout(greetingMs, () => answer(problem(`${address} does not answer in ${greetingMs / 1000} s`)));
    socket.once('error', (error) => answer(problem(`${address} cannot be reached: ${error.message}`)));
    // With TLS from the first byte the server waits for us, so being connected is what can be seen from here.
    if (protocol === 'smtps:') socket.once('connect', () => answer(ok(`${address} takes connections`)));
    socket.once('data', (data) =>
      answer(/^220/.test(data.toString()) ? ok(address) : problem(`${address} is not a mail server`)),
    );
  });
};
