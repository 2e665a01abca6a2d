// What promotions ask of membership: the points ledger and the level. The core keeps both; this names only the part used here.
import { type Core, type Db, Unavailable } from '../../core/index.ts';

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
  ) => Promise<unknown>;
  /** Takes back what an order earned. */
  reverse: (trx: Db, entry: { customerId: string; orderId: string }) => Promise<unknown>;
  setLevel: (trx: Db, entry: { customerId: string; level: string; reason: string }) => Promise<unknown>;
};

/** The core's membership; where it has none yet, a redemption that needs it is refused as a whole. */
export const membersOf = (core: Core): Members => (core as Core & { members?: Members }).members ?? nobody;

const refuse = async (): Promise<never> => {
  throw new Unavailable('Points and levels cannot be given yet.');
};
const nobody: Members = { earn: refuse, reverse: refuse, setLevel: refuse };
