// Loads facts from the database: one customer, some, or all in a stream; only what the conditions need, in batches.
import type { Db } from '../core/index.ts';
import type { Facts, Needs } from './facts.ts';

export type FactReader = {
  /** An unknown id gives facts that are `gone`. */
  one: (customerId: string, needs: Needs, now: number) => Promise<Facts>;
  many: (customerIds: readonly string[], needs: Needs, now: number) => Promise<Map<string, Facts>>;
  /** Every living customer, in batches by id, starting after `after`. */
  scan: (needs: Needs, now: number, options?: { batch?: number; after?: string }) => AsyncGenerator<Facts[]>;
};

export const createFactReader = (_db: Db): FactReader => {
  throw new Error('lands next');
};
