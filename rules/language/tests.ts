// Runs the examples stored with a rule: given facts, expected result. A rule whose tests fail is not activated.
import type { Condition, RuleContext, RuleTest, TestReply } from '@rapport/sdk/schemas';
import { explain } from './explain.ts';
import { givenFacts, nowOf } from './given.ts';
import { problem } from './problems.ts';
import type { Vocabulary } from './vocabulary/vocabulary.ts';

type Result = TestReply['results'][number];

/** Runs each test through json-rules-engine; one whose facts do not fit the vocabulary fails with a problem. */
export const runTests = async (
  conditions: Condition,
  tests: readonly RuleTest[],
  vocabulary: Vocabulary,
  now: number,
  context: RuleContext = 'customer',
): Promise<TestReply> => {
  const results: Result[] = [];
  for (const [i, test] of tests.entries()) results.push(await runTest(conditions, test, `/tests/${i}/facts`));
  return { passed: results.every(({ passed }) => passed), results };

  async function runTest(of: Condition, test: RuleTest, at: string): Promise<Result> {
    const head = { expected: test.expected, ...(test.note !== undefined && { note: test.note }) };
    const given = givenFacts(test.facts, vocabulary, context);
    if (!given.ok)
      return {
        ...head,
        passed: false,
        result: null,
        problem: { ...given.problem, pointer: `${at}${given.problem.pointer}` },
      };
    const when = nowOf(test.facts, vocabulary.zone, now);
    if (when === undefined)
      return {
        ...head,
        passed: false,
        result: null,
        problem: problem('DATE_INVALID', `${at}/now`, 'It must be an ISO-8601 date or date-time.'),
      };
    const explanation = await explain(of, vocabulary, given.facts, when);
    return { ...head, passed: explanation.result === test.expected, result: explanation.result, explanation };
  }
};
