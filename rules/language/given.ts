// Facts as a test gives them, by id: columns and scalars as values, `orders`, `events` and `consent` as lists of rows or as the
// value itself. What is not given is absent. Values are checked like those of conditions.
import type { RuleContext, RuleProblem } from '@rapport/sdk/schemas';
import { problem } from './problems.ts';
import { readValue } from './tree.ts';
import { acceptValue } from './values.ts';
import { type EventFacts, type Facts, noFacts, type OrderFacts } from './vocabulary/facts.ts';
import { freeText } from './vocabulary/forms.ts';
import { findOperator } from './vocabulary/operators.ts';
import { typeOf, type Vocabulary } from './vocabulary/vocabulary.ts';
import { escapeMember } from './vocabulary/window.ts';
import type { Zone } from './vocabulary/zone.ts';

type Row = Record<string, unknown>;
type Given = { ok: true; facts: Facts } | { ok: false; problem: RuleProblem };

class Unfit extends Error {
  readonly problem: RuleProblem;
  constructor(found: RuleProblem) {
    super(found.detail);
    this.problem = found;
  }
}

/** Pointers of a problem are relative to the test's facts. */
export const givenFacts = (given: Readonly<Row>, vocabulary: Vocabulary, context: RuleContext): Given => {
  const { zone } = vocabulary;
  const customer: Row = {};
  const values = new Map<string, unknown>();
  const moment: Row = {};
  const rows: Partial<Facts> = {};
  try {
    for (const [id, value] of Object.entries(given)) {
      const at = `/${escapeMember(id)}`;
      if (id === 'now') continue;
      if (id === 'orders' && Array.isArray(value))
        rows.orders = sorted(value.map((row, i) => readOrder(row, `${at}/${i}`, zone)));
      else if (id === 'events' && Array.isArray(value))
        rows.events = sorted(value.map((row, i) => readEvent(row, `${at}/${i}`, zone)));
      else if (id === 'consent' && Array.isArray(value))
        rows.consents = new Map(value.map((row, i) => readConsent(row, `${at}/${i}`)));
      else if (id === 'event.properties' && typeof value === 'object') moment[id] = normalised(value);
      else {
        const fact = vocabulary.find(id);
        if (!fact) throw new Unfit(problem('FACT_UNKNOWN', at, `There is no fact "${id.slice(0, 200)}".`));
        if (!fact.contexts.includes(context))
          throw new Unfit(problem('FACT_NOT_HERE', at, `"${id}" is not a fact of ${context} rules.`));
        const read = readGiven(id, value, vocabulary, at);
        if (fact.column) customer[fact.column] = read;
        else values.set(id, read);
      }
    }
  } catch (error) {
    if (error instanceof Unfit) return { ok: false, problem: error.problem };
    throw error;
  }
  return { ok: true, facts: { ...noFacts, ...rows, customer, context: moment, given: values } };
};

/** The instant a test runs at: its own `now`, else the one given. */
export const nowOf = (given: Readonly<Row>, zone: Zone, now: number): number | undefined =>
  given.now === undefined ? now : typeof given.now === 'string' ? zone.instant(given.now) : undefined;

const readGiven = (id: string, value: unknown, { find, zone, place }: Vocabulary, at: string): unknown => {
  const fact = find(id)!;
  const type = typeOf(fact, {});
  // An aggregate's value given outright: of which measure is not known here.
  if (fact.types) return typeof value === 'string' ? (zone.instant(value) ?? value) : value;
  const operator = findOperator(type === 'list' ? 'someFact:in' : 'equal')!;
  const form = fact.closed ? freeText : fact.form;
  const accepted = acceptValue(value, { fact: { ...fact, closed: false, form }, type, operator, zone, place, at });
  if (accepted.problems[0]) throw new Unfit(accepted.problems[0]);
  return readValue(accepted.value, type, zone);
};

const asRow = (row: unknown, at: string): Row => {
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as Row;
  throw new Unfit(problem('VALUE_TYPE', at, 'It must be an object.'));
};

// As the server stores them: every text in NFC.
const normalised = <T>(properties: T): T => JSON.parse(JSON.stringify(properties).normalize('NFC')) as T;

const time = (row: Row, names: readonly string[], at: string, zone: Zone): number => {
  const name = names.find((each) => row[each] !== undefined) ?? names[0]!;
  const instant = typeof row[name] === 'string' ? zone.instant(row[name]) : undefined;
  if (instant === undefined)
    throw new Unfit(problem('DATE_INVALID', `${at}/${name}`, 'It must be an ISO-8601 date or date-time.'));
  return instant;
};

const whole = (row: Row, name: string, fallback: number, at: string): number => {
  const value = row[name] ?? fallback;
  if (!Number.isSafeInteger(value))
    throw new Unfit(problem('VALUE_TYPE', `${at}/${name}`, 'It must be a whole number.'));
  return value as number;
};

const text = (row: Row, name: string, fallback: string | undefined, at: string): string => {
  const value = row[name] ?? fallback;
  if (typeof value !== 'string') throw new Unfit(problem('VALUE_TYPE', `${at}/${name}`, 'It must be a text.'));
  return value.normalize('NFC');
};

const readOrder = (given: unknown, at: string, zone: Zone): OrderFacts => {
  const row = asRow(given, at);
  const lines = (Array.isArray(row.lines) ? row.lines : []).map((each: unknown, i) => {
    const line = asRow(each, `${at}/lines/${i}`);
    const where = `${at}/lines/${i}`;
    const category =
      line.category === undefined || line.category === null ? null : text(line, 'category', undefined, where);
    return {
      sku: text(line, 'sku', '', where),
      category,
      quantity: whole(line, 'quantity', 1, where),
      total: whole(line, 'total', 0, where),
    };
  });
  return {
    id: text(row, 'id', at, at),
    at: time(row, ['orderedAt', 'at'], at, zone),
    status: text(row, 'status', 'placed', at),
    currency: text(row, 'currency', '', at),
    total: whole(
      row,
      'total',
      lines.reduce((sum, line) => sum + line.total, 0),
      at,
    ),
    refunded: whole(row, 'refunded', 0, at),
    quantity: whole(
      row,
      'quantity',
      lines.reduce((sum, line) => sum + line.quantity, 0),
      at,
    ),
    lines,
  };
};

const readEvent = (given: unknown, at: string, zone: Zone): EventFacts => {
  const row = asRow(given, at);
  return {
    id: text(row, 'id', at, at),
    type: text(row, 'type', undefined, at),
    at: time(row, ['occurredAt', 'at'], at, zone),
    properties: row.properties === undefined ? {} : normalised(asRow(row.properties, `${at}/properties`)),
  };
};

const readConsent = (given: unknown, at: string): [string, string] => {
  const row = asRow(given, at);
  return [
    `${text(row, 'channel', undefined, at)}:${text(row, 'purpose', undefined, at)}`,
    text(row, 'status', 'granted', at),
  ];
};

const sorted = <T extends { at: number; id: string }>(rows: T[]): T[] =>
  rows.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
