// Why a rule holds or not: json-rules-engine itself on the facts, its result tree enriched. Also runs stored tests.
import type { Condition, Explanation, RuleContext, RuleTest, TestReply } from '@rapport/sdk/schemas';
import type { Facts } from './facts.ts';
import type { Vocabulary } from './vocabulary/vocabulary.ts';

export const explain = async (
  _conditions: Condition,
  _vocabulary: Vocabulary,
  _facts: Facts,
  _now: number,
): Promise<Explanation> => {
  throw new Error('lands next');
};

/** Runs each test through the engine; a test whose facts do not fit the vocabulary fails with a problem. */
export const runTests = async (
  _conditions: Condition,
  _tests: readonly RuleTest[],
  _vocabulary: Vocabulary,
  _now: number,
  _context: RuleContext = 'customer',
): Promise<TestReply> => {
  throw new Error('lands next');
};
