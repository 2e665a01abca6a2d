// Several values of a condition as they are typed and shown: money in the currency, kept in minor units.
import type { FactType } from '@rapport/sdk/schemas';
import { fromMinor, toMinor } from '../words/format.ts';

/** The values in a text, parted by commas or lines; what is no number where one is wanted is left out. Each once. */
export const readChips = (typed: string, type: FactType, currency: string): (string | number)[] => {
  const values = typed
    .split(/[,，\n]/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => (type === 'money' ? toMinor(part, currency) : numeric(type) ? Number(part) : part))
    .filter((value) => typeof value === 'string' || (value !== undefined && Number.isFinite(value)));
  return [...new Set(values as (string | number)[])];
};

export const showChip = (value: unknown, type: FactType, currency: string): string =>
  type === 'money' && typeof value === 'number' ? fromMinor(value, currency) : String(value);

export const numeric = (type: FactType): boolean => type === 'number' || type === 'integer' || type === 'fraction';
