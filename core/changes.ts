// The moment a customer changes, inside the transaction of the change. Rules listen here, so that membership and firings
// commit with the write that caused them. This is not the outbox: nothing here leaves the process or outlives the transaction.
import type { OrderStatus } from '@rapport/sdk/schemas';
import type { Db } from './data/database.ts';

export type ChangeKind =
  | 'created'
  | 'updated'
  | 'merged'
  | 'erased'
  | 'identity'
  | 'consent'
  | 'tag'
  | 'member'
  | 'score'
  | 'record'
  | 'event'
  | 'order'
  | 'order-status'
  | 'refund'
  | 'segment';

export type Change = {
  customerId: string;
  kind: ChangeKind;
  /**
   * Ids of the facts whose value may differ now, as in the rules vocabulary without params: `customer.city`,
   * `attribute.plan`, `orders`, `events`, `consent`, `score.rfm`, `member.level`, `tags`, `segment.vip`.
   */
  facts: readonly string[];
  /** When it happened (ms), which for imports and late events is not now. */
  at: number;
  /** With `event` and `order`: the row as the API shows it, for rules with context facts. */
  event?: { id: string; type: string; occurredAt: string; properties: Record<string, unknown> };
  order?: {
    id: string;
    externalId: string | null;
    total: number;
    refunded: number;
    currency: string;
    orderedAt: string;
    status: OrderStatus;
  };
  /** Part of an import, which tells of its facts at its end: for those who keep books of their own, not for rules. */
  quiet?: true;
};

export type ChangeListener = (trx: Db, changes: readonly Change[]) => Promise<void>;

export const createChanges = () => {
  const listeners: ChangeListener[] = [];
  return {
    subscribe: (listener: ChangeListener): void => {
      listeners.push(listener);
    },
    /** Call inside the transaction of the write. A listener that throws rolls the write back. */
    publish: async (trx: Db, changes: readonly Change[]): Promise<void> => {
      if (changes.length === 0) return;
      for (const listener of listeners) await listener(trx, changes);
    },
  };
};

export type Changes = ReturnType<typeof createChanges>;
