// The tables of rules: documents, who belongs where, what alerts did, what promotions gave.
import { dayMs, type TablePolicy } from '../core/index.ts';

const document = { owner: 'shop', grows: 'with settings' } as const;
const ofPerson = {
  owner: 'customer',
  customerColumns: ['customer_id'],
  inExport: true,
  grows: 'with customers',
} as const;

export const ruleTables: readonly TablePolicy[] = [
  ...['rules', 'rule_versions', 'rule_activations', 'rule_dependencies', 'rule_uses', 'promotions'].map((table) => ({
    ...document,
    table,
  })),
  // Worked out again on the change that tells of a merge or an erasure, with what depends on it.
  { ...ofPerson, table: 'segment_members', onErase: 'heard', onMerge: 'heard' },
  { ...ofPerson, table: 'metrics', onErase: 'heard', onMerge: 'heard', inExport: false },
  // What was true of the one it happened to.
  {
    ...ofPerson,
    table: 'past_members',
    onErase: 'delete',
    onMerge: 'stay',
    grows: 'with time',
    keptBecause: 'rules ask who was in a segment at a past day',
  },
  {
    ...ofPerson,
    table: 'firings',
    personal: ['facts'],
    onErase: 'delete',
    onMerge: 'stay',
    grows: 'with time',
    keepFor: { column: 'at', ms: 365 * dayMs },
  },
  { ...ofPerson, table: 'alert_cooldowns', onErase: 'delete', onMerge: 'union' },
  // Books: what was given stays counted.
  {
    ...ofPerson,
    table: 'promotion_orders',
    onErase: 'keep',
    onMerge: 'rekey',
    grows: 'with time',
    keptBecause: 'books',
  },
  { ...ofPerson, table: 'redemptions', onErase: 'keep', onMerge: 'rekey', grows: 'with time', keptBecause: 'books' },
  // Counted again from the redemptions of both on the change that tells of the merge.
  { ...ofPerson, table: 'promotion_customers', onErase: 'keep', onMerge: 'heard' },
  { ...ofPerson, table: 'promotion_codes', onErase: 'delete', onMerge: 'rekey' },
];
