// Rules: one language, three executions, and what is built of it: segments, promotions, alerts.
import type { Core, Platform, Served } from '../core/index.ts';
import { createVocabularySource, languageRoutes, type VocabularySource } from './language.ts';
import { createPopulations, deedsOf, type Populations } from './populations.ts';
import { createPromotions, type Promotions, servePromotions } from './promotions/index.ts';

export { createRulesCommand } from './commands.ts';

export type Rules = {
  vocabulary: VocabularySource;
  populations: Populations;
  promotions: Promotions;
  served: Served[];
  start: () => Promise<void>;
  stop: () => Promise<void>;
};

export const createRules = async (platform: Platform, core: Core): Promise<Rules> => {
  const { config, database, clock } = platform;
  const vocabulary = createVocabularySource(database.reader, {
    timeZone: config.timeZone,
    scorers: () => core.insights.scorers().map(({ scorer }) => scorer),
  });
  const populations = createPopulations(platform, { vocabulary, deeds: deedsOf(core) });
  const promotions = createPromotions({ platform, core, vocabulary });
  return {
    vocabulary,
    populations,
    promotions,
    served: [...languageRoutes({ vocabulary, clock }), ...populations.served, ...servePromotions(promotions)],
    start: async () => {
      await populations.start();
    },
    stop: async () => {
      await populations.stop();
    },
  };
};
