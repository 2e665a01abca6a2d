// One declaration a feature. What it serves, works, hears, keeps and offers is said here once; routes, jobs, schedules, sweeps,
// erasure, merging, export, commands and capabilities of plugins are derived from it. Nothing else registers anything.

import { type ActionSpec, createActions } from './action.ts';
import type { Capability } from './capability.ts';
import type { ChangeListener } from './changes.ts';
import type { Config } from './config.ts';
import type { Db } from './data/database.ts';
import type { Erased, TablePolicy } from './declared.ts';
import type { DependentsSource } from './dependents.ts';
import type { DoctorCheck } from './doctor.ts';
import type { FactSource } from './fact.ts';
import type { Served } from './http/serve.ts';
import type { Worker } from './jobs/jobs.ts';
import type { Consumer } from './jobs/outbox.ts';
import type { Schedule } from './jobs/scheduler.ts';
import type { MetricSpec } from './metrics.ts';
import type { Platform } from './platform.ts';

/** A queue and its worker, with whose data its payloads hold. */
export type JobSpec = Worker<never>;

/** Typed for its author; the list of a module holds jobs of every payload. */
export const defineJob = <P>(spec: Worker<P>): JobSpec => spec as unknown as JobSpec;

/** What it hears of changes, in their transaction (`changes`), and of notices, after the commit (`notices`). */
export type Subscription = { changes: ChangeListener } | { notices: Consumer };

export type CommandTools<Service> = {
  /** Reads the environment; for commands that open what they need themselves and make nothing that is missing. */
  readConfig: () => Config;
  version: string;
  /** What every module of the installation declares about its tables. */
  tables: readonly TablePolicy[];
  /** Every check that a module declares, in the order of the modules. */
  checks: readonly DoctorCheck[];
  /** Folders of modules in the data folder. */
  folders: readonly string[];
  now: () => number;
  /** Makes the whole installation on its data, beside a server or without one; starts nothing. */
  open: () => Promise<{ service: Service; platform: Platform; stop: () => Promise<void> }>;
};
export type CommandSpec<Service = unknown> = {
  name: string;
  summary: string;
  run: (args: string[], tools: CommandTools<Service>) => Promise<number | undefined>;
};

export type ModuleSpec<Deps, Service> = {
  /** Unique; as errors, docs and logs call it. */
  name: string;
  create: (platform: Platform, deps: Deps) => Service;
  /** Kinds of its data that processes keep in memory; it raises them in the transaction of a change. */
  generations?: readonly string[];
  /** Every table it owns: no other module writes them. */
  tables: readonly TablePolicy[];
  /** Folders of its own in the data folder: part of a backup. */
  folders?: readonly string[];
  routes?: (service: Service) => readonly Served[];
  jobs?: (service: Service) => readonly JobSpec[];
  schedules?: (service: Service) => readonly Schedule[];
  subscriptions?: (service: Service) => readonly Subscription[];
  commands?: readonly CommandSpec<Service>[];
  /** What it keeps of a person where no table policy reaches: files, texts beside others, payloads. In the erasure's transaction. */
  forget?: (service: Service) => (trx: Db, person: Erased) => Promise<void>;
  /** What alerts and journeys may make it do. */
  actions?: (service: Service) => readonly ActionSpec[];
  /** What rules may ask of it. */
  facts?: (service: Service) => FactSource;
  /** What plugins may ask of it. */
  capabilities?: (service: Service) => readonly Capability[];
  /** What of its own hangs on others' things, or goes with its own. */
  dependents?: (service: Service) => DependentsSource;
  /** What `rapport doctor` finds out about what is its own. */
  doctor?: readonly DoctorCheck[];
  /** What it shows at /metrics. */
  metrics?: readonly MetricSpec<Service>[];
  start?: (service: Service) => Promise<void> | void;
  stop?: (service: Service) => Promise<void> | void;
};

export const defineModule = <Deps, Service>(spec: ModuleSpec<Deps, Service>): ModuleSpec<Deps, Service> => spec;

/** A module of whatever service, as lists of modules hold it. */
export type AnyModule = ModuleSpec<never, never>;

export type Modules = ReturnType<typeof createModules>;

/** Installs modules on a platform, one after another: a later one may be given the services of those before it. */
export const createModules = (platform: Platform) => {
  const served: Served[] = [];
  const capabilities: Capability[] = [];
  const actions = createActions();
  const services = new Map<string, unknown>();
  const lifecycles: { start: () => Promise<void> | void; stop: () => Promise<void> | void }[] = [];

  return {
    install: <Deps, Service>(module: ModuleSpec<Deps, Service>, deps: Deps): Service => {
      if (services.has(module.name)) throw new Error(`The module ${module.name} is installed twice.`);
      platform.declared.declareTables(module.name, module.tables);
      for (const name of module.generations ?? []) platform.generations.declare(module.name, name);
      const service = module.create(platform, deps);
      for (const metric of module.metrics ?? []) platform.metrics.declare(metric, service);
      if (module.forget) platform.declared.declareForgetting(module.forget(service));
      services.set(module.name, service);
      served.push(...(module.routes?.(service) ?? []));
      for (const action of module.actions?.(service) ?? []) actions.declare(action);
      capabilities.push(...(module.capabilities?.(service) ?? []));
      if (module.facts) platform.facts.declare(module.facts(service));
      if (module.dependents) platform.dependents.add(module.dependents(service));
      for (const job of module.jobs?.(service) ?? []) platform.jobs.work(job);
      for (const schedule of module.schedules?.(service) ?? []) platform.scheduler.add(schedule);
      for (const subscription of module.subscriptions?.(service) ?? [])
        if ('changes' in subscription) platform.changes.subscribe(subscription.changes);
        else platform.outbox.consume(subscription.notices);
      lifecycles.push({ start: () => module.start?.(service), stop: () => module.stop?.(service) });
      return service;
    },
    served,
    capabilities,
    actions,
    serviceOf: (name: string): unknown => services.get(name),
    start: async (): Promise<void> => {
      for (const { start } of lifecycles) await start();
    },
    /** In the reverse order: what was built on others ends before them. */
    stop: async (): Promise<void> => {
      for (const { stop } of lifecycles.toReversed()) await stop();
    },
  };
};
