// What segments and alerts check alike: conditions against the vocabulary of now, and the tests stored with a rule.
import type { Condition, RuleContext } from '@rapport/sdk/schemas';
import type { Clock, Db } from '../../core/index.ts';
import { RuleTestFailed } from '../errors.ts';
import {
  acceptConditions,
  type CheckOptions,
  dependenciesOf,
  runTests,
  type VocabularySource,
} from '../language/index.ts';
import type { RuleContent } from './documents.ts';

export const createChecks = (deps: { vocabulary: VocabularySource; clock: Clock }) => ({
  /** The conditions with defaults filled in, and the ids of the facts they read. */
  conditions: async (
    given: unknown,
    options: CheckOptions,
    trx?: Db,
  ): Promise<{ conditions: Condition; dependencies: string[] }> => {
    const vocabulary = await deps.vocabulary.described(trx);
    const conditions = acceptConditions(given, vocabulary, { ...options, at: '/conditions' });
    return { conditions, dependencies: dependenciesOf(conditions, vocabulary) };
  },
  /** Refuses when a test stored with the rule does not come out as it says. */
  tests: async (content: RuleContent, context: RuleContext, trx: Db): Promise<void> => {
    if (content.tests.length === 0 || !content.conditions) return;
    const vocabulary = await deps.vocabulary.current(trx);
    const conditions = content.conditions as Condition;
    const { results } = await runTests(conditions, content.tests, vocabulary, deps.clock.now(), context);
    const failed = results.findIndex(({ passed }) => !passed);
    if (failed < 0) return;
    const { note, expected, problem } = results[failed]!;
    const what = problem?.detail ?? `It should be ${expected}, and is ${!expected}.`;
    throw new RuleTestFailed(note ? `${note}: ${what}` : what, { pointer: `/tests/${failed}` });
  },
});

export type Checks = ReturnType<typeof createChecks>;
