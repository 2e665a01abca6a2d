// Checks the value of a condition against the type of its fact: nothing is converted, for what is converted in one execution
// is not in another.
import type { FactType, RuleProblem } from '@rapport/sdk/schemas';
import { problem } from './problems.ts';
import type { FactDefinition } from './vocabulary/fact.ts';
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

/** Problems of `value`, whose pointer is `at`. */
export const checkValue = (
  value: unknown,
  {
    fact,
    type,
    operator,
    zone,
    at,
  }: { fact: FactDefinition; type: FactType; operator: Operator; zone: Zone; at: string },
): RuleProblem[] => {
  const one = (each: unknown, pointer: string): RuleProblem[] => {
    if (each === null && !isOrdering(operator.name) && type !== 'list') return [];
    return checkScalar(each, { fact, type, ordering: isOrdering(operator.name), zone, at: pointer });
  };
  if (operator.value === 'list') {
    if (!Array.isArray(value)) return [problem('VALUE_NOT_A_LIST', at, `"${operator.name}" needs a list of values.`)];
    return value.flatMap((each, i) => one(each, `${at}/${i}`));
  }
  return one(value, at);
};

type Wanted = { fact: FactDefinition; type: FactType; ordering: boolean; zone: Zone; at: string };

const checkScalar = (value: unknown, { fact, type, ordering, zone, at }: Wanted): RuleProblem[] => {
  if (typeof value === 'object' && value !== null)
    return [
      problem(
        'VALUE_NOT_A_SCALAR',
        at,
        `It must be ${names[type]}, not ${Array.isArray(value) ? 'a list' : 'an object'}.`,
      ),
    ];
  const wrong = (
    code: 'VALUE_TYPE' | 'DATE_INVALID' | 'VALUE_NOT_AN_OPTION',
    detail = `It must be ${names[type]}.`,
  ): RuleProblem[] => [problem(code, at, detail)];
  if (value === null) return wrong('VALUE_TYPE', `It must be ${names[type]}; nothing is less or more than null.`);
  if ((type === 'day' || type === 'instant') && typeof value === 'string')
    return (type === 'day' ? isDay(value) : zone.instant(value) !== undefined) ? [] : wrong('DATE_INVALID');
  if (!fits(value, type, ordering)) return wrong('VALUE_TYPE');
  if (fact.closed && !fact.options!.includes(value as string))
    return wrong('VALUE_NOT_AN_OPTION', `It must be one of ${fact.options!.join(', ')}.`);
  const refused = fact.refuses?.(value);
  return refused === undefined ? [] : wrong('VALUE_TYPE', refused);
};

const fits = (value: unknown, type: FactType, ordering: boolean): boolean => {
  const isNumber = typeof value === 'number' && Number.isFinite(value);
  if (type === 'text' || type === 'list') return isText(value);
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'fraction') return isNumber && decimal(value).count <= 1_000_000_000n && Math.abs(value) <= 1e15;
  if (type === 'any') return isNumber || (!ordering && (isText(value) || typeof value === 'boolean'));
  return isNumber && type !== 'day' && type !== 'instant';
};
