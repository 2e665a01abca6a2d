// Living customers as plugins read them: columns by name, never a query of a plugin's.
import type { Db } from '../data/database.ts';
import { type Page, page } from '../data/page.ts';
import { type CustomerRead, customerColumns } from './plugin-customers.ts';

export const createCustomerReads = (db: Db) => {
  const living = () =>
    db('customers')
      .select([...customerColumns])
      .whereNull('merged_into')
      .whereNull('erased_at');
  return {
    list: (limit: number, cursor?: string): Promise<Page<CustomerRead>> =>
      page<CustomerRead>(living() as never, { sort: { column: 'id', direction: 'asc' }, limit, cursor }),
    of: (ids: readonly string[]): Promise<CustomerRead[]> => living().whereIn('id', ids),
  };
};
