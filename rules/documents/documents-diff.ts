// What differs between two versions of a rule, member by member, as JSON pointers. Not a patch: it is for people to read.
import type { RuleDifference } from '@rapport/sdk/schemas';

type Json = unknown;

export const differences = (before: Json, after: Json, pointer = ''): RuleDifference[] => {
  if (same(before, after)) return [];
  if (!isBranch(before) || !isBranch(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ pointer, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
  }
  const members = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return members.flatMap((member) =>
    differences(before[member], after[member], `${pointer}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
};

const isBranch = (value: Json): value is Record<string, Json> => typeof value === 'object' && value !== null;

const same = (a: Json, b: Json): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
