// What a redemption does beyond money: points into the ledger, a level, a coupon for next time. In its transaction.
import type { Db } from '../../core/index.ts';
import { pointsDates } from './calendar.ts';
import { type CodeMaker, defaultPattern } from './codes.ts';
import { createCodesStore } from './codes-store.ts';
import type { Applied } from './grant.ts';
import type { QuoteOf } from './quotes.ts';
import type { RedemptionRow } from './redemptions-store.ts';
import { couponExpiry } from './view.ts';

/** A coupon made by a redemption: for its customer alone, for one use. */
export type IssuedCode = { pool: string; code: string };
/** What of loyalty promotions use; every call runs in the caller's transaction. Points are whole numbers. */
export type Membership = {
  earn: (
    trx: Db,
    earning: {
      customerId: string;
      points: number;
      availableAt?: number;
      expiresAt?: number | null;
      promotion?: string;
      orderId?: string;
    },
  ) => Promise<void>;
  /** Takes back what an order earned: what is left of it, or at most `points` of one promotion's. */
  reverse: (
    trx: Db,
    of: { customerId: string; orderId: string; promotion?: string; points?: number },
  ) => Promise<unknown>;
  setLevel: (trx: Db, change: { customerId: string; level: string | null; reason: string }) => Promise<void>;
  listLevels: () => Promise<{ key: string }[]>;
};

type Giving = { quote: QuoteOf; orderId: string; members: Membership; codeMaker: CodeMaker };

/** Answers with the coupons made, by the key of the promotion that gave them. */
export const giveEffects = async (
  trx: Db,
  applied: readonly Applied[],
  giving: Giving,
): Promise<Map<string, IssuedCode>> => {
  const { quote, orderId, members } = giving;
  const { customerId, now } = quote;
  const issued = new Map<string, IssuedCode>();
  if (customerId === null) return issued;
  for (const { grant, points } of applied) {
    const { params, key } = grant;
    if (params.points) {
      const dates = pointsDates(params.points, quote.live.vocabulary.zone, now);
      await members.earn(trx, { customerId, points, ...dates, promotion: key, orderId });
    }
    if (params.tier) {
      await members.setLevel(trx, {
        customerId,
        level: params.tier.level,
        reason: `promotion ${key}, order ${orderId}`,
      });
    }
    if (params.coupon) issued.set(key, await issueCoupon(trx, params.coupon, customerId, giving));
  }
  return issued;
};

const issueCoupon = async (
  trx: Db,
  coupon: { promotion: string; validDays?: number },
  customerId: string,
  { quote, codeMaker }: Giving,
): Promise<IssuedCode> => {
  const { live, now } = quote;
  const pool = live.promotions.find(({ key }) => key === coupon.promotion)?.pool ?? coupon.promotion;
  for (;;) {
    const code = codeMaker.make(defaultPattern);
    const row = {
      pool,
      code,
      uses: 1,
      used: 0,
      customer_id: customerId,
      created_at: now,
      expires_at: couponExpiry(coupon.validDays, live.vocabulary.zone, now),
    };
    if ((await createCodesStore(trx).insert([row])).length === 1) return { pool, code };
  }
};

/** Points are reversed and unused coupons withdrawn; a level once given stays, its own rule takes it away. */
export const takeBackEffects = async (
  trx: Db,
  rows: readonly RedemptionRow[],
  order: { orderId: string; customerId: string | null; now: number; members: Membership },
): Promise<void> => {
  const { orderId, customerId, now, members } = order;
  if (customerId !== null && rows.some((row) => row.points > 0)) await members.reverse(trx, { customerId, orderId });
  const codes = createCodesStore(trx);
  for (const { issued_pool: pool, issued_code: code } of rows)
    if (pool !== null && code !== null) await codes.expire(pool, code, now);
};
