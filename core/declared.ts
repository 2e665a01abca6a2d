// What modules declare about the data they own. Erasure, merging, the export of a person, retention, the doctor's check for
// orphans and the data map in the docs read these declarations, so that a new table is one declaration and nothing else.
import type { Db } from './data/database.ts';

/** Both customers of a merge, and the moment it happens (ms). */
export type Pair = { from: string; into: string; at: number };

/** A table whose rows of two people become one in a way of its own. What `merge` answers is kept for `unmerge`, as JSON. */
export type MergeRule = {
  /** Before any row moves: takes the locks it needs. */
  lock?: (trx: Db, pair: Pair) => Promise<void>;
  /** After the tables that are re-keyed, in which it sees the rows of both under `into`. */
  merge: (trx: Db, pair: Pair) => Promise<unknown>;
  /** After the re-keyed rows went back. Refuses with an error when the two cannot be parted. */
  unmerge: (trx: Db, pair: Pair, kept: unknown) => Promise<void>;
};

/** Who is erased: ids of the person and of those merged into it, and what is searched for in texts: identities, name, address. */
export type Erased = { ids: readonly string[]; values: readonly string[]; at: number };

export type TablePolicy = {
  table: string;
  /** Whose rows they are: a customer's, the shop's (documents, settings, catalogue, staff), or the machinery's. */
  owner: 'customer' | 'shop' | 'machinery';
  /** Every column that holds a customer's id. The first one says whose row it is. */
  customerColumns?: readonly string[];
  /** Columns with personal data: `clear` empties them, `search` looks into them, the data map lists them. */
  personal?: readonly string[];
  /**
   * `delete` the person's rows; `clear` their personal columns; `keep` them, as books must be kept: they then speak of nobody.
   * `search`: rows whose personal columns name the person are deleted, for texts that carry no customer id of their own.
   * `heard`: the owner does it himself, on the change it hears in the same transaction.
   */
  onErase?: 'delete' | 'clear' | 'keep' | 'search' | 'heard' | ((trx: Db, person: Erased) => Promise<void>);
  /**
   * `rekey`: the rows go to the one who lives on, and back when the merge is undone. `union`: the same where the customer is a
   * part of the key; of two rows with one key the one of who lives on stays. `stay`: history that speaks of the customer it
   * happened to. `heard`: as above.
   */
  onMerge?: 'rekey' | 'union' | 'stay' | 'heard' | MergeRule;
  /** Part of what a person is handed out about themselves. */
  inExport?: boolean;
  /** Columns left out of the export. */
  hidden?: readonly string[];
  grows: 'with customers' | 'with time' | 'with settings';
  /** How long rows are kept; the sweep deletes those that any of these says are too old (modules/operations/retention.ts). */
  keepFor?: Age | readonly Age[];
  /** Why the rows of a table that grows with time stay: part of a sentence, shown in the data map. */
  keptBecause?: string;
};

/** Rows whose `column` is older than `ms`. `where` narrows to those that are over: columns and their values. */
export type Age = {
  /** Milliseconds, or with `as: 'day'` a text like 2026-01-31 (UTC). */
  column: string;
  as?: 'day';
  ms: number;
  where?: Record<string, string | readonly string[]>;
};

export const agesOf = ({ keepFor }: TablePolicy): readonly Age[] =>
  keepFor === undefined ? [] : Array.isArray(keepFor) ? (keepFor as Age[]) : [keepFor as Age];

export const dayMs = 86_400_000;

type Forget = (trx: Db, person: Erased) => Promise<void>;

export type Declared = ReturnType<typeof createDeclared>;

export const createDeclared = () => {
  const tables = new Map<string, TablePolicy & { module: string }>();
  const forgetting: Forget[] = [];
  return {
    declareForgetting: (forget: Forget): void => void forgetting.push(forget),
    /** What modules do beside their tables when a person is erased. */
    forgetting: (): readonly Forget[] => forgetting,
    declareTables: (module: string, policies: readonly TablePolicy[]): void => {
      for (const policy of policies) {
        const owner = tables.get(policy.table);
        if (owner && owner.module !== module)
          throw new Error(`The table ${policy.table} is declared by ${owner.module} and by ${module}.`);
        tables.set(policy.table, { ...policy, module });
      }
    },
    tables: (): (TablePolicy & { module: string })[] =>
      [...tables.values()].toSorted((a, b) => (a.table < b.table ? -1 : 1)),
    /** Tables with rows about a person. */
    ofCustomers: (): (TablePolicy & { module: string; customerColumns: readonly string[] })[] =>
      [...tables.values()].flatMap((policy) =>
        policy.customerColumns?.length ? [{ ...policy, customerColumns: policy.customerColumns }] : [],
      ),
  };
};

/**
 * What the database holds and nobody declares, and what is declared and not there, as sentences. Every column that is named for a
 * customer must be one of its table's `customerColumns`, and such a table must say what erasing and merging do. One that grows
 * with time says for how long its rows are kept, or why they stay.
 */
export const findUndeclared = (
  found: readonly { name: string; columns: readonly string[] }[],
  declared: readonly TablePolicy[],
): string[] => {
  const policies = new Map(declared.map((policy) => [policy.table, policy]));
  return [
    ...found.flatMap(({ name, columns }) => {
      const policy = policies.get(name);
      if (!policy) return [`No module declares the table ${name}.`];
      const named = [
        ...(policy.customerColumns ?? []),
        ...(policy.personal ?? []),
        ...(policy.hidden ?? []),
        ...agesOf(policy).flatMap(({ column, where }) => [column, ...Object.keys(where ?? {})]),
      ];
      return [
        ...columns
          .filter((column) => /customer/.test(column) && !policy.customerColumns?.includes(column))
          .map((column) => `${name}.${column} is not among the customer columns of its declaration.`),
        ...named.filter((column) => !columns.includes(column)).map((column) => `There is no column ${name}.${column}.`),
      ];
    }),
    ...declared
      .filter(({ customerColumns, onErase, onMerge }) => customerColumns && (!onErase || !onMerge))
      .map(({ table }) => `${table} holds customers and does not say what erasing and merging do.`),
    ...declared
      .filter(({ personal, onErase }) => personal && !onErase)
      .map(({ table }) => `${table} holds personal data and does not say what erasing does.`),
    ...declared
      .filter(({ personal, onErase }) => personal && onErase === 'keep')
      .map(({ table }) => `${table} keeps personal data of those who are erased.`),
    ...declared
      .filter((policy) => policy.grows === 'with time' && agesOf(policy).length === 0 && !policy.keptBecause)
      .map(({ table }) => `${table} grows with time and does not say for how long its rows are kept.`),
  ];
};
