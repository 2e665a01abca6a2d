// What the parts of one check of conditions share, and the two members that every condition may have.
import type { RuleContext, RuleProblem } from '@rapport/sdk/schemas';
import { problem } from './problems.ts';
import type { Reference } from './references.ts';
import type { Vocabulary } from './vocabulary/vocabulary.ts';
import { escapeMember } from './vocabulary/window.ts';

export type Members = Record<string, unknown>;

export type CheckOptions = {
  /** Which context facts there are besides the customer's; `customer` by default. */
  context?: RuleContext;
  /** An empty `all` holds for everybody; it must be meant. */
  confirmEveryone?: boolean;
  /** The document being saved, so that a reference back to it is a cycle. */
  self?: Reference;
};

/** What the parts of one check share. */
export type Check = { vocabulary: Vocabulary; options: CheckOptions; problems: RuleProblem[]; count: number };

export type Label = { name?: string; priority?: number };

/** Refuses members that are not of the language; returns the two that every condition may have. */
export const checkLabels = (members: Members, at: string, allowed: readonly string[], check: Check): Label => {
  for (const member of Object.keys(members)) {
    if (!allowed.includes(member))
      check.problems.push(
        problem(
          'MEMBER_UNKNOWN',
          `${at}/${escapeMember(member)}`,
          `There is no member "${member.slice(0, 100)}"; allowed are ${allowed.join(', ')}.`,
        ),
      );
  }
  const { name, priority } = members;
  if (name !== undefined && (typeof name !== 'string' || name.length > 200))
    check.problems.push(problem('MEMBER_UNKNOWN', `${at}/name`, 'A name is a text of at most 200 characters.'));
  if (priority !== undefined && !(Number.isInteger(priority) && (priority as number) > 0))
    check.problems.push(problem('MEMBER_UNKNOWN', `${at}/priority`, 'A priority is a whole number above 0.'));
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof priority === 'number' && { priority }),
  };
};
