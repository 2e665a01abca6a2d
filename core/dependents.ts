// Who hangs on something, asked before it is archived or removed. What takes things away (attributes, plugins, templates, rules)
// asks here, by name; who names things (rules) answers. Neither knows the other.
import type { Dependent } from '@rapport/sdk/schemas';
import type { Db } from './data/database.ts';
import { RuleInUse } from './errors.ts';
import type { Actor } from './http/actor.ts';

export type DependentsSource = {
  /** Names that go when this one does: the scorers of a plugin. */
  parts?: (db: Db, name: string) => Promise<readonly string[]>;
  /** Until the end of the transaction nobody begins to use anything. */
  lock?: (trx: Db) => Promise<void>;
  /** Those that use any of the names (`kind:key`). */
  list?: (db: Db, names: readonly string[]) => Promise<readonly Dependent[]>;
  /** Something that was gone is there again. */
  restored?: (trx: Db, names: readonly string[]) => Promise<void>;
  /** Pauses those of its own that run. */
  pause?: (trx: Db, dependents: readonly Dependent[], actor: Actor) => Promise<void>;
};

const mostSaid = 5;

export type Dependents = ReturnType<typeof createDependents>;

export const createDependents = () => {
  const sources: DependentsSource[] = [];

  const list = async (db: Db, names: readonly string[]): Promise<Dependent[]> => {
    const all = [...names];
    for (const { parts } of sources) for (const name of names) all.push(...((await parts?.(db, name)) ?? []));
    const found: Dependent[] = [];
    for (const source of sources) found.push(...((await source.list?.(db, all)) ?? []));
    return found;
  };

  return {
    add: (source: DependentsSource): void => void sources.push(source),
    list,
    restored: async (trx: Db, names: readonly string[]): Promise<void> => {
      for (const { restored } of sources) await restored?.(trx, names);
    },
    /**
     * Before the names go, in the same transaction: throws RULE_IN_USE with the list while versions that run, or drafts, name
     * them. With `cascade` those that run are paused instead; drafts stay, and are refused when somebody activates them.
     */
    release: async (trx: Db, names: readonly string[], options: { actor: Actor; cascade?: boolean }): Promise<void> => {
      for (const { lock } of sources) await lock?.(trx);
      const users = (await list(trx, names)).filter(({ active, draft }) => active || draft);
      if (users.length === 0) return;
      if (options.cascade) {
        for (const { pause } of sources) await pause?.(trx, users, options.actor);
        return;
      }
      const said = users.slice(0, mostSaid).map(({ kind, key }) => `${kind} ${key}`);
      const more = users.length > mostSaid ? ` and ${users.length - mostSaid} more` : '';
      throw new RuleInUse(`${names[0]!.replace(':', ' ')} is used by ${said.join(', ')}${more}.`, {
        members: { dependents: users },
      });
    },
  };
};
