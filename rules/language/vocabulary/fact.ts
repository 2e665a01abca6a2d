// A fact of the vocabulary: what it is called, which type it has, what it takes, and how each execution reads it.
// A new fact is one value of this type; it is then in validation, closures, SQL, explanations and the builder.
import type { FactParam, FactType, RuleContext, Words } from '@rapport/sdk/schemas';
import type { Facts, Needs, Past } from './facts.ts';
import type { Form } from './forms.ts';
import type { Fraction } from './fraction.ts';
import type { Fragment, SqlTarget } from './fragment.ts';
import type { Zone } from './zone.ts';

/** Instants are ms since 1970, days `YYYY-MM-DD`, money minor units. A list is never null: an absent one is empty. */
export type FactValue = string | number | boolean | null | readonly string[] | Fraction;

export type Params = Readonly<Record<string, unknown>>;
export type Read = (facts: Facts, now: number) => FactValue;

export type ParamProblem = { code: string; pointer: string; detail: string };
/** Params as stored (defaults filled in), or what is wrong with them; pointers relative to `params`. */
export type ParamCheck = { ok: true; params: Params } | { ok: false; problems: ParamProblem[] };

/** A comparison as SQL: `holds` is true exactly when the condition is, `fails` exactly when it is not. Never NULL-sensitive. */
export type SqlComparison = { holds: Fragment; fails: Fragment };

export type FactDefinition = {
  id: string;
  title: Words;
  group: string;
  /** By params for aggregates. */
  type: FactType | ((params: Params) => FactType);
  /** Every type it can have, by measure, for the builder. */
  types?: Readonly<Record<string, FactType>>;
  contexts: readonly RuleContext[];
  /** Fewer operators than the type allows. */
  operators?: readonly string[];
  params?: readonly FactParam[];
  check?: (params: Params, zone: Zone) => ParamCheck;
  options?: readonly string[];
  /** The column of `customers` it is, when it is one. */
  column?: string;
  /** Other values than `options` are refused. */
  closed?: boolean;
  /** How its texts are spelled where they are stored; values of rules are spelled alike when they are saved. Free text by default. */
  form?: Form;
  /** Ids as in `Change.facts`. */
  dependsOn: (params: Params) => readonly string[];
  needs: (params: Params, zone: Zone) => Partial<Needs>;
  read: (params: Params, zone: Zone) => Read;
  /** Absent: the fact has no twin in SQL (context facts). */
  sql?: (params: Params, target: SqlTarget) => FactSql;
  /**
   * Instants after `now` at which the value, compared with `value`, may change with nobody writing, in any order.
   * Absent: time alone never changes it.
   */
  moments?: (params: Params, zone: Zone) => (facts: Facts, now: number, values: readonly FactValue[]) => number[];
  /**
   * Whether the value at a past instant (`facts.past`) follows from what is kept. Absent: never, for the value read is
   * today's. `compared` is what it is compared with.
   */
  isKnown?: (params: Params, zone: Zone) => (facts: Facts, past: Past, compared: unknown) => boolean;
  /** The rows behind an aggregate at `now`, newest first. */
  evidence?: (
    params: Params,
    zone: Zone,
  ) => (facts: Facts, now: number) => { id: string; at: number; [member: string]: unknown }[];
};

/** How SQL reads a fact: as an expression that is NULL exactly when the fact is null, or by its own comparisons, or both. */
export type FactSql = {
  expression?: Fragment;
  /** Returns undefined to fall back on `expression`. */
  compare?: (operator: string, value: unknown) => SqlComparison | undefined;
  /** The same by one pass over the history instead of a look per customer; for conditions that most customers reach. */
  grouped?: (operator: string, value: unknown) => SqlComparison | undefined;
  /** Rough price of a look at one customer, so that cheap conditions come first: 1 column, 10 index look-up, 100 scan. */
  cost: number;
};

/** Of what is kept with its time. */
export const alwaysKnown = () => () => true;
/** Of a customer's own columns: nobody wrote to them since, or there was no customer yet. */
export const ifUnchanged =
  () =>
  (_facts: Facts, { changedAt, isBefore, at }: Past): boolean =>
    isBefore || changedAt <= at;

export const everywhere: readonly RuleContext[] = ['customer', 'cart', 'event'];
