// Checks and normalises the params of facts: only known members, required ones there, texts and choices as declared.
import type { FactParam, Words } from '@rapport/sdk/schemas';
import type { ParamCheck, ParamProblem, Params } from './fact.ts';
import { consentWord, currency, eventType, type Form, freeText } from './forms.ts';
import { checkWhere, spellWhere } from './where.ts';
import { checkWindow, escapeMember } from './window.ts';
import type { Zone } from './zone.ts';

export const titles = {
  within: { en: 'Within', zh: '时间范围' },
  measure: { en: 'Measure', zh: '度量' },
  of: { en: 'Of', zh: '对象' },
  category: { en: 'Category', zh: '类别' },
  sku: { en: 'Product', zh: '商品' },
  status: { en: 'Status', zh: '状态' },
  currency: { en: 'Currency', zh: '货币' },
  type: { en: 'Type', zh: '类型' },
  where: { en: 'Where', zh: '条件' },
  channel: { en: 'Channel', zh: '渠道' },
  purpose: { en: 'Purpose', zh: '用途' },
} as const satisfies Record<string, Words>;

type ParamName = keyof typeof titles;

export const param = (name: ParamName, kind: FactParam['kind'], more: Partial<FactParam> = {}): FactParam => ({
  name,
  title: titles[name],
  kind,
  required: false,
  ...more,
});

/** Characters of one text, in params and in values. */
export const longestText = 4000;

/** PostgreSQL holds no NUL, and half a surrogate pair is no text. */
export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= longestText && !value.includes('\u0000') && value.isWellFormed();

/** Problems of `params` against their declaration; a single text of a `texts` param becomes a list. */
export const checkParams = (declared: readonly FactParam[], params: Params, zone: Zone): ParamCheck => {
  const problems: ParamProblem[] = [];
  const normalised: Record<string, unknown> = {};
  for (const name of Object.keys(params)) {
    if (!declared.some((each) => each.name === name)) {
      const known = declared.map((each) => each.name).join(', ');
      problems.push({
        code: 'PARAM_UNKNOWN',
        pointer: `/${escapeMember(name)}`,
        detail: known === '' ? 'This fact takes no params.' : `There is no param "${name}"; this fact takes ${known}.`,
      });
    }
  }
  for (const each of declared) {
    const given = params[each.name];
    if (given === undefined) {
      if (each.required)
        problems.push({ code: 'PARAM_MISSING', pointer: '', detail: `The param "${each.name}" is required.` });
      continue;
    }
    const found = checkOne(each, given, zone);
    problems.push(...found);
    if (found.length > 0) continue;
    const spelled = spell(each, given);
    if (spelled.ok) normalised[each.name] = spelled.value;
    else problems.push(spelled.problem);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, params: normalised };
};

// Params that are held against stored texts, by name; choices need none.
const formOf: Readonly<Record<string, Form>> = {
  currency,
  channel: consentWord,
  purpose: consentWord,
  type: eventType([]),
};

type Spelled = { ok: true; value: unknown } | { ok: false; problem: ParamProblem };

/** A checked param as stored values are spelled; a single text of a `texts` param becomes a list. */
const spell = ({ name, kind, choices }: FactParam, given: unknown): Spelled => {
  if (kind === 'window' || choices) return { ok: true, value: kind === 'texts' ? [given].flat() : given };
  if (kind === 'where') return { ok: true, value: spellWhere(given) };
  const form = formOf[name] ?? freeText;
  const texts = [given].flat() as string[];
  const spelled = texts.map((text) => form.read(text, { defaultCountry: null }));
  const wrong = spelled.indexOf(undefined);
  if (wrong < 0) return { ok: true, value: kind === 'texts' ? spelled : spelled[0] };
  const nearest = form.nearest?.(texts[wrong]!);
  const hint = nearest === undefined ? '' : ` The nearest known value is "${nearest}".`;
  const pointer = Array.isArray(given) ? `/${name}/${wrong}` : `/${name}`;
  return { ok: false, problem: { code: 'PARAM_INVALID', pointer, detail: `It must be ${form.wanted}.${hint}` } };
};

const checkOne = (declared: FactParam, given: unknown, zone: Zone): ParamProblem[] => {
  const pointer = `/${declared.name}`;
  const invalid = (detail: string, at = pointer): ParamProblem[] => [{ code: 'PARAM_INVALID', pointer: at, detail }];
  if (declared.kind === 'window') return checkWindow(given, zone);
  if (declared.kind === 'where') return checkWhere(given, zone);
  if (declared.kind === 'texts' && Array.isArray(given)) {
    if (given.length === 0) return invalid('An empty list matches nothing; leave the param out.');
    const wrong = given.findIndex((each) => !isText(each) || each === '');
    if (wrong >= 0) return invalid('It must be a text.', `${pointer}/${wrong}`);
    const other = given.findIndex((each) => declared.choices && !declared.choices.includes(each as string));
    return other < 0 ? [] : invalid(`It must be one of ${declared.choices!.join(', ')}.`, `${pointer}/${other}`);
  }
  if (!isText(given) || given === '') return invalid('It must be a text.');
  if (declared.choices && !declared.choices.includes(given))
    return invalid(`It must be one of ${declared.choices.join(', ')}.`);
  return [];
};
