// What the rules module is to the rest of the server and to its own commands.
import type { Served } from '../core/index.ts';
import type { VocabularySource } from './language/index.ts';
import type { Populations } from './populations.ts';
import type { Promotions } from './promotions/index.ts';

export type RuleServices = {
  routes: Served[];
  vocabulary: VocabularySource;
  populations: Populations;
  promotions: Promotions;
};
