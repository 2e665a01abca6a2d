// The typed columns of a customer: their names in the API and in the table, and which are personal data.

export type Field = { name: FieldName; column: string; personal?: boolean };

export const fields = [
  { name: 'externalId', column: 'external_id' },
  { name: 'type', column: 'type' },
  { name: 'name', column: 'name' },
  { name: 'firstName', column: 'first_name' },
  { name: 'lastName', column: 'last_name' },
  { name: 'company', column: 'company' },
  { name: 'jobTitle', column: 'job_title' },
  { name: 'email', column: 'email', personal: true },
  { name: 'phone', column: 'phone', personal: true },
  { name: 'birthday', column: 'birthday', personal: true },
  { name: 'gender', column: 'gender' },
  { name: 'address', column: 'address', personal: true },
  { name: 'city', column: 'city' },
  { name: 'region', column: 'region' },
  { name: 'postalCode', column: 'postal_code', personal: true },
  { name: 'country', column: 'country' },
  { name: 'language', column: 'language' },
  { name: 'timeZone', column: 'time_zone' },
  { name: 'source', column: 'source' },
  { name: 'stage', column: 'stage' },
  { name: 'ownerId', column: 'owner_id' },
  { name: 'extra', column: 'extra', personal: true },
] as const;

export type FieldName = (typeof fields)[number]['name'];

export const columnOf = new Map<string, string>(fields.map(({ name, column }) => [name, column]));
export const nameOf = new Map<string, string>(fields.map(({ name, column }) => [column, name]));

/** Identities that are columns too: kind in `identities` → column of `customers`. */
export const identityColumns = { external: 'external_id', email: 'email', phone: 'phone' } as const;

/** The fact that a column feeds, in the rules' words: `customer.city`, `attribute.plan`. */
export const factOf = (column: string): string =>
  column.startsWith('a_') ? `attribute.${column.slice(2)}` : `customer.${nameOf.get(column) ?? column}`;

export type CustomerRecord = {
  id: string;
  email: string | null;
  phone: string | null;
  external_id: string | null;
  version: number;
  created_at: number;
  updated_at: number;
  last_seen_at: number | null;
  merged_into: string | null;
  erased_at: number | null;
  level: string | null;
  [column: string]: unknown;
};
