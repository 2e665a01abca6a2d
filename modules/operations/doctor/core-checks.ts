// What `rapport doctor` looks at of the core: the secret key, the database, its tables, the queue, the plugins.
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import {
  createCatalogueStore,
  createJobStore,
  createPluginStore,
  createRunsStore,
  type DoctorCheck,
  findUndeclared,
  listPendingMigrations,
  problem,
  secretKeyFile,
  well,
} from '../../../core/index.ts';

const hour = 3_600_000;

/**
 * In the order in which they are shown. Those that need the database read it all where the promise is
 * about every row (integrity, orphans), which takes its time on a large one.
 */
export const coreChecks: readonly DoctorCheck[] = [
  {
    name: 'secret key',
    promise: 'the key that secrets are sealed with is there, whole, and readable by its owner only',
    run: async ({ config }) => {
      if (config.secretKey) return well('from RAPPORT_SECRET_KEY');
      const file = secretKeyFile(config);
      if (!existsSync(file)) return problem(`${file} does not exist yet`, 'the first start makes it');
      if (Buffer.from((await readFile(file, 'utf8')).trim(), 'base64').length !== 32)
        return problem(`${file} does not hold a key of 32 bytes in base64`, 'put back the one of a backup');
      const open = ((await stat(file)).mode & 0o077) !== 0;
      return open ? problem(`others may read ${file}`, `chmod 600 ${file}`) : well(file);
    },
  },
  {
    name: 'integrity',
    promise: 'no page of the database is broken, and no row refers to one that is gone (SQLite)',
    needs: 'database',
    run: async ({ database }) => {
      const found = await createCatalogueStore(database.reader).checkIntegrity();
      return found === 'ok' ? well(database.dialect) : problem(found, 'restore the last backup (rapport restore)');
    },
  },
  {
    name: 'schema',
    promise: 'every migration of this version is applied',
    needs: 'database',
    run: async ({ database }) => {
      const pending = await listPendingMigrations(database);
      return pending.length === 0
        ? well('current')
        : problem(`${pending.join(', ')} not applied`, 'start, or run rapport migrate');
    },
  },
  {
    name: 'tables',
    promise: 'every table and every column that names a customer is declared by a module',
    needs: 'database',
    run: async ({ database, tables }) => {
      const found = findUndeclared(await createCatalogueStore(database.reader).listTables(), tables);
      return found.length === 0
        ? well(`${tables.length} declared`)
        : problem(found.slice(0, 3).join(' '), 'keep tables that are not of Rapport in another database or schema');
    },
  },
  {
    name: 'orphans',
    promise: 'every row about a customer has its customer',
    needs: 'database',
    run: async ({ database, tables }) => {
      const catalogue = createCatalogueStore(database.reader);
      const there = new Set((await catalogue.listTables()).map(({ name }) => name));
      const lost: string[] = [];
      for (const { table, customerColumns = [] } of tables.filter((policy) => there.has(policy.table)))
        for (const column of customerColumns) {
          const count = await catalogue.countOrphans(table, column);
          if (count > 0) lost.push(`${count} in ${table}.${column}`);
        }
      return lost.length === 0
        ? well('every row about a customer has its customer')
        : problem(
            `rows about customers that are not there: ${lost.join(', ')}`,
            'something wrote past Rapport: restore a backup, or delete those rows',
          );
    },
  },
  {
    name: 'jobs',
    promise: 'no job is dead, and none that is due waits for more than an hour',
    needs: 'database',
    run: async ({ database, now }) => {
      const jobs = createJobStore(database.reader);
      const dead = (await jobs.countByStatus()).filter(({ status }) => status === 'dead');
      if (dead.length > 0)
        return problem(
          `dead: ${dead.map(({ queue, count }) => `${count} in ${queue}`).join(', ')}`,
          'see last_error of each at GET /api/v1/jobs/:id; they go after 30 days',
        );
      const overdue = await jobs.countOverdue(now - hour);
      return overdue > 0
        ? problem(`${overdue} wait for more than an hour`, 'is the server running?')
        : well('none dead');
    },
  },
  {
    name: 'plugins',
    promise: 'no plugin was switched off for its faults, and none fails half of its calls',
    needs: 'database',
    run: async ({ database, now }) => {
      const off = (await createPluginStore(database.reader).list())
        .filter(({ disabledReason }) => disabledReason !== null)
        .map(({ id, disabledReason }) => `${id} is off: ${disabledReason}`);
      const failing = (await createRunsStore(database.reader).countCalls(now - hour))
        .filter(({ calls, failed }) => calls >= 5 && failed * 2 >= calls)
        .map(({ plugin, calls, failed }) => `${plugin} failed ${failed} of ${calls} calls in the last hour`);
      const found = [...off, ...failing];
      return found.length === 0
        ? well('none switched off, none failing')
        : problem(found.join('; '), 'rapport plugin logs <id> says why');
    },
  },
];
