// Rules as a module: one language, three executions, and what is built of it: segments, promotions, alerts.
import { type Actions, type Core, type DependentsSource, defineModule, type Platform } from '../core/index.ts';
import { rulesCommand } from './commands.ts';
import { dependentRoutes, ruleDependents } from './documents/dependents.ts';
import {
  createVocabularySource,
  documentsGeneration,
  languageRoutes,
  rulesGeneration,
  type VocabularySource,
} from './language/index.ts';
import { createPopulations, type Populations } from './populations.ts';
import type { Membership } from './promotions/effects.ts';
import { createPromotions, type Promotions, type RefundingOrders } from './promotions/index.ts';
import { promotionRoutes } from './promotions/routes.ts';
import type { RuleServices } from './services.ts';
import { ruleTables } from './tables.ts';

export type RulesDeps = {
  core: Pick<Core, 'customers'>;
  members: Membership;
  orders: RefundingOrders;
  /** What alerts may do, by the modules that own it. */
  actions: Actions;
};

const createRules = (platform: Platform, { core, members, orders, actions }: RulesDeps): RuleServices => {
  const { config, database } = platform;
  const vocabulary: VocabularySource = createVocabularySource({ ...platform, timeZone: config.timeZone });
  const promotions: Promotions = createPromotions({ platform, core, members, orders, vocabulary });
  const others = [promotions.documents.documents];
  const populations: Populations = createPopulations(platform, { vocabulary, actions, others });
  const routes = dependentRoutes({ reader: database.reader, dependents: platform.dependents });
  return { vocabulary, populations, promotions, routes };
};

const dependentsOf = ({ populations, promotions }: RuleServices): DependentsSource => ({
  restored: populations.broken.restored,
  ...ruleDependents({
    condition: populations.conditions.documents,
    segment: populations.segments.documents,
    alert: populations.alerts.documents,
    promotion: promotions.documents.documents,
  }),
});

export const rulesModule = defineModule({
  name: 'rules',
  create: createRules,
  generations: [rulesGeneration, documentsGeneration],
  tables: ruleTables,
  dependents: dependentsOf,
  routes: ({ vocabulary, populations, promotions, routes }) => [
    ...routes,
    ...languageRoutes({ vocabulary, clock: populations.clock }),
    ...populations.served,
    ...promotionRoutes(promotions),
  ],
  jobs: ({ populations }) => populations.jobs,
  schedules: ({ populations }) => populations.schedules,
  subscriptions: ({ populations, promotions }) => [...populations.subscriptions, { changes: promotions.onChanges }],
  commands: [rulesCommand],
  start: ({ populations }) => populations.start(),
  stop: ({ populations }) => populations.stop(),
});
