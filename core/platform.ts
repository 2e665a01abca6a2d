// What every feature is given: database, clock, ids, jobs, outbox, changes, audit, log, metrics. Made once in main.ts or a test.
import { type Audit, createAudit } from './audit/audit.ts';
import { type Changes, createChanges } from './changes.ts';
import { type Clock, createIds, type Ids, type Random, systemClock, systemRandom } from './clock.ts';
import type { Config } from './config.ts';
import { type Database, openDatabase } from './data/database.ts';
import { createGenerations, type Generations } from './data/generations.ts';
import { migrate } from './data/migrate.ts';
import { createDeclared, type Declared } from './declared.ts';
import { createDependents, type Dependents } from './dependents.ts';
import { createDeclaredFacts, type DeclaredFacts } from './fact.ts';
import { createJobs, type Jobs } from './jobs/jobs.ts';
import { createOutbox, type Outbox } from './jobs/outbox.ts';
import { createScheduler, type Scheduler } from './jobs/scheduler.ts';
import type { Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createSecretBox, readSecretKey, type SecretBox } from './secret-box.ts';

export type Platform = {
  config: Config;
  database: Database;
  clock: Clock;
  ids: Ids;
  random: Random;
  secrets: SecretBox;
  log: Log;
  metrics: Metrics;
  jobs: Jobs;
  outbox: Outbox;
  scheduler: Scheduler;
  changes: Changes;
  /** What changed since something was read into memory, on any node. */
  generations: Generations;
  audit: Audit;
  /** What the installed modules declare about their data. */
  declared: Declared;
  /** What rules may ask of the installed modules. */
  facts: DeclaredFacts;
  /** Who hangs on what is about to be taken away. */
  dependents: Dependents;
  close: () => Promise<void>;
};

/** Opens the database, brings the schema up to date, makes the machinery. Starts nothing. */
export const createPlatform = async (config: Config, log: Log, clock: Clock = systemClock): Promise<Platform> => {
  const database = await openDatabase(config.databaseUrl);
  const applied = await migrate(database);
  if (applied.length > 0) log.info({ migrations: applied.length }, 'schema brought up to date');
  const ids = createIds(clock, systemRandom);
  const metrics = createMetrics({ log });
  const jobs = createJobs({ database, clock, ids, log, metrics });
  const generations = createGenerations({ database, url: config.databaseUrl, log });
  const outbox = createOutbox({ database, jobs, generations, clock, ids, log });
  return {
    config,
    database,
    clock,
    ids,
    random: systemRandom,
    secrets: createSecretBox({ key: readSecretKey(config, systemRandom), random: systemRandom }),
    log,
    metrics,
    jobs,
    outbox,
    scheduler: createScheduler({ database, jobs, log }),
    generations,
    changes: createChanges(),
    audit: createAudit({ clock }),
    declared: createDeclared(),
    facts: createDeclaredFacts(),
    dependents: createDependents(),
    close: () => database.close(),
  };
};
