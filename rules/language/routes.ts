// The language over HTTP: its vocabulary, checking conditions, trying them on given facts.
import { getVocabulary, testRule, validateRule } from '@rapport/sdk/routes';
import { type Clock, type Served, serve } from '../../core/index.ts';
import { acceptConditions, validateConditions } from './conditions.ts';
import { runTests } from './tests.ts';
import type { VocabularySource } from './vocabulary/store.ts';
import { describeVocabulary } from './vocabulary/vocabulary.ts';

/** Nothing is stored, and no customer's data is read: tests run on the facts they give. */
export const languageRoutes = ({ vocabulary, clock }: { vocabulary: VocabularySource; clock: Clock }): Served[] => [
  serve(getVocabulary, async () => describeVocabulary(await vocabulary.described())),
  serve(validateRule, async ({ body: { conditions, ...options } }) => {
    const checked = validateConditions(conditions, await vocabulary.described(), options);
    if (!checked.ok) return { valid: false, problems: checked.problems };
    const { conditions: normalised, dependencies, runs } = checked;
    return { valid: true, problems: [], conditions: normalised, dependencies, runs };
  }),
  serve(testRule, async ({ body: { conditions, tests, context, confirmEveryone } }) => {
    const words = await vocabulary.described();
    const accepted = acceptConditions(conditions, words, { context, confirmEveryone });
    return runTests(accepted, tests, words, clock.now(), context);
  }),
];
