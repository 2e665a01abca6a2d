// Checks conditions before they are saved and fills in their defaults. What passes here runs the same in all executions.
import type { Condition, RuleContext, RuleProblem } from '@rapport/sdk/schemas';
import type { Vocabulary } from './vocabulary/vocabulary.ts';

export type CheckOptions = {
  /** Which context facts there are besides the customer's; `customer` by default. */
  context?: RuleContext;
  /** An empty `all` holds for everybody; it must be meant. */
  confirmEveryone?: boolean;
  /** The document being saved, so that a reference back to it is a cycle. */
  self?: { kind: 'segment' | 'condition'; key: string };
};

export type Checked =
  | { ok: true; conditions: Condition; dependencies: string[]; runs: 'sql' | 'scan' }
  | { ok: false; problems: RuleProblem[] };

/** Every problem, each with a code, a JSON pointer into `conditions` and a sentence. */
export const validateConditions = (
  _conditions: unknown,
  _vocabulary: Vocabulary,
  _options: CheckOptions = {},
): Checked => {
  throw new Error('lands next');
};

/** The normalised conditions, or throws the first problem as a Failure with the pointer under `at`. */
export const acceptConditions = (
  conditions: unknown,
  vocabulary: Vocabulary,
  options: CheckOptions & { at?: string } = {},
): Condition => {
  const checked = validateConditions(conditions, vocabulary, options);
  if (checked.ok) return checked.conditions;
  throw new Error(checked.problems[0]?.detail);
};
