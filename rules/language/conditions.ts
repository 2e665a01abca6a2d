// Checks conditions before they are saved and fills in their defaults. What passes here runs the same in all executions.
import type { Condition, RuleContext, RuleProblem } from '@rapport/sdk/schemas';
import { type Check, type CheckOptions, checkLabels, type Label, type Members } from './check.ts';
import { checkLeaf } from './leaf.ts';
import { dependenciesOf } from './predicate.ts';
import { problem, refusal } from './problems.ts';
import { countConditions, findCycle, type Reference } from './references.ts';
import { hasSql } from './sql.ts';
import { readTree, usesOf } from './tree.ts';
import { limits, type Vocabulary } from './vocabulary/vocabulary.ts';

/**
 * `conditions` with defaults filled in and texts spelled as stored ones are; `problems` at most 100.
 * `runs` is `scan` where a custom operator or a fact of the moment has no form in SQL.
 */
export type Checked =
  | { ok: true; conditions: Condition; dependencies: string[]; runs: 'sql' | 'scan' }
  | { ok: false; problems: RuleProblem[] };

/** Every problem, each with a code, a JSON pointer into `conditions` and a sentence. */
export const validateConditions = (
  conditions: unknown,
  vocabulary: Vocabulary,
  options: CheckOptions = {},
): Checked => {
  const check: Check = { vocabulary, options, problems: [], count: 0 };
  const normalised = checkCondition(conditions, '', 1, check);
  const { problems } = check;
  if (check.count > limits.conditions)
    problems.push(
      problem(
        'RULE_TOO_LONG',
        '',
        `There are more than ${limits.conditions} conditions, named ones counted with what they hold.`,
      ),
    );
  if (normalised && problems.length === 0 && Buffer.byteLength(JSON.stringify(normalised)) > limits.bytes)
    problems.push(problem('RULE_TOO_LARGE', '', `The conditions are larger than ${limits.bytes} bytes.`));
  if (!normalised || problems.length > 0) return { ok: false, problems: problems.slice(0, 100) };
  return {
    ok: true,
    conditions: normalised,
    dependencies: dependenciesOf(normalised, vocabulary),
    runs: hasSql(normalised, vocabulary) ? 'sql' : 'scan',
  };
};

/** The normalised conditions, or throws the first problem as a Failure with the pointer under `at`. */
export const acceptConditions = (
  conditions: unknown,
  vocabulary: Vocabulary,
  options: CheckOptions & { at?: string } = {},
): Condition => {
  const checked = validateConditions(conditions, vocabulary, options);
  if (checked.ok) return checked.conditions;
  throw refusal(checked.problems[0]!, options.at ?? '/conditions');
};

const kinds = ['all', 'any', 'not', 'condition', 'fact'] as const;

const checkCondition = (input: unknown, at: string, level: number, check: Check): Condition | undefined => {
  const refuse = (...args: Parameters<typeof problem>): undefined => void check.problems.push(problem(...args));
  if (check.problems.length > 100 || check.count > limits.conditions) return undefined;
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return refuse('CONDITIONS_INVALID', at, 'It must be an object with all, any, not, condition or fact.');
  const members = input as Members;
  const [kind, ...others] = kinds.filter((each) => Object.hasOwn(members, each));
  if (kind === undefined)
    return refuse('CONDITIONS_INVALID', at, 'It must have one of all, any, not, condition or fact.');
  if (others.length > 0)
    return refuse(
      'CONDITIONS_AMBIGUOUS',
      at,
      `It has "${kind}" and "${others[0]}"; put one inside the other to say which is meant.`,
    );
  if (kind !== 'fact' && kind !== 'condition' && level > limits.levels)
    return refuse('RULE_TOO_DEEP', at, `Groups nest deeper than ${limits.levels} levels.`);
  if (kind === 'fact') {
    check.count += 1;
    return checkLeaf(members, at, check);
  }
  const allowed = kind === 'all' ? [kind, 'name', 'priority', 'confirmEveryone'] : [kind, 'name', 'priority'];
  const label = checkLabels(members, at, allowed, check);
  if (kind === 'condition') return checkReference(members.condition, at, label, check);
  if (kind === 'not') {
    const child = checkCondition(members.not, `${at}/not`, level + 1, check);
    return child && { not: child, ...label };
  }
  return checkGroup(kind, members, at, level, label, check);
};

const checkGroup = (
  kind: 'all' | 'any',
  members: Members,
  at: string,
  level: number,
  label: Label,
  check: Check,
): Condition | undefined => {
  const list = members[kind];
  const pointer = `${at}/${kind}`;
  if (!Array.isArray(list)) {
    check.problems.push(problem('CONDITIONS_INVALID', pointer, `"${kind}" must be a list of conditions.`));
    return undefined;
  }
  const confirmed = check.options.confirmEveryone === true || members.confirmEveryone === true;
  if (list.length === 0 && kind === 'any')
    check.problems.push(problem('ANY_EMPTY', pointer, 'An empty "any" is refused: say whom it should hold for.'));
  if (list.length === 0 && kind === 'all' && !confirmed)
    check.problems.push(
      problem(
        'EVERYONE_UNCONFIRMED',
        pointer,
        'An empty "all" holds for everybody; confirm it with "confirmEveryone": true.',
      ),
    );
  const children = list.map((child, i) => checkCondition(child, `${pointer}/${i}`, level + 1, check));
  if (children.some((child) => child === undefined)) return undefined;
  const marked = kind === 'all' && list.length === 0 && { confirmEveryone: true };
  return { [kind]: children, ...label, ...marked } as Condition;
};

const checkReference = (name: unknown, at: string, label: Label, check: Check): Condition | undefined => {
  const { vocabulary, options } = check;
  const pointer = `${at}/condition`;
  const refuse = (code: Parameters<typeof problem>[0], detail: string): undefined =>
    void check.problems.push(problem(code, pointer, detail));
  const start: Reference = { kind: 'condition', key: String(name) };
  const cycle = findCycle(start, options.self, vocabulary);
  if (cycle) return refuse('CONDITION_CYCLE', `It leads back to itself: ${cycle}.`);
  const named = typeof name === 'string' ? vocabulary.named.get(name) : undefined;
  if (!named) return refuse('CONDITION_UNKNOWN', `There is no named condition "${String(name).slice(0, 100)}".`);
  check.count += countConditions(named, vocabulary, limits.conditions);
  if (check.count > limits.conditions) return undefined;
  const context = options.context ?? 'customer';
  const outside = factsOutside(named, context, vocabulary);
  if (outside === 'broken')
    return refuse('CONDITION_UNKNOWN', `The named condition "${String(name)}" uses what is gone.`);
  if (outside) return refuse('FACT_NOT_HERE', `It uses the fact "${outside}", which rules of this kind do not have.`);
  return { condition: name as string, ...label };
};

const factsOutside = (named: Condition, context: RuleContext, vocabulary: Vocabulary): string | undefined => {
  try {
    return usesOf(readTree(named, vocabulary)).find(({ fact }) => !fact.contexts.includes(context))?.fact.id;
  } catch {
    return 'broken';
  }
};
