// Checks the value of a condition against the type of its fact and spells texts as stored ones are. Types are never converted,
// for what is converted in one execution is not in another.
import type { FactType, RuleProblem } from '@rapport/sdk/schemas';
import { problem } from './problems.ts';
import type { FactDefinition } from './vocabulary/fact.ts';
import { freeText, type Place } from './vocabulary/forms.ts';
import { decimal } from './vocabulary/fraction.ts';
import type { Operator } from './vocabulary/operators.ts';
import { isOrdering } from './vocabulary/operators.ts';
import { isText } from './vocabulary/params.ts';
import { isDay, type Zone } from './vocabulary/zone.ts';

const names: Record<FactType, string> = {
  text: 'a text',
  number: 'a number',
  integer: 'a number',
  money: 'a number of minor units',
  boolean: 'true or false',
  day: 'a day, YYYY-MM-DD',
  instant: 'an ISO-8601 date or date-time',
  list: 'a text',
  fraction: 'a number with at most 9 decimals',
  any: 'a text, a number, true or false',
};

export type Accepted = { value: unknown; problems: RuleProblem[] };
type Wanted = { fact: FactDefinition; type: FactType; zone: Zone; place: Place; at: string };

/** The value spelled as stored ones are, and what is wrong with it; `at` is its pointer. */
export const acceptValue = (value: unknown, { operator, ...wanted }: Wanted & { operator: Operator }): Accepted => {
  const ordering = isOrdering(operator.name);
  const one = (each: unknown, at: string): Accepted => {
    if (each === null && !ordering && wanted.type !== 'list') return { value: each, problems: [] };
    return acceptScalar(each, { ...wanted, ordering, at });
  };
  if (operator.value !== 'list') return one(value, wanted.at);
  if (!Array.isArray(value))
    return {
      value,
      problems: [problem('VALUE_NOT_A_LIST', wanted.at, `"${operator.name}" needs a list of values.`)],
    };
  const accepted = value.map((each, i) => one(each, `${wanted.at}/${i}`));
  return { value: accepted.map((each) => each.value), problems: accepted.flatMap(({ problems }) => problems) };
};

const acceptScalar = (value: unknown, wanted: Wanted & { ordering: boolean }): Accepted => {
  const { fact, type, ordering, zone, place, at } = wanted;
  const wrong = (code: 'VALUE_TYPE' | 'DATE_INVALID' | 'VALUE_NOT_A_SCALAR', detail: string): Accepted => ({
    value,
    problems: [problem(code, at, detail)],
  });
  const should = `It must be ${names[type]}`;
  if (typeof value === 'object' && value !== null)
    return wrong('VALUE_NOT_A_SCALAR', `${should}, not ${Array.isArray(value) ? 'a list' : 'an object'}.`);
  if (value === null) return wrong('VALUE_TYPE', `${should}; nothing is less or more than null.`);
  if ((type === 'day' || type === 'instant') && typeof value === 'string') {
    const reads = type === 'day' ? isDay(value) : zone.instant(value) !== undefined;
    return reads ? { value, problems: [] } : wrong('DATE_INVALID', `${should}.`);
  }
  if (!fits(value, type, ordering)) return wrong('VALUE_TYPE', `${should}.`);
  return typeof value === 'string' ? spell(value, fact, place, at) : { value, problems: [] };
};

/** As it is stored; a text that nothing stored can equal is refused with what is known to be most like it. */
const spell = (given: string, fact: FactDefinition, place: Place, at: string): Accepted => {
  const form = fact.form ?? freeText;
  const value = form.read(given, place);
  if (value !== undefined) return { value, problems: [] };
  const nearest = form.nearest?.(given);
  const hint = nearest === undefined ? '' : ` The nearest known value is "${nearest}".`;
  const code = fact.closed ? 'VALUE_NOT_AN_OPTION' : 'VALUE_UNMATCHABLE';
  return {
    value: given,
    problems: [
      { ...problem(code, at, `It must be ${form.wanted}.${hint}`), ...(nearest !== undefined && { nearest }) },
    ],
  };
};

const fits = (value: unknown, type: FactType, ordering: boolean): boolean => {
  const isNumber = typeof value === 'number' && Number.isFinite(value);
  if (type === 'text' || type === 'list') return isText(value);
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'fraction') return isNumber && decimal(value).count <= 1_000_000_000n && Math.abs(value) <= 1e15;
  if (type === 'any') return isNumber || (!ordering && (isText(value) || typeof value === 'boolean'));
  return isNumber && type !== 'day' && type !== 'instant';
};
