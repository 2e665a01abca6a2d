// What promotions ask of membership: the points ledger and the level. The core keeps both; this names only the part used here.
import type { Db } from '../../core/index.ts';

export type Members = {
  /** Posts to the append-only ledger in the transaction of the redemption. */
  earn: (
    trx: Db,
    entry: {
      customerId: string;
      points: number;
      availableAt: number;
      expiresAt: number | null;
      promotion: string;
      orderId: string;
    },
  ) => Promise<void>;
  /** Takes back what an order earned. */
  reverse: (trx: Db, entry: { customerId: string; orderId: string }) => Promise<void>;
  setLevel: (trx: Db, entry: { customerId: string; level: string; reason: string }) => Promise<void>;
};
