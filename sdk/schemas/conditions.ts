// Named conditions: parts of rules that several rules share, as documents with versions of their own. `{ "condition": key }`
// stands for the active version wherever it is named.
import { type Static, Type } from 'typebox';
import { ConditionTree, RuleDescription, RuleName, RuleStatus, RuleTests, VersionNumber } from './rule-documents.ts';
import { RuleContext } from './rules.ts';
import { Closed, Key, Nullable, Time } from './shared.ts';

export const ConditionDocument = Closed({
  key: Key,
  name: RuleName,
  description: Nullable(Type.String()),
  /** Where it may be named: `customer` everywhere, `cart` in promotions, `event` in alerts on events. */
  context: RuleContext,
  status: RuleStatus,
  /** Of the newest version. */
  conditions: ConditionTree,
  tests: RuleTests,
  version: VersionNumber,
  activeVersion: Nullable(VersionNumber),
  /** Grows with every change; `If-Match` compares it. */
  revision: Type.Integer(),
  /** Why the active version can no longer be worked out, such as a fact that is gone; null where it can. */
  broken: Nullable(Type.String()),
  createdAt: Time,
  updatedAt: Time,
});
export type ConditionDocument = Static<typeof ConditionDocument>;

/** Made as a draft: what rules name is its active version. */
export const NewConditionDocument = Closed({
  key: Key,
  name: RuleName,
  description: Type.Optional(Nullable(RuleDescription)),
  context: Type.Optional(RuleContext),
  conditions: ConditionTree,
  tests: Type.Optional(RuleTests),
});
export type NewConditionDocument = Static<typeof NewConditionDocument>;

/** Rules that name it go on with its active version until that is switched. */
export const ConditionDocumentChange = Closed({
  name: Type.Optional(RuleName),
  description: Type.Optional(Nullable(RuleDescription)),
  context: Type.Optional(RuleContext),
  conditions: Type.Optional(ConditionTree),
  tests: Type.Optional(RuleTests),
});
export type ConditionDocumentChange = Static<typeof ConditionDocumentChange>;
