// Which of the eligible grants run together: one exclusive or all stackables, plus the always ones, one per group.
import type { Grant, Skip } from './grant.ts';

export type Selection = { selected: Grant[]; skipped: Skip[] };

/** Takes the candidates in order of priority, then key, and gives the selected in that order. */
export const select = (ordered: readonly Grant[]): Selection => {
  const exclusive = ordered.find((grant) => grant.params.stacking === 'exclusive');
  const skipped: Skip[] = [];
  const pool = ordered.filter((grant) => {
    if (!exclusive || grant === exclusive || grant.params.stacking === 'always') return true;
    skipped.push({ key: grant.key, reason: 'excluded', by: exclusive.key });
    return false;
  });
  const holders = new Map<string, Grant>();
  // The exclusive takes its group before anything that always runs.
  if (exclusive?.params.group !== undefined) holders.set(exclusive.params.group, exclusive);
  const selected = pool.filter((grant) => {
    const { group } = grant.params;
    if (group === undefined) return true;
    const holder = holders.get(group) ?? grant;
    holders.set(group, holder);
    if (holder === grant) return true;
    skipped.push({ key: grant.key, reason: 'group', detail: group, by: holder.key });
    return false;
  });
  return { selected, skipped };
};
