// What a comparison needed and how near it came, in words.
import type { Words } from '@rapport/sdk/schemas';
import type { Leaf } from './tree.ts';
import { dayMs } from './vocabulary/calendar.ts';
import { isFraction, toNumber } from './vocabulary/fraction.ts';
import { findOperator, isOrdering } from './vocabulary/operators.ts';
import { dayNumber } from './vocabulary/zone.ts';

/** "is at least 3". */
export const needed = (operator: string, value: unknown): Words => {
  const title = findOperator(operator)?.title ?? { en: operator, zh: operator };
  return { en: `${title.en} ${shown(value, 'nothing')}`, zh: `${title.zh} ${shown(value, '空')}` };
};

const shown = (value: unknown, nothing: string): string => {
  if (value === null || value === undefined) return nothing;
  if (Array.isArray(value)) return value.map((each) => shown(each, nothing)).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** Of a failing comparison with an order: "short by 38", "over by 2 days"; null where there is no measure of nearness. */
export const nearMiss = ({ operator, use }: Leaf, actual: unknown, compared: unknown): Words | null => {
  if (!isOrdering(operator)) return null;
  if (actual === null || actual === undefined) return { en: 'there is no value', zh: '没有值' };
  const from = measure(actual, use.type);
  const to = measure(compared, use.type);
  if (from === undefined || to === undefined) return null;
  const distance = Math.abs(to - from);
  const short = operator.startsWith('greater');
  const amount = amountOf(distance, use.type, use.params.currency);
  const strict = distance === 0;
  if (strict)
    return {
      en: `exactly ${short ? 'there, but more' : 'there, but less'} is needed`,
      zh: short ? '正好相等，但需要更多' : '正好相等，但需要更少',
    };
  return short
    ? { en: `short by ${amount.en}`, zh: `还差 ${amount.zh}` }
    : { en: `over by ${amount.en}`, zh: `超出 ${amount.zh}` };
};

// Numbers as they are, instants and days in ms.
const measure = (value: unknown, type: Leaf['use']['type']): number | undefined => {
  if (isFraction(value)) return toNumber(value);
  if (type === 'day' && typeof value === 'string') return dayNumber(value) * dayMs;
  return typeof value === 'number' ? value : undefined;
};

const amountOf = (distance: number, type: Leaf['use']['type'], currency: unknown): Words => {
  if (type === 'day' || type === 'instant') {
    const days = Math.ceil(distance / dayMs);
    return { en: days === 1 ? '1 day' : `${days} days`, zh: `${days} 天` };
  }
  if (type === 'money') {
    const text = money(distance, typeof currency === 'string' ? currency : undefined);
    return { en: text, zh: text };
  }
  const text = String(Math.round(distance * 10_000) / 10_000);
  return { en: text, zh: text };
};

// Minor units; without a currency as hundredths.
const money = (minor: number, currency: string | undefined): string => {
  if (currency === undefined || !/^[A-Z]{3}$/.test(currency)) return (minor / 100).toFixed(2);
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
};
