// The tables of customers, and what becomes of their rows when a person is erased, merged, parted again or handed their data.
import type { TablePolicy } from '../declared.ts';
import { consentMerging } from './merge-consents.ts';
import { createPeopleStore } from './people-store.ts';

/** What of a customer's row outlives the person: a tombstone, so that what is kept for the books has something to point at. */
const tombstone = new Set(['id', 'row_no', 'type', 'created_at', 'merged_into', 'version']);

const own = { owner: 'customer', customerColumns: ['customer_id'], inExport: true, grows: 'with customers' } as const;

export const customerTables: readonly TablePolicy[] = [
  {
    table: 'customers',
    owner: 'customer',
    customerColumns: ['id', 'merged_into'],
    onErase: (trx, { ids, at }) => createPeopleStore(trx).blank(ids, tombstone, at),
    // The columns themselves are the merge's own work: see merge.ts.
    onMerge: 'heard',
    inExport: true,
    grows: 'with customers',
  },
  { ...own, table: 'identities', personal: ['value'], onErase: 'delete', onMerge: 'rekey' },
  // Kept so that an erasure finds texts that name the person by what is no longer so.
  { ...own, table: 'former_traits', personal: ['value'], onErase: 'delete', onMerge: 'union' },
  { ...own, table: 'consents', personal: ['proof'], onErase: 'delete', onMerge: consentMerging },
  { ...own, table: 'consent_changes', personal: ['proof'], onErase: 'delete', onMerge: 'rekey' },
  { ...own, table: 'customer_tags', onErase: 'delete', onMerge: 'union' },
  {
    table: 'merges',
    owner: 'customer',
    customerColumns: ['into_id', 'from_id'],
    personal: ['before'],
    onErase: (trx, { ids }) => createPeopleStore(trx).forgetMerges(ids),
    onMerge: 'stay',
    inExport: true,
    hidden: ['before'],
    grows: 'with customers',
  },
  // The index that the database keeps of the columns above; emptied with them by its triggers.
  ...[
    'customer_search',
    'customer_search_config',
    'customer_search_data',
    'customer_search_docsize',
    'customer_search_idx',
  ].map((table): TablePolicy => ({ table, owner: 'customer', onErase: 'heard', grows: 'with customers' })),
  { table: 'attribute_definitions', owner: 'shop', grows: 'with settings' },
];
