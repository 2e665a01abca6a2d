// A customer as the API shows it, and as those see it who may not see personal data.
import type { Customer } from '@rapport/sdk/schemas';
import { toIso, toIsoOrNull } from '../data/column.ts';
import { type Definitions, decodeAttribute } from './attribute-values.ts';
import { type CustomerRecord, fields } from './fields.ts';

const hidden = '***';

/** a***@example.com, ***67, ****-**-**, ***: enough to recognise, not enough to use. */
export const maskers: Record<string, (value: string) => string> = {
  email: (value) => `${value.slice(0, 1)}***@${value.slice(value.indexOf('@') + 1)}`,
  phone: (value) => `***${value.slice(-2)}`,
  birthday: () => '****-**-**',
  address: () => hidden,
  postal_code: () => hidden,
};

export const showCustomer = (
  row: CustomerRecord & { tag_list?: string | null },
  definitions: Definitions,
  personal: boolean,
): Customer => {
  const attributes: Record<string, unknown> = {};
  for (const [key, { type, personal: isPersonal }] of definitions) {
    const value = decodeAttribute(type, row[`a_${key}`]);
    if (value !== null) attributes[key] = isPersonal && !personal ? hidden : value;
  }
  const shown: Record<string, unknown> = { id: row.id };
  for (const field of fields) {
    const value = (row[field.column] ?? null) as string | null;
    if (field.name === 'extra') shown.extra = value === null || !personal ? null : (JSON.parse(value) as unknown);
    else if ('personal' in field && !personal && value !== null)
      shown[field.name] = maskers[field.column]?.(value) ?? hidden;
    else shown[field.name] = value;
  }
  return Object.assign(shown, {
    level: row.level,
    attributes,
    tags: row.tag_list ? (JSON.parse(row.tag_list) as string[]).sort() : [],
    version: row.version,
    createdAt: toIso(row.created_at),
    updatedAt: toIso(row.updated_at),
    lastSeenAt: toIsoOrNull(row.last_seen_at),
    mergedInto: row.merged_into,
    erasedAt: toIsoOrNull(row.erased_at),
  }) as unknown as Customer;
};
