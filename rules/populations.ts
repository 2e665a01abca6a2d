// Puts together what lives on rules with a population: segments, alerts, their live evaluation, ticker, builds, reconciliation.
import { type Core, createFaults, InvalidRequest, type Platform, type Served, system } from '../core/index.ts';
import { createFire, type Deeds } from './alerts/fire.ts';
import { alertRoutes } from './alerts/routes.ts';
import { type Alerts, createAlerts } from './alerts/service.ts';
import { createChecks } from './checks.ts';
import { createRuleIndexes, type RuleIndexes } from './dependencies.ts';
import type { VocabularySource } from './language.ts';
import { createLive, type Live } from './live.ts';
import { type Build, createBuild } from './segments/build.ts';
import { createFollowers } from './segments/followers.ts';
import { createLists, type Lists } from './segments/lists.ts';
import { createMembership } from './segments/membership.ts';
import { createReconcile, type Reconcile } from './segments/reconcile.ts';
import { segmentRoutes } from './segments/routes.ts';
import { createSegments, type Segments } from './segments/service.ts';
import { createTicker, type Ticker } from './ticker.ts';

export type Populations = {
  segments: Segments;
  lists: Lists;
  alerts: Alerts;
  indexes: RuleIndexes;
  live: Live;
  build: Build;
  ticker: Ticker;
  reconcile: Reconcile;
  served: Served[];
  start: () => Promise<void>;
  stop: () => Promise<void>;
};

export const createPopulations = (
  platform: Platform,
  deps: { vocabulary: VocabularySource; deeds: Deeds },
): Populations => {
  const { vocabulary, deeds } = deps;
  const indexes = createRuleIndexes({ vocabulary, log: platform.log });
  const checks = createChecks({ vocabulary, clock: platform.clock });
  const live = createLive(platform, {
    indexes,
    membership: createMembership(platform),
    fire: createFire(platform, deeds),
    isAhead: (trx, population, customerId) => build.isAhead(trx, population, customerId),
    onDue: (trx, at) => ticker.notice(trx, at),
  });
  const ticker = createTicker(platform, { indexes, evaluate: live.evaluate });
  const faults = createFaults(platform.config.fault);
  const build = createBuild(platform, { indexes, faults, onDue: (trx, at) => ticker.notice(trx, at) });
  const segments = createSegments({ platform, vocabulary, checks, build });
  const alerts = createAlerts({ platform, checks, build, deeds });
  const lists = createLists(platform, { segments, live });
  const reconcile = createReconcile(platform, { indexes, live, ticker });
  platform.changes.subscribe(live.listen);
  createFollowers(platform, { indexes, build });
  return {
    segments,
    lists,
    alerts,
    indexes,
    live,
    build,
    ticker,
    reconcile,
    served: [...segmentRoutes(segments, lists), ...alertRoutes(alerts)],
    start: async () => {
      platform.scheduler.add({ name: 'segments-reconcile', cron: '17 3 * * *', run: () => reconcile.run() });
      await ticker.start();
    },
    stop: ticker.stop,
  };
};

/** What alerts do, by the core's own means. */
export const deedsOf = (core: Pick<Core, 'customers' | 'messages'>): Deeds => ({
  send: (trx, message) => core.messages.send(trx, message),
  tag: async (trx, customerId, tag) => {
    await core.customers.changeTags(customerId, { add: [tag] }, system, trx);
  },
  checkTemplate: async (key, channel, pointer) => {
    const template = await core.messages.templates.find(key);
    if (!template) throw new InvalidRequest(`There is no template ${key}.`, { pointer });
    if (template.channel !== channel)
      throw new InvalidRequest(`The template ${key} is for the channel ${template.channel}.`, { pointer });
  },
});
