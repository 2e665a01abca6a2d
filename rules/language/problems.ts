// Why conditions are refused: the codes of the rules catalogue, each an error of the API. Pointers lead into the conditions.
import type { RuleProblem } from '@rapport/sdk/schemas';
import { defineError, type Failure } from '../../core/index.ts';

const summaries = {
  CONDITIONS_INVALID: 'Conditions are an object with one of all, any, not, condition or fact.',
  CONDITIONS_AMBIGUOUS: 'An object of conditions has more than one of all, any, not, condition and fact.',
  ANY_EMPTY: 'An empty `any` holds for nobody here and for everybody elsewhere.',
  EVERYONE_UNCONFIRMED: 'An empty `all` holds for everybody and was not confirmed.',
  MEMBER_UNKNOWN: 'A condition has a member that is not of the language.',
  MEMBER_MISSING: 'A condition lacks its operator or its value.',
  CONDITION_UNKNOWN: 'There is no named condition of this name.',
  CONDITION_CYCLE: 'A named condition leads back to itself.',
  SEGMENT_UNKNOWN: 'There is no segment of this key.',
  SEGMENT_CYCLE: 'A segment leads back to itself.',
  FACT_UNKNOWN: 'The vocabulary has no such fact.',
  FACT_NOT_HERE: 'The fact exists, but not where this rule runs.',
  PATH_REFUSED: 'A path is names joined by dots; no wildcards, recursion or scripts.',
  PARAM_UNKNOWN: 'The fact takes no such param.',
  PARAM_MISSING: 'The fact needs a param that is not there.',
  PARAM_INVALID: 'A param does not fit its declaration.',
  WINDOW_INVALID: 'A window is a duration such as P90D, or { from, to }.',
  DATE_INVALID: 'A date or time is not ISO-8601.',
  OPERATOR_UNKNOWN: 'There is no such operator.',
  OPERATOR_NOT_FOR_TYPE: 'The operator does not go with facts of this type.',
  VALUE_TYPE: "The value is not of the fact's type.",
  VALUE_NOT_A_LIST: 'The operator needs a list.',
  VALUE_NOT_A_SCALAR: 'The operator takes one value, not a list or an object.',
  VALUE_NOT_AN_OPTION: "The value is none of the fact's options.",
  VALUE_UNMATCHABLE: 'Nothing stored can ever equal the value: it is no e-mail address, phone number, country …',
  VALUE_FACT_REFUSED: 'These two facts cannot be compared.',
  RULE_TOO_DEEP: 'Groups nest deeper than allowed.',
  RULE_TOO_LONG: 'There are more conditions than allowed.',
  RULE_TOO_LARGE: 'The conditions are larger than allowed.',
} as const;

/** Codes are stable: they are part of the API. */
export type ProblemCode = keyof typeof summaries;

const errors = new Map(
  Object.entries(summaries).map(([code, summary]) => [
    code,
    defineError(code, 422, summary, (detail: string) => detail),
  ]),
);

export const problem = (code: ProblemCode, pointer: string, detail: string): RuleProblem => ({ code, pointer, detail });

/** The problem as a Failure of the API, its pointer under `at`. */
export const refusal = ({ code, pointer, detail }: RuleProblem, at: string): Failure =>
  new (errors.get(code) ?? errors.get('CONDITIONS_INVALID')!)(detail, { pointer: `${at}${pointer}` });
