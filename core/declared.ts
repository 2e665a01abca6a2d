// What modules declare about the data they own. Erasure, merging, the export of a person, retention, the doctor's check for
// orphans and the data map in the docs read these declarations, so that a new table is one declaration and nothing else.
import type { Db } from './data/database.ts';

/** Both customers of a merge, and the moment it happens (ms). */
export type Pair = { from: string; into: string; at: number };

/** A table whose rows of two people become one in a way of its own. What `merge` answers is kept for `unmerge`, as JSON. */
export type MergeRule = {
  merge: (trx: Db, pair: Pair) => Promise<unknown>;
  unmerge: (trx: Db, pair: Pair, kept: unknown) => Promise<void>;
};

export type TablePolicy = {
  table: string;
  /** Whose rows they are: a customer's, the shop's (documents, settings, catalogue), or the machinery's. */
  owner: 'customer' | 'shop' | 'machinery';
  /** Every column that holds a customer's id. The first one says whose row it is. */
  customerColumns?: readonly string[];
  /** Columns with personal data. `clear` empties them; the data map lists them. */
  personal?: readonly string[];
  /**
   * `delete` the person's rows; `clear` their personal columns; `keep` them, as books must be kept: they then speak of nobody.
   * `heard`: the owner does it himself, on the change it hears in the same transaction.
   */
  onErase?:
    | 'delete'
    | 'clear'
    | 'keep'
    | 'heard'
    | ((trx: Db, customerIds: readonly string[], at: number) => Promise<void>);
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
  /** Rows whose `column` (ms) is older than `ms` are swept in small steps; `where` narrows to those that are over. */
  keepFor?: { column: string; ms: number; where?: Record<string, string | readonly string[]> };
};

/** A queue of jobs as the doctor, the sweeps and the erasure see it. */
export type QueuePolicy = {
  queue: string;
  /** Customers a payload speaks of: their jobs go with them, waiting or dead. Absent: a payload names nobody. */
  subject?: (payload: never) => readonly string[];
};

export const dayMs = 86_400_000;

export type Declared = ReturnType<typeof createDeclared>;

export const createDeclared = () => {
  const tables = new Map<string, TablePolicy & { module: string }>();
  return {
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
