// Rules: one language, three executions, and what is built of it: segments, promotions, alerts.
import type { Core, Platform, Served } from '../core/index.ts';
import { createVocabularySource, languageRoutes, type VocabularySource } from './language.ts';
import { createPromotions, type Promotions, servePromotions } from './promotions/index.ts';

export type Rules = {
  vocabulary: VocabularySource;
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
  const promotions = createPromotions({ platform, core, vocabulary });
  return {
    vocabulary,
    promotions,
    served: [...languageRoutes({ vocabulary, clock }), ...servePromotions(promotions)],
    start: async () => {},
    stop: async () => {},
  };
};
