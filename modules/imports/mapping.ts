// From columns to fields: by name where a name is known, and as the caller says. What is mapped to nothing is left out and said so.
import type { ImportColumn, ImportKind } from '@rapport/sdk/schemas';
import { ImportMappingInvalid } from './errors.ts';
import { type Field, isOpenField } from './fields.ts';

/** What the caller said of columns, by their exact names; null leaves one out. */
export type Mapping = ReadonlyMap<string, string | null>;

const pointer = '/query/mapping';

/** `Column=field,Other=attribute.plan`, or a JSON object of the same. An empty field leaves the column out. */
export const parseMapping = (text: string | undefined): Mapping => {
  if (text === undefined || text.trim() === '') return new Map();
  if (text.trim().startsWith('{')) return fromJson(text);
  return new Map(
    text.split(',').map((pair): [string, string | null] => {
      const at = pair.lastIndexOf('=');
      if (at < 1) throw new ImportMappingInvalid(`"${pair}" is not of the form column=field.`, { pointer });
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim() || null];
    }),
  );
};

const fromJson = (text: string): Mapping => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ImportMappingInvalid('The mapping is not JSON.', { pointer, cause: error });
  }
  const entries = Object.entries(value as Record<string, unknown>);
  if (!entries.every(([, field]) => field === null || typeof field === 'string'))
    throw new ImportMappingInvalid('The mapping must be an object of column names and fields.', { pointer });
  return new Map(entries.map(([column, field]) => [column.trim(), (field as string | null) || null]));
};

/** For one import, in which it remembers what it decided. */
export type Mapper = {
  /** The field of a column, or null when it is left out. The same answer every time; a field is given to one column only. */
  fieldOf: (column: string) => string | null;
  columns: () => ImportColumn[];
  /** Required fields that no column seen so far is mapped to. */
  missing: () => string[];
};

const columnsKept = 500;

/**
 * Throws ImportMappingInvalid when a field does not exist or is given to two columns. At most 500
 * different columns are decided on.
 */
export const createMapper = (kind: ImportKind, fields: readonly Field[], mapping: Mapping): Mapper => {
  checkMapping(kind, fields, mapping);
  const byName = namesOf(fields);
  const decided = new Map<string, string | null>();
  const taken = new Set([...mapping.values()].filter((field) => field !== null));

  const decide = (column: string): string | null => {
    const said = mapping.get(column);
    if (said !== undefined) return said;
    const exact = isOpenField(kind, column) || fields.some(({ name }) => name === column);
    const field = exact && !taken.has(column) ? column : byName.get(plain(column))?.find((name) => !taken.has(name));
    if (field === undefined) return null;
    taken.add(field);
    return field;
  };

  return {
    fieldOf: (column) => {
      const known = decided.get(column);
      if (known !== undefined) return known;
      // Past this many different columns (JSON Lines with changing members) further ones are left out unseen.
      if (decided.size >= columnsKept) return null;
      const field = decide(column);
      decided.set(column, field);
      return field;
    },
    columns: () => [...decided].map(([name, field]) => ({ name, field })),
    missing: () => fields.filter(({ name, required }) => required && !taken.has(name)).map(({ name }) => name),
  };
};

const checkMapping = (kind: ImportKind, fields: readonly Field[], mapping: Mapping): void => {
  const names = new Set(fields.map(({ name }) => name));
  const used = new Set<string>();
  for (const [column, field] of mapping) {
    if (field === null) continue;
    if (!names.has(field) && !isOpenField(kind, field))
      throw new ImportMappingInvalid(`There is no field "${field}" (column "${column}").`, { pointer });
    if (used.has(field)) throw new ImportMappingInvalid(`Two columns are mapped to "${field}".`, { pointer });
    used.add(field);
  }
};

/** `E-Mail Address` and `e_mail address` are one name. */
const plain = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

// A name may stand for several fields; the first that is still free gets the column.
const namesOf = (fields: readonly Field[]): Map<string, string[]> => {
  const names = new Map<string, string[]>();
  const add = (name: string, field: string): void => {
    const key = plain(name);
    const list = names.get(key) ?? [];
    if (key !== '' && !list.includes(field)) names.set(key, [...list, field]);
  };
  // Elsewhere "Customer ID" is the other system's id: only the exact name means ours.
  for (const { name } of fields) if (name !== 'customer.id') add(name, name);
  for (const { name, title, titleZh } of fields) {
    add(title, name);
    add(titleZh, name);
  }
  for (const { name, aliases } of fields) for (const alias of aliases) add(alias, name);
  return names;
};
