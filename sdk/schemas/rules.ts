// Rules as they travel: conditions in json-rules-engine's JSON, the vocabulary the builder draws from, problems, explanations.
import { type Static, Type } from 'typebox';
import { RuleTest } from './rule-documents.ts';
import { Closed, Nullable, Time } from './shared.ts';

/** A fact compared with a value, or with another fact of the same type. */
export type FactCondition = {
  fact: string;
  operator: string;
  value: unknown;
  params?: Record<string, unknown>;
  path?: string;
  name?: string;
  priority?: number;
};
export type AllConditions = { all: Condition[]; name?: string; priority?: number; confirmEveryone?: boolean };
export type AnyConditions = { any: Condition[]; name?: string; priority?: number };
export type NotCondition = { not: Condition; name?: string; priority?: number };
export type NamedCondition = { condition: string; name?: string; priority?: number };
/** The conditions of a rule: json-rules-engine's JSON. What is wrong with them is said with codes of the rules catalogue. */
export type Condition = AllConditions | AnyConditions | NotCondition | NamedCondition | FactCondition;
export type Conditions = Condition;

export const Conditions = Type.Unsafe<Conditions>(
  Type.Object(
    {},
    { additionalProperties: true, description: 'all | any | not | condition | { fact, params?, operator, value }' },
  ),
);

/** What a rule is about: a customer alone, a customer's cart, or an event of a customer. */
export const RuleContext = Type.Union([Type.Literal('customer'), Type.Literal('cart'), Type.Literal('event')]);
export type RuleContext = Static<typeof RuleContext>;

/** `code` is of the rules catalogue, `pointer` a JSON pointer within the conditions. */
export const RuleProblem = Closed({
  code: Type.String(),
  pointer: Type.String(),
  detail: Type.String(),
  /** Of a value that nothing can equal: the known value that is most like it. */
  nearest: Type.Optional(Type.String()),
});
export type RuleProblem = Static<typeof RuleProblem>;

export const Words = Closed({ en: Type.String(), zh: Type.String() });
export type Words = Static<typeof Words>;

/** `money` in minor units, `day` as YYYY-MM-DD, `instant` as ISO-8601, `fraction` an exact quotient. */
export const FactType = Type.Union([
  Type.Literal('text'),
  Type.Literal('number'),
  Type.Literal('integer'),
  Type.Literal('money'),
  Type.Literal('boolean'),
  Type.Literal('day'),
  Type.Literal('instant'),
  Type.Literal('list'),
  Type.Literal('fraction'),
  Type.Literal('any'),
]);
export type FactType = Static<typeof FactType>;

/** A parameter of a fact, enough to draw a field: `window` is `"P90D"` or `{ from, to }`, `where` a list of comparisons. */
export const FactParam = Closed({
  name: Type.String(),
  title: Words,
  kind: Type.Union([
    Type.Literal('text'),
    Type.Literal('texts'),
    Type.Literal('choice'),
    Type.Literal('window'),
    Type.Literal('where'),
  ]),
  required: Type.Boolean(),
  /** Only these. */
  choices: Type.Optional(Type.Array(Type.String())),
  /** Known values to pick from; others are accepted. */
  suggestions: Type.Optional(Type.Array(Type.String())),
});
export type FactParam = Static<typeof FactParam>;

export const VocabularyFact = Closed({
  id: Type.String(),
  title: Words,
  group: Type.String(),
  /** The type without params; aggregates have one per measure, in `types`. */
  type: FactType,
  types: Type.Optional(Type.Record(Type.String(), FactType)),
  contexts: Type.Array(RuleContext),
  operators: Type.Array(Type.String()),
  params: Type.Array(FactParam),
  /** Known values, for a list to pick from. Others are accepted unless `closed`. */
  options: Type.Optional(Type.Array(Type.String())),
  closed: Type.Optional(Type.Boolean()),
  /** True when the fact may stand in `value: { fact }`. */
  comparable: Type.Boolean(),
});
export type VocabularyFact = Static<typeof VocabularyFact>;

