// Decides, for a batch of drafts, which customers are new, which change, and which rows are refused. Pure: the store reads
// before it and writes after it. Rows of one batch see the rows before them.
import { CustomerNotFound, type Failure, IdentityTaken, VersionConflict } from '../errors.ts';
import { canonical, type Definitions } from './attribute-values.ts';
import type { Draft, Identity } from './draft.ts';
import { CustomerGone } from './errors.ts';
import { type CustomerRecord, identityColumns } from './fields.ts';
import { type IdentityKey, identityKey } from './identity-store.ts';

/** `create`: must be new. `change`: by id, must exist. `upsert`: the first identity that is known decides, else new. */
export type WriteMode = 'create' | 'change' | 'upsert';
export type Outcome = {
  index: number;
  outcome: 'created' | 'updated' | 'unchanged' | 'refused';
  id: string | null;
  failure?: Failure;
};
export type Touched = {
  row: CustomerRecord;
  isNew: boolean;
  changed: Set<string>;
  /** Identities to add; to remove because the column has another value now. */
  adds: IdentityKey[];
  drops: IdentityKey[];
  drafts: Draft[];
};

export type Known = { owners: Map<string, string>; rows: readonly CustomerRecord[] };

export const planWrites = (
  drafts: readonly (Draft | { index: number; failure: Failure })[],
  known: Known,
  deps: { mode: WriteMode; definitions: Definitions; now: number; newId: () => string },
): { outcomes: Outcome[]; touched: Map<string, Touched> } => {
  const owners = new Map(known.owners);
  const rows = new Map(known.rows.map((row) => [row.id, row]));
  const touched = new Map<string, Touched>();

  const targetOf = (draft: Draft): string | undefined => {
    if (deps.mode === 'change' || draft.id !== undefined) return draft.id;
    if (deps.mode === 'create') return undefined;
    for (const identity of draft.identities) {
      const owner = owners.get(identityKey(identity));
      if (owner) return owner;
    }
    return undefined;
  };

  const refusal = (draft: Draft, id: string | undefined): Failure | undefined => {
    const row = id === undefined ? undefined : (touched.get(id)?.row ?? rows.get(id));
    if (id !== undefined) {
      if (!row) return new CustomerNotFound(id, { pointer: '/id' });
      if (row.merged_into) return new CustomerGone(`The customer was merged into ${row.merged_into}.`);
      if (row.erased_at !== null) return new CustomerGone('The customer was erased.');
      if (draft.expectedVersion !== undefined && draft.expectedVersion !== row.version)
        return new VersionConflict(`The customer is at version ${row.version} by now.`);
    }
    const taken = draft.identities.find((identity) => {
      const owner = owners.get(identityKey(identity));
      return owner !== undefined && owner !== id;
    });
    return taken && new IdentityTaken(`${describe(taken)} belongs to another customer.`, { pointer: taken.pointer });
  };

  const outcomes = drafts.map((draft): Outcome => {
    if ('failure' in draft) return { index: draft.index, outcome: 'refused', id: null, failure: draft.failure };
    const found = targetOf(draft);
    const failure = refusal(draft, found);
    if (failure) return { index: draft.index, outcome: 'refused', id: found ?? null, failure };
    const id = found ?? deps.newId();
    const entry = touched.get(id) ?? startOn(id, rows.get(id), draft, deps);
    touched.set(id, entry);
    entry.drafts.push(draft);
    const changes = applyDraft(entry, draft, owners, deps);
    if (!found) return { index: draft.index, outcome: 'created', id };
    return { index: draft.index, outcome: changes ? 'updated' : 'unchanged', id };
  });
  return { outcomes, touched };
};

const describe = ({ kind, pointer }: Identity): string =>
  kind === 'external' ? 'The external id' : `The value of ${pointer.slice(1)}`;

const startOn = (id: string, row: CustomerRecord | undefined, draft: Draft, { now }: { now: number }): Touched => ({
  row: row
    ? { ...row }
    : {
        id,
        external_id: null,
        email: null,
        phone: null,
        type: 'person',
        version: 1,
        created_at: draft.createdAt ?? now,
        updated_at: now,
        last_seen_at: null,
        merged_into: null,
        erased_at: null,
        level: null,
      },
  isNew: !row,
  changed: new Set(),
  adds: [],
  drops: [],
  drafts: [],
});

const applyDraft = (
  entry: Touched,
  draft: Draft,
  owners: Map<string, string>,
  { mode, definitions }: { mode: WriteMode; definitions: Definitions },
): boolean => {
  const { row } = entry;
  const columns = withName(row, draft.columns);
  let changes = false;
  for (const [column, value] of Object.entries(columns)) {
    // One person may have ids in several sources: found by e-mail, the first external id stays and the other becomes an alias.
    if (column === 'external_id' && mode === 'upsert' && value !== null && row.external_id !== null) continue;
    const attribute = column.startsWith('a_') ? definitions.get(column.slice(2)) : undefined;
    const before = attribute ? canonical(attribute.type, row[column]) : (row[column] ?? null);
    if (before === value) continue;
    const kind = kindOf(column, attribute?.unique);
    if (kind && before !== null) dropIdentity(entry, { kind, value: String(before) }, owners);
    row[column] = value;
    entry.changed.add(column);
    changes = true;
  }
  for (const { kind, value } of draft.identities) {
    const key = identityKey({ kind, value });
    if (owners.has(key)) continue;
    owners.set(key, row.id);
    entry.adds.push({ kind, value });
    changes = true;
  }
  return changes;
};

const kindOf = (column: string, unique: boolean | undefined): string | undefined =>
  unique ? column : Object.entries(identityColumns).find(([, name]) => name === column)?.[0];

const dropIdentity = (entry: Touched, identity: IdentityKey, owners: Map<string, string>): void => {
  const key = identityKey(identity);
  owners.delete(key);
  const added = entry.adds.findIndex((one) => identityKey(one) === key);
  if (added >= 0) entry.adds.splice(added, 1);
  else entry.drops.push(identity);
};

// First and last name make the name, as long as nobody wrote another one.
const withName = (row: CustomerRecord, columns: Record<string, unknown>): Record<string, unknown> => {
  if ('name' in columns || !('first_name' in columns || 'last_name' in columns)) return columns;
  const join = (first: unknown, last: unknown): string | null => [first, last].filter(Boolean).join(' ') || null;
  const own = (row.name ?? null) === null || row.name === join(row.first_name, row.last_name);
  if (!own) return columns;
  const first = 'first_name' in columns ? columns.first_name : row.first_name;
  const last = 'last_name' in columns ? columns.last_name : row.last_name;
  return { ...columns, name: join(first, last) };
};
