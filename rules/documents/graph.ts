// The graph of what rules name: whether one leads back to itself, and who hangs on something. Judged over active versions and
// drafts, in the transaction of the change and under the lock of `createUsesStore`, so that two changes at once see each other.
import type { Dependent } from '@rapport/sdk/schemas';
import type { Db } from '../../core/index.ts';
import { problem, refusal } from '../language/problems.ts';
import type { Use } from './uses.ts';
import { createUsesStore } from './uses-store.ts';

/** Only what is put in place of its name can go round: a coupon of another promotion is given, not evaluated. */
const isFollowed = (name: string): boolean => name.startsWith('segment:') || name.startsWith('condition:');

/** Throws SEGMENT_CYCLE or CONDITION_CYCLE, with the way round in words and the pointer to where it begins. */
export const refuseCycle = async (trx: Db, rule: string, uses: readonly Use[]): Promise<void> => {
  const store = createUsesStore(trx);
  const before = new Map<string, string | undefined>();
  let reached = [...new Set(uses.map(({ name }) => name).filter(isFollowed))];
  for (const name of reached) before.set(name, undefined);
  while (reached.length > 0 && !before.has(rule)) {
    const next: string[] = [];
    for (const { rule: from, used } of await store.listUsed(reached)) {
      if (!isFollowed(used) || before.has(used)) continue;
      before.set(used, from);
      next.push(used);
    }
    reached = next;
  }
  if (!before.has(rule)) return;
  const way = [rule];
  for (let at = before.get(rule); at !== undefined; at = before.get(at)) way.unshift(at);
  const first = uses.find(({ name }) => name === way[0])!;
  const words = [rule, ...way].map((name) => name.replace(/^(\w+):(.*)$/, '$1 "$2"')).join(' → ');
  const code = first.name.startsWith('segment:') ? 'SEGMENT_CYCLE' : 'CONDITION_CYCLE';
  throw refusal(problem(code, first.pointer, `It leads back to itself: ${words}.`), '');
};

/**
 * Rules that name any of these, in a version in force, and those that do so through a named condition, which is put in place
 * wherever it is named. By kind and key; not the rules themselves.
 */
export const listDependents = async (db: Db, names: readonly string[]): Promise<Dependent[]> => {
  const store = createUsesStore(db);
  const found = new Map<string, Dependent>();
  const asked = new Set(names);
  let reached = [...asked];
  while (reached.length > 0) {
    const next: string[] = [];
    for (const row of await store.listUsers(reached)) {
      const rule = `${row.kind}:${row.key}`;
      if (names.includes(rule)) continue;
      const known = found.get(rule) ?? {
        kind: row.kind,
        key: row.key,
        name: row.name,
        status: row.status,
        uses: row.used,
        active: false,
        draft: false,
      };
      found.set(rule, {
        ...known,
        active: known.active || (row.status === 'active' && row.version === row.active),
        draft: known.draft || (row.version === row.newest && row.version !== row.active),
      });
      if (row.kind !== 'condition' || asked.has(rule)) continue;
      asked.add(rule);
      next.push(rule);
    }
    reached = next;
  }
  return [...found.values()].toSorted((a, b) => (`${a.kind} ${a.key}` < `${b.kind} ${b.key}` ? -1 : 1));
};
