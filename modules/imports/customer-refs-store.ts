// Finds the customers that orders and events belong to, many at once.
import type { Db, Normal, Text } from '../../core/index.ts';
import { withRows } from './row-store.ts';

/** How a row names its customer, in the normal form in which identities are stored. */
export type CustomerRef =
  | { kind: 'id' | 'external'; value: Text }
  | { kind: 'email'; value: Normal<'email'> }
  | { kind: 'phone'; value: Normal<'phone'> };

/** Unique over kinds: an external id that looks like an e-mail is not that e-mail. */
export const refKey = ({ kind, value }: { kind: string; value: string }): string => `${kind}\n${value}`;

export const createCustomerRefsStore = (db: Db) => ({
  /**
   * Ids by `refKey`, in at most two statements however many there are. What is not known, and an id of a
   * customer merged away or erased, is left out.
   */
  find: async (refs: readonly CustomerRef[]): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    const ids = refs.filter(({ kind }) => kind === 'id').map(({ value }) => [value]);
    const others = refs.filter(({ kind }) => kind !== 'id').map(({ kind, value }) => [kind, value]);
    if (ids.length > 0) {
      const rows = await withRows<{ id: string }>(
        db,
        [['id', 'text']],
        ids,
        'select c.id from {rows} join customers c on c.id = r.id where c.merged_into is null and c.erased_at is null',
      );
      for (const { id } of rows) found.set(refKey({ kind: 'id', value: id }), id);
    }
    if (others.length > 0) {
      const rows = await withRows<{ kind: CustomerRef['kind']; value: string; customer_id: string }>(
        db,
        [
          ['kind', 'text'],
          ['value', 'text'],
        ],
        others,
        'select i.kind, i.value, i.customer_id from {rows} join identities i on i.kind = r.kind and i.value = r.value',
      );
      for (const row of rows) found.set(refKey(row), row.customer_id);
    }
    return found;
  },
});
