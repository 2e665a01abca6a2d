// What segments, promotions, alerts and named conditions share as documents: status, tests, immutable versions, activations.
// The language of the conditions themselves is checked by the server, with a pointer to the smallest offending member.
import { type Static, Type } from 'typebox';
import { Closed, Nullable, Time } from './shared.ts';

export const RuleKind = Type.Union([
  Type.Literal('segment'),
  Type.Literal('promotion'),
  Type.Literal('alert'),
  Type.Literal('condition'),
]);
export type RuleKind = Static<typeof RuleKind>;

/** Only an `active` rule runs. */
export const RuleStatus = Type.Union([
  Type.Literal('draft'),
  Type.Literal('active'),
  Type.Literal('paused'),
  Type.Literal('archived'),
]);
export type RuleStatus = Static<typeof RuleStatus>;

/** `all | any | not | condition` with leaves `{ fact, params?, operator, value }`, as in json-rules-engine. */
export const ConditionTree = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  description: 'Conditions in the JSON of json-rules-engine',
});
export type ConditionTree = Static<typeof ConditionTree>;

/** Runs when the rule is saved and before it is activated. Facts by id; aggregates by their id with params as given. */
export const RuleTest = Closed({
  facts: Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Type.Unknown()),
  expected: Type.Boolean(),
  note: Type.Optional(Type.String({ maxLength: 500 })),
});
export type RuleTest = Static<typeof RuleTest>;
export const RuleTests = Type.Array(RuleTest, { maxItems: 100 });

export const RuleName = Type.String({ minLength: 1, maxLength: 200 });
export const RuleDescription = Type.String({ maxLength: 2000 });
export const RulePriority = Type.Integer({ minimum: 1, maximum: 1_000_000 });
/** Counts from 1 within one rule. */
export const VersionNumber = Type.Integer({ minimum: 1, maximum: 1_000_000_000 });

/** One saved, immutable state of a rule. */
export const RuleVersion = Closed({
  version: VersionNumber,
  name: RuleName,
  description: Nullable(Type.String()),
  priority: Type.Integer(),
  conditions: Nullable(ConditionTree),
  params: Type.Record(Type.String(), Type.Unknown()),
  tests: RuleTests,
  author: Type.String(),
  createdAt: Time,
  active: Type.Boolean(),
});
export type RuleVersion = Static<typeof RuleVersion>;

/** One member that differs, as a JSON pointer; an absent side is left out. */
export const RuleDifference = Closed({
  pointer: Type.String(),
  before: Type.Optional(Type.Unknown()),
  after: Type.Optional(Type.Unknown()),
});
export type RuleDifference = Static<typeof RuleDifference>;

/** Who switched a rule to which version, when, and what that changed. */
export const RuleActivation = Closed({
  version: VersionNumber,
  from: Nullable(VersionNumber),
  author: Type.String(),
  at: Time,
  diff: Type.Array(RuleDifference),
});
export type RuleActivation = Static<typeof RuleActivation>;

export const RuleHistory = Closed({ versions: Type.Array(RuleVersion), activations: Type.Array(RuleActivation) });
export type RuleHistory = Static<typeof RuleHistory>;

/** `segment:vip`, `attribute:plan`, `template:welcome`, `plugin:acme/loyalty`, `scorer:rfm` … */
export const UsedName = Type.String({
  pattern:
    '^(segment|condition|attribute|scorer|template|channel|tag|promotion|level|event|plugin):[^\\u0000-\\u001f]{1,150}$',
  description: 'Kind and key of what rules may name, as `segment:vip`',
});

/** A rule that names something, in a version in force: its active one, or the newest where that is not active. */
export const Dependent = Closed({
  kind: RuleKind,
  key: Type.String(),
  name: RuleName,
  status: RuleStatus,
  /** What of the things asked about it names; a named condition where it does so through one. */
  uses: Type.String(),
  /** The version that runs names it. */
  active: Type.Boolean(),
  /** The newest version names it and does not run. */
  draft: Type.Boolean(),
});
export type Dependent = Static<typeof Dependent>;

/** For what takes something away that rules name: pause the rules that run, instead of being refused. */
export const CascadeQuery = Closed({
  cascade: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'Pause the rules that use it, instead of being refused with RULE_IN_USE',
    }),
  ),
});

/** The newest version when none is named. */
export const ActivateRule = Closed({ version: Type.Optional(VersionNumber) });

/** ISO-8601, days and below: `P1D`, `PT30M`, `P1DT12H`. */
export const Duration = Type.String({
  pattern: '^P(?=\\d|T\\d)(\\d{1,5}W|(\\d{1,5}D)?(T(?=\\d)(\\d{1,5}H)?(\\d{1,6}M)?(\\d{1,7}S)?)?)$',
  description: 'ISO-8601 duration of weeks, days, hours, minutes, seconds',
});
