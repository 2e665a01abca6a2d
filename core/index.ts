// The public entry of the core: what is exported here is what rules, modules and rapport.ts may use; the inside may change.

export { type ActionCause, type ActionSpec, type Actions, defineAction } from './action.ts';
export type { Auth } from './auth/auth.ts';
export { type Capability, capability, given, Refusal, type Span, span } from './capability.ts';
export type { Change, ChangeKind, ChangeListener, Changes } from './changes.ts';
export { type Clock, createIds, type Ids, type Random, systemClock, systemRandom } from './clock.ts';
export { type Config, ConfigProblems, describeConfig, readConfig } from './config.ts';
export { type Core, coreModules, createCore } from './core.ts';
export { createCurrencies } from './currencies.ts';
export type { AttributeRow, AttributeTypeName, AttributeValue, Definitions } from './customers/attribute-values.ts';
export { attributesGeneration } from './customers/attributes.ts';
export { countryCodes } from './customers/countries.ts';
export { type NormalCustomer, normaliseExtra, refuseField } from './customers/draft.ts';
export * from './customers/errors.ts';
export { type FieldName, fields } from './customers/fields.ts';
export type { Attributes, Customers } from './customers/index.ts';
export * from './customers/normalise.ts';
export { type CustomerRead, presentCustomers } from './customers/plugin-customers.ts';
export { showCustomer } from './customers/present.ts';
export { mirrorLevel, touchLastSeen } from './customers/store.ts';
export { createCatalogueStore } from './data/catalogue-store.ts';
export { fromJson, toIso, toIsoOrNull, toJson } from './data/column.ts';
export { csvCell, csvLine } from './data/csv-line.ts';
export { type Database, type Db, type Dialect, dialectOf, openDatabase } from './data/database.ts';
export { createGroupCommit } from './data/group-commit.ts';
export { listPendingMigrations, migrate } from './data/migrate.ts';
export { type Page, page, type SortKey } from './data/page.ts';
export { transactRetrying } from './data/retry.ts';
export { type RowColumn, rowSet } from './data/row-set.ts';
export { query } from './data/rows.ts';
export { deleteOlder } from './data/sweep-store.ts';
export { afterCommit, transact } from './data/transact.ts';
export {
  type Age,
  agesOf,
  type Declared,
  dayMs,
  type Erased,
  findUndeclared,
  type MergeRule,
  type Pair,
  type TablePolicy,
} from './declared.ts';
export type { Dependents, DependentsSource } from './dependents.ts';
export { type DoctorCheck, type DoctorTools, type Finding, problem, well } from './doctor.ts';
export * from './errors.ts';
export type { Events } from './events/service.ts';
export type { DeclaredFact, DeclaredFacts, DeclaredFactValue, FactName, FactSource } from './fact.ts';
export { createFaults, type Faults } from './faults.ts';
export type { Hooks, Provider } from './hooks/bus.ts';
export { type Actor, anonymous, mayReadPersonalData, system } from './http/actor.ts';
export { createApp, pathOf } from './http/app.ts';
export { canonical } from './http/canonical.ts';
export { createIdempotency } from './http/idempotency.ts';
export { type Call, Reply, type Served, serve } from './http/serve.ts';
export { createValidator } from './http/validate.ts';
export { isCron, nextDue } from './jobs/cron.ts';
export { GiveUp, type JobContext, type Jobs, type NewJob, NotNow, TryLater, type Worker } from './jobs/jobs.ts';
export type { Consumer, Notice, Outbox } from './jobs/outbox.ts';
export type { Schedule, Scheduler } from './jobs/scheduler.ts';
export { createJobStore } from './jobs/store.ts';
export { createLog, type Log, silentLog } from './log.ts';
export { defineCounter, defineHistogram, type MetricSpec, type Metrics, type Reading } from './metrics.ts';
export {
  type AnyModule,
  type CommandSpec,
  type CommandTools,
  defineJob,
  defineModule,
  type JobSpec,
  type Subscription,
} from './module.ts';
export { createPlatform, type Platform } from './platform.ts';
export { pluginsGeneration } from './plugins/calls/registry.ts';
export { createRunsStore } from './plugins/calls/runs-store.ts';
export { createOutgoing } from './plugins/capabilities/outgoing.ts';
export type { Plugins } from './plugins/index.ts';
export type { Installed } from './plugins/packages/store.ts';
export { createPluginStore } from './plugins/packages/store.ts';
export * from './records/errors.ts';
export { secretKeyFile } from './secret-box.ts';
