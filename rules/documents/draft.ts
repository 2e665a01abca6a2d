// What somebody gives of a document, completed: a new one with its defaults, a change without what it does not say.
import type { RuleContent } from './documents-store.ts';

export type NewDocument = Partial<RuleContent> & { key: string; name: string; variant?: string };

/** As in json-rules-engine: a higher number comes first, 1 when none is given. */
export const defaultPriority = 1;

export const complete = (draft: NewDocument): RuleContent => ({
  name: draft.name,
  description: draft.description ?? null,
  priority: draft.priority ?? defaultPriority,
  conditions: draft.conditions ?? null,
  params: draft.params ?? {},
  tests: draft.tests ?? [],
});

export const given = (change: Partial<RuleContent>): Partial<RuleContent> =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
