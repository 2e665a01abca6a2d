// Loyalty: levels, and points as a ledger.
import { type Customers, defineModule, type TablePolicy } from '../../core/index.ts';
import { levelsGeneration, loyaltyFacts } from './facts.ts';
import { createMembers } from './members.ts';
import { memberMerging } from './merging.ts';
import { memberRoutes } from './routes.ts';

export type { Members } from './members.ts';

const ofPerson = { owner: 'customer', customerColumns: ['customer_id'], inExport: true } as const;
// What was earned and spent stays counted.
const books = { onErase: 'keep', onMerge: 'rekey', grows: 'with time', keptBecause: 'books' } as const;
const tables: readonly TablePolicy[] = [
  { table: 'levels', owner: 'shop', grows: 'with settings' },
  { ...ofPerson, table: 'members', onErase: 'keep', onMerge: memberMerging, grows: 'with customers' },
  {
    ...ofPerson,
    table: 'level_changes',
    onErase: 'delete',
    onMerge: 'rekey',
    grows: 'with time',
    keptBecause: 'the history of a member',
  },
  { ...ofPerson, ...books, table: 'points_ledger', hidden: ['taken'], personal: ['reason'], onErase: 'clear' },
  { ...ofPerson, ...books, table: 'points_lots' },
];

/**
 * Erasing a customer keeps members, postings and lots as books that name nobody; reasons and changes of
 * level go. Points that are due are released and expired each minute, and before each spending.
 */
export const loyaltyModule = defineModule({
  name: 'loyalty',
  create: (platform, { customers }: { customers: Customers }) => createMembers({ platform, customers }),
  tables,
  generations: [levelsGeneration],
  facts: () => loyaltyFacts,
  routes: memberRoutes,
  subscriptions: (members) => [{ changes: members.onOrders }],
  schedules: (members) => [{ name: 'points-due', cron: '* * * * *', run: () => members.sweep() }],
});