export const VocabularyOperator = Closed({
  name: Type.String(),
  title: Words,
  types: Type.Array(FactType),
  /** What `value` must be. */
  value: Type.Union([Type.Literal('scalar'), Type.Literal('list')]),
  /** False: runs only as a scan over customers, not as SQL. */
  sql: Type.Boolean(),
});
export type VocabularyOperator = Static<typeof VocabularyOperator>;

export const VocabularyReply = Closed({
  facts: Type.Array(VocabularyFact),
  operators: Type.Array(VocabularyOperator),
  /** Names of named conditions. */
  conditions: Type.Array(Type.String()),
  limits: Closed({ levels: Type.Integer(), conditions: Type.Integer(), bytes: Type.Integer() }),
  timeZone: Type.String(),
});
export type VocabularyReply = Static<typeof VocabularyReply>;

export const ValidateRequest = Closed({
  conditions: Type.Unknown(),
  context: Type.Optional(RuleContext),
  /** Needed where an empty `all` is meant: it holds for everybody. */
  confirmEveryone: Type.Optional(Type.Boolean()),
  /** The rule being edited, so that references back to it are seen as cycles. */
  self: Type.Optional(
    Closed({ kind: Type.Union([Type.Literal('segment'), Type.Literal('condition')]), key: Type.String() }),
  ),
});

export const ValidateReply = Closed({
  valid: Type.Boolean(),
  problems: Type.Array(RuleProblem),
  /** With defaults filled in; absent when refused. */
  conditions: Type.Optional(Conditions),
  dependencies: Type.Optional(Type.Array(Type.String())),
  /** `scan`: valid, but without a twin in SQL (custom operators), so previews and builds read every customer. */
  runs: Type.Optional(Type.Union([Type.Literal('sql'), Type.Literal('scan')])),
});
export type ValidateReply = Static<typeof ValidateReply>;

/**
 * json-rules-engine's `RuleResult`, where each comparison also says what was, what was needed and how near it came. The root
 * of `conditions` has the rule's own result; `null` is "cannot be known for that time" (Kleene's three values).
 */
export const Explanation = Type.Object({
  result: Nullable(Type.Boolean()),
  at: Time,
  conditions: Type.Unsafe<ConditionResult>(Type.Object({}, { additionalProperties: true })),
});
export type Explanation = Static<typeof Explanation>;

export type ConditionResult = {
  /** `null`: what was then is not kept, so it cannot be known. */
  result?: boolean | null;
  /** `false`: the fact has no history that reaches back to that time, so `actual` is null and says nothing. */
  known?: false;
  /** The named condition that stands here. */
  condition?: string;
  operator?: string;
  priority?: number;
  name?: string;
  all?: ConditionResult[];
  any?: ConditionResult[];
  not?: ConditionResult;
  fact?: string;
  params?: Record<string, unknown>;
  value?: unknown;
  factResult?: unknown;
  valueResult?: unknown;
  /** Of a comparison: the fact's value as the API shows it (dates as ISO). */
  actual?: unknown;
  needed?: Words;
  /** Of a failing comparison: how far off, e.g. "short by 38". */
  near?: Words | null;
  /** The rows counted by an aggregate, newest first, at most 20. */
  evidence?: { id: string; at: string; [member: string]: unknown }[];
};

/** Runs nothing against customers: the facts are those of the tests. */
export const TestRequest = Closed({
  conditions: Type.Unknown(),
  context: Type.Optional(RuleContext),
  confirmEveryone: Type.Optional(Type.Boolean()),
  tests: Type.Array(RuleTest, { maxItems: 200 }),
});
export const TestReply = Closed({
  passed: Type.Boolean(),
  results: Type.Array(
    Closed({
      passed: Type.Boolean(),
      expected: Type.Boolean(),
      result: Nullable(Type.Boolean()),
      note: Type.Optional(Type.String()),
      explanation: Type.Optional(Explanation),
      /** A test whose facts do not fit the vocabulary. */
      problem: Type.Optional(RuleProblem),
    }),
  ),
});
export type TestReply = Static<typeof TestReply>;
