// What rules may ask of a module: a value a customer has in one of the module's own tables. From this one declaration rules make the
// vocabulary, the reader of live evaluation, the SQL of whole populations and the explanation. Limit: at most one row a customer,
// or one a customer and key. What is counted over a history (orders, events) is not declared here but built into the language.
import type { RuleContext, Words } from '@rapport/sdk/schemas';
import type { Db } from './data/database.ts';

/** As the language compares it: `money` is minor units, `instant` ms since 1970 in the column, `day` a text like 2026-01-31. */
export type DeclaredFactType = 'text' | 'number' | 'integer' | 'money' | 'boolean' | 'day' | 'instant';
export type DeclaredFactValue = string | number | boolean | null;

export type DeclaredFact = {
  /** Dotted: `score.rfm`. A fact of the core, or one declared before, wins over another of the same id. */
  id: string;
  title: Words;
  /** Where the builder lists it. */
  group: string;
  type: DeclaredFactType;
  /** The only values there are; others are refused when a rule is saved. */
  options?: readonly string[];
  /** Everywhere by default. */
  contexts?: readonly RuleContext[];
  table: string;
  /** Holds the customer's id; `customer_id` by default. */
  customerColumn?: string;
  /** Null where there is no row, or the column is null. */
  column: string;
  /** Only the rows of this key. */
  key?: { column: string; value: string };
  /** What `Change.facts` calls it when the owner publishes a change; its own id by default. */
  changes?: string;
  /**
   * How its value at a past instant (ms) is known. `since`: the column with the instant of the last write, before which nothing is
   * known. A function reads it from a history. Absent: never known.
   */
  past?: { since: string } | ((db: Db, customerId: string, at: number) => Promise<DeclaredFactValue>);
};

/**
 * What a rule that reads facts names, read from its text alone, so that what is in use is not taken away, and is still known when
 * it is gone: `score.rfm…` names `scorer:rfm`; `member.level` compared with `gold` names `level:gold`.
 */
export type FactName = { prefix: string; kind: string } | { fact: string; values: string };

export type FactSource = {
  /** The facts there are now, as `db` sees it. */
  list: (db: Db) => Promise<readonly DeclaredFact[]>;
  /** Raised with every change of what `list` answers. None: it never changes. */
  generations: readonly string[];
  names?: readonly FactName[];
};

export type DeclaredFacts = ReturnType<typeof createDeclaredFacts>;

const identifier = /^[a-z][a-z0-9_]*$/;

/** All facts the installed modules declare. */
export const createDeclaredFacts = () => {
  const sources: FactSource[] = [];
  return {
    declare: (source: FactSource): void => void sources.push(source),
    generations: (): readonly string[] => [...new Set(sources.flatMap((source) => source.generations))],
    names: (): readonly FactName[] => sources.flatMap(({ names = [] }) => names),
    /** Throws for a name of a table or column that cannot stand in SQL as it is. */
    list: async (db: Db): Promise<readonly DeclaredFact[]> => {
      const found: DeclaredFact[] = [];
      for (const source of sources) found.push(...(await source.list(db)));
      for (const { id, table, column, customerColumn = 'customer_id', key, past } of found) {
        const since = typeof past === 'object' ? [past.since] : [];
        const wrong = [table, column, customerColumn, ...since, ...(key ? [key.column] : [])].find(
          (name) => !identifier.test(name),
        );
        if (wrong !== undefined) throw new Error(`The fact ${id} names the table or column "${wrong}".`);
      }
      return found;
    },
  };
};
