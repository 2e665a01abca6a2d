// What a person was called and reached by, now and before: texts that carry no customer id are searched for it when they are erased.
import { fromJson } from '../data/column.ts';
import type { Db } from '../data/database.ts';
import type { CustomerRecord } from './fields.ts';

const traits = ['name', 'email', 'phone', 'address'] as const;
// Shorter texts would be found in what is not about the person.
const shortest = 5;

const traitsOf = (row: Record<string, unknown>): string[] =>
  traits
    .map((column) => row[column])
    .filter((text): text is string => typeof text === 'string' && text.length >= shortest);

export const createTraitsStore = (db: Db) => ({
  /** What `after` does not say any more of what `before` said. Both are rows of one customer. */
  keepFormer: async (
    pairs: readonly { before: CustomerRecord; after: CustomerRecord }[],
    at: number,
  ): Promise<void> => {
    const rows = pairs.flatMap(({ before, after }) => {
      const now = new Set(traitsOf(after));
      return [...new Set(traitsOf(before))]
        .filter((text) => !now.has(text))
        .map((value) => ({ customer_id: before.id, value, replaced_at: at }));
    });
    for (let i = 0; i < rows.length; i += 200)
      await db('former_traits')
        .insert(rows.slice(i, i + 200))
        .onConflict(['customer_id', 'value'])
        .merge(['replaced_at']);
  },
  /** Ids, identities, and what the rows say and said, also before a merge that holds. Texts of fewer than five characters are left out. */
  listEver: async (ids: readonly string[], rows: readonly CustomerRecord[]): Promise<string[]> => {
    const identities = (await db('identities')
      .whereIn('customer_id', [...ids])
      .select('value')) as { value: string }[];
    const former = (await db('former_traits')
      .whereIn('customer_id', [...ids])
      .select('value')) as { value: string }[];
    const merges = (await db('merges')
      .whereNull('undone_at')
      .where((either) => either.whereIn('from_id', [...ids]).orWhereIn('into_id', [...ids]))
      .select('before')) as { before: string }[];
    const merged = merges.flatMap(({ before }) => {
      const { from = {}, into = {} } = fromJson<{ from?: Record<string, unknown>; into?: Record<string, unknown> }>(
        before,
      );
      return [...traitsOf(from), ...traitsOf(into)];
    });
    const texts = [
      ...ids,
      ...[...identities, ...former].map(({ value }) => value),
      ...rows.flatMap(traitsOf),
      ...merged,
    ];
    return [...new Set(texts.filter((text) => text.length >= shortest))];
  },
});
