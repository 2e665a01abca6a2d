// Puts together what lives on rules with a population: segments, alerts, their live evaluation, ticker, builds, reconciliation.
import {
  type Actions,
  type Clock,
  createFaults,
  type JobSpec,
  type Platform,
  type Schedule,
  type Served,
  type Subscription,
} from '../core/index.ts';
import { createFire } from './alerts/fire.ts';
import { alertRoutes } from './alerts/routes.ts';
import { type Alerts, createAlerts } from './alerts/service.ts';
import { conditionRoutes } from './conditions/routes.ts';
import { type Conditions, createConditions } from './conditions/service.ts';
import { createChecks } from './documents/checks.ts';
import type { Documents } from './documents/documents.ts';
import type { VocabularySource } from './language/index.ts';
import { type BrokenRules, createBrokenRules } from './populations/broken.ts';
import { type Build, createBuild } from './populations/build.ts';
import { createFollower } from './populations/followers.ts';
import { createRuleIndexes, type RuleIndexes } from './populations/indexes.ts';
import { createLive, type Live } from './populations/live.ts';
import { createMembership } from './populations/membership.ts';
import { createReconcile, type Reconcile } from './populations/reconcile.ts';
import { createTicker, type Ticker } from './populations/ticker.ts';
import { createLists, type Lists } from './segments/lists.ts';
import { segmentRoutes } from './segments/routes.ts';
import { createSegments, type Segments } from './segments/service.ts';

export type Populations = {
  conditions: Conditions;
  segments: Segments;
  lists: Lists;
  alerts: Alerts;
  indexes: RuleIndexes;
  live: Live;
  build: Build;
  ticker: Ticker;
  reconcile: Reconcile;
  broken: BrokenRules;
  clock: Clock;
  served: Served[];
  jobs: JobSpec[];
  schedules: Schedule[];
  subscriptions: Subscription[];
  start: () => Promise<void>;
  stop: () => Promise<void>;
};

export const createPopulations = (
  platform: Platform,
  deps: {
    vocabulary: VocabularySource;
    actions: Actions;
    /** Rules without a population of their own, which may break like the others. */
    others: readonly Documents[];
  },
): Populations => {
  const { vocabulary, actions } = deps;
  const indexes = createRuleIndexes({ vocabulary, log: platform.log });
  const checks = createChecks({ vocabulary, clock: platform.clock });
  const live = createLive(platform, {
    indexes,
    membership: createMembership(platform),
    fire: createFire(platform, actions),
    isAhead: (trx, population, customerId) => build.isAhead(trx, population, customerId),
    onDue: (trx, at) => ticker.notice(trx, at),
  });
  const ticker = createTicker(platform, { indexes, evaluate: live.evaluate });
  const faults = createFaults(platform.config.fault);
  const build = createBuild(platform, { indexes, faults, onDue: (trx, at) => ticker.notice(trx, at) });
  const conditions = createConditions({ platform, vocabulary, checks, build });
  const segments = createSegments({ platform, vocabulary, checks, build });
  const alerts = createAlerts({ platform, checks, build, actions });
  const documents = [conditions, segments, alerts].map((kind) => kind.documents);
  const broken = createBrokenRules(platform, { vocabulary, build, documents: [...documents, ...deps.others] });
  const lists = createLists(platform, { segments, live });
  const reconcile = createReconcile(platform, { indexes, live, ticker });
  return {
    conditions,
    segments,
    lists,
    alerts,
    indexes,
    live,
    build,
    ticker,
    reconcile,
    broken,
    clock: platform.clock,
    served: [...conditionRoutes(conditions), ...segmentRoutes(segments, lists), ...alertRoutes(alerts)],
    jobs: [build.job],
    schedules: [
      { name: 'segments-reconcile', cron: '17 3 * * *', run: () => reconcile.run() },
      { name: 'rules-broken', cron: '*/10 * * * *', run: async () => void (await broken.check()) },
    ],
    subscriptions: [{ changes: live.listen }, { notices: createFollower(platform, { build }) }],
    start: async () => {
      await broken.check();
      await ticker.start();
    },
    stop: ticker.stop,
  };
};
