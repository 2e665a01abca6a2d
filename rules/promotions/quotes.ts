// What a cart costs at one moment. Pure: it reads and changes nothing, so it may be asked as often as a shop likes.
import type { Cart, CustomerRef } from '@rapport/sdk/schemas';
import type { Database, Db } from '../../core/index.ts';
import { createFactReader, type Facts, noFacts } from '../language/index.ts';
import { cartFacts, checkCart } from './cart.ts';
import { normaliseCodes } from './codes.ts';
import { createCodesStore } from './codes-store.ts';
import { isSkip, type Situation, settle } from './eligibility.ts';
import type { Grant, Skip } from './grant.ts';
import type { LivePromotions, LiveSet } from './live.ts';
import { type Resolution, resolve } from './resolver.ts';
import { createUsageStore } from './usage-store.ts';

/** Who the cart belongs to; throws CustomerNotFound. A bare text is a customer's id. */
export type FindCustomer = (ref: CustomerRef) => Promise<string>;

/** A resolution with what it was worked out from; `now` in ms. `customerId` null is an anonymous cart. */
export type QuoteOf = {
  resolution: Resolution;
  live: LiveSet;
  customerId: string | null;
  currency: string;
  now: number;
};
export type CartOf = { cart: Cart; customerId: string | null; now: number; isRedemption?: boolean };

export const createQuotes = (deps: { database: Database; live: LivePromotions; findCustomer: FindCustomer }) => {
  const { database, live } = deps;

  const factsOf = async (db: Db, set: LiveSet, { cart, customerId, now }: CartOf): Promise<Facts> => {
    const known =
      customerId !== null && set.needs ? await createFactReader(db).one(customerId, set.needs, now) : noFacts;
    return { ...known, context: { ...known.context, ...cartFacts(cart) } };
  };

  return {
    customerOf: async (ref: CustomerRef | string | null | undefined): Promise<string | null> =>
      ref == null ? null : deps.findCustomer(typeof ref === 'string' ? { id: ref } : ref),

    /** Give a transaction, and the live set from before it began, where what is read must be what the transaction holds. */
    of: async (asked: CartOf, held?: { db: Db; live: LiveSet }): Promise<QuoteOf> => {
      const { cart, customerId, now, isRedemption = false } = asked;
      checkCart(cart);
      const set = held?.live ?? (await live.current());
      const db = held?.db ?? database.reader;
      const codes = normaliseCodes(cart.codes);
      const usage = createUsageStore(db);
      const situation: Situation = {
        now,
        cart,
        customerId,
        isRedemption,
        codes,
        facts: await factsOf(db, set, asked),
        codeRows: await createCodesStore(db).find(codes),
        use: await usage.find(set.limited),
        useOfCustomer: customerId === null ? new Map() : await usage.findOfCustomer(customerId, set.perCustomer),
      };
      const grants: Grant[] = [];
      const skipped: Skip[] = [];
      for (const promotion of set.promotions) {
        const settled = settle(promotion, situation);
        if (isSkip(settled)) skipped.push(settled);
        else grants.push(settled);
      }
      const resolution = resolve(cart, grants);
      const reasons = [...resolution.skipped, ...skipped].sort((a, b) => (a.key < b.key ? -1 : 1));
      return { resolution: { ...resolution, skipped: reasons }, live: set, customerId, currency: cart.currency, now };
    },
  };
};

export type Quotes = ReturnType<typeof createQuotes>;
