// Using promotions for an order, once and within every limit. One transaction, all or nothing; giving back is in returns.ts.
import { createHash } from 'node:crypto';
import { Cart, type RedeemReply, type RedeemRequest } from '@rapport/sdk/schemas';
import {
  type Actor,
  canonical,
  type Db,
  fromJson,
  type Platform,
  toIso,
  toJson,
  transact,
  Unavailable,
} from '../../core/index.ts';
import { createDocumentStore } from '../documents/documents-store.ts';
import { OrderAlreadyRedeemed, OrderIsOver, RedemptionCancelled } from '../errors.ts';
import type { CodeMaker } from './codes.ts';
import { createCodesStore } from './codes-store.ts';
import type { Membership } from './effects.ts';
import { giveEffects } from './effects.ts';
import type { Applied } from './grant.ts';
import type { LivePromotions, LiveSet } from './live.ts';
import type { CartOf, QuoteOf, Quotes } from './quotes.ts';
import { codesOf, createRedemptionStore, type OrderRow, type RedemptionRow } from './redemptions-store.ts';
import { createShopOrderStore, isOver } from './shop-orders-store.ts';
import { createUsageStore } from './usage-store.ts';
import { toQuote, toRedemption } from './view.ts';

export type RedemptionDeps = {
  platform: Platform;
  live: LivePromotions;
  quotes: Quotes;
  members: Membership;
  codeMaker: CodeMaker;
};

/** Somebody took what the quote counted on: roll back and quote again. */
class Overtaken extends Error {}

/** Quotes beside the writers first; after so many disappointments, quotes while holding the counters. */
const optimisticAttempts = 2;
const mostAttempts = 6;

/**
 * `redeem` is once for each order id: the same cart and customer again get the first reply, anything else
 * throws OrderAlreadyRedeemed; once it is cancelled, RedemptionCancelled. No limit, budget or code is ever
 * overdrawn, however many redeem at once: who loses a race quotes again, after 6 attempts it throws
 * Unavailable with `Retry-After`. An order known as cancelled or refunded throws OrderIsOver. The reply
 * may differ from an earlier quote.
 */
export const createRedemptions = (deps: RedemptionDeps) => {
  const { platform, live, quotes } = deps;
  const { database, clock, outbox, audit } = platform;

  const redeem = async (actor: Actor, request: RedeemRequest): Promise<RedeemReply> => {
    const { orderId, cart } = request;
    const customerId = await quotes.customerOf(request.customer);
    const hash = createHash('sha256').update(canonical(cart, Cart)).digest('hex');
    const known = await createRedemptionStore(database.reader).findOrder(orderId);
    if (known) return replay(known, hash, customerId);
    for (let attempt = 1; ; attempt++) {
      const asked = { cart, customerId, now: clock.now(), isRedemption: true };
      const beside = attempt <= optimisticAttempts ? await quotes.of(asked) : undefined;
      // Not within the transaction: it would wait for a second connection while it holds one.
      const set = beside?.live ?? (await live.current());
      try {
        return await transact(database.writer, async (trx) => {
          const quote = beside ?? (await quoteHolding(trx, set, asked));
          return commit(trx, { actor, quote, orderId, hash, request });
        });
      } catch (error) {
        if (!isOvertaken(error)) throw error;
        if (attempt === mostAttempts)
          throw new Unavailable('Too many redeem these promotions at once.', { headers: { 'Retry-After': '1' } });
      }
    }
  };

  /** With the counters held, what is quoted cannot be taken by another before the commit. */
  const quoteHolding = async (trx: Db, set: LiveSet, asked: CartOf): Promise<QuoteOf> => {
    const keys = set.promotions.map(({ key }) => key).sort();
    const usage = createUsageStore(trx);
    await usage.ensure(keys);
    await usage.lock(keys);
    return quotes.of(asked, { db: trx, live: set });
  };

  type Order = { actor: Actor; quote: QuoteOf; orderId: string; hash: string; request: RedeemRequest };

  const commit = async (trx: Db, { actor, quote, orderId, hash, request }: Order): Promise<RedeemReply> => {
    const { customerId, now } = quote;
    const store = createRedemptionStore(trx);
    const order: OrderRow = {
      order_id: orderId,
      customer_id: customerId,
      status: 'redeemed',
      request_hash: hash,
      reply: '{}',
      redeemed_at: now,
      cancelled_at: null,
      cart: quote.resolution.applied.some(({ grant }) => grant.terms) ? toJson(request.cart) : null,
    };
    await refuseOver(trx, order);
    if (!(await store.insertOrder(order))) return replay((await store.findOrder(orderId))!, hash, customerId);
    if ((await createDocumentStore(trx).readGeneration()) !== quote.live.generation) throw new Overtaken();
    const applied = quote.resolution.applied.toSorted((a, b) => (a.grant.key < b.grant.key ? -1 : 1));
    await takeCounters(trx, applied, quote);
    const issued = await giveEffects(trx, applied, { quote, orderId, ...deps });
    const rows = applied.map((entry): RedemptionRow => {
      const coupon = issued.get(entry.grant.key);
      return { ...rowOf(entry, quote, orderId), issued_pool: coupon?.pool ?? null, issued_code: coupon?.code ?? null };
    });
    await store.insert(rows);
    const reply = replyOf(quote, order, request, issued);
    await store.setReply(orderId, toJson(reply));
    await announce(trx, rows);
    const details = { orderId, promotions: applied.map(({ grant, amount }) => ({ key: grant.key, amount })) };
    await audit.record(trx, { actor, action: 'order.redeemed', subject: { kind: 'order', id: orderId }, details });
    return reply;
  };

  // Everybody takes counters in one order: promotions by key, then the customer's, then codes. So no deadlock arises.
  const takeCounters = async (trx: Db, applied: readonly Applied[], { customerId, now }: QuoteOf): Promise<void> => {
    const usage = createUsageStore(trx);
    await usage.ensure(applied.map(({ grant }) => grant.key));
    for (const { grant, amount } of applied)
      if (!(await usage.take(grant.key, amount, grant.params.limits ?? {}))) throw new Overtaken();
    if (customerId !== null)
      for (const { grant } of applied)
        if (!(await usage.takeOfCustomer(customerId, grant.key, grant.params.limits ?? {}))) throw new Overtaken();
    const codes = createCodesStore(trx);
    for (const { pool, code } of codesOf(applied.map(({ grant }) => ({ pool: poolOfGrant(grant), code: grant.code }))))
      if (!(await codes.take(pool, code, now))) throw new Overtaken();
  };

  const rowOf = (entry: Applied, { customerId, now, currency }: QuoteOf, orderId: string): RedemptionRow => ({
    id: platform.ids.next(),
    promotion: entry.grant.key,
    version: entry.grant.version,
    order_id: orderId,
    customer_id: customerId,
    status: 'redeemed',
    amount: entry.amount,
    currency,
    points: entry.points,
    pool: entry.grant.code === undefined ? null : poolOfGrant(entry.grant),
    code: entry.grant.code ?? null,
    issued_pool: null,
    issued_code: null,
    redeemed_at: now,
    cancelled_at: null,
    amount_returned: 0,
    points_returned: 0,
    terms: entry.grant.terms === undefined ? null : toJson(entry.grant.terms),
    amount_kept: null,
    points_kept: null,
    amount_withheld: 0,
  });

  const announce = async (trx: Db, rows: readonly RedemptionRow[]): Promise<void> => {
    const notices = rows.map((row) => ({
      topic: 'promotion.redeemed',
      ...(row.customer_id !== null && { customerId: row.customer_id }),
      payload: toRedemption(row),
    }));
    if (notices.length > 0) await outbox.emit(trx, ...notices);
  };

  return { redeem };
};

export type Redemptions = ReturnType<typeof createRedemptions>;

const replay = (order: OrderRow, hash: string, customerId: string | null): RedeemReply => {
  if (order.status === 'cancelled') throw new RedemptionCancelled(order.order_id);
  if (order.request_hash !== hash || order.customer_id !== customerId) throw new OrderAlreadyRedeemed(order.order_id);
  return fromJson<RedeemReply>(order.reply);
};

/**
 * An order that is known as cancelled or refunded uses nothing any more. Its rows are held, before anything else is: who cancels it at
 * the same time does so before, or finds the redemption and gives it back. Orders of several sources may have one number; one that is
 * alive is enough.
 */
const refuseOver = async (trx: Db, { order_id, customer_id }: OrderRow): Promise<void> => {
  const orders = await createShopOrderStore(trx).hold(order_id, customer_id);
  const over = orders.find(isOver);
  if (over && orders.every(isOver)) throw new OrderIsOver(order_id, over.status, { pointer: '/orderId' });
};

const poolOfGrant = ({ key, params }: Applied['grant']): string => params.code?.pool ?? key;

const replyOf = (
  { resolution, live, now, customerId }: QuoteOf,
  order: OrderRow,
  { cart }: RedeemRequest,
  issued: ReadonlyMap<string, { code: string }>,
): RedeemReply => {
  const quote = toQuote(cart, resolution, live.vocabulary.zone, now);
  const applied = quote.applied.map((entry) => {
    const coupon = issued.get(entry.key);
    return coupon && entry.coupon ? { ...entry, coupon: { ...entry.coupon, code: coupon.code } } : entry;
  });
  return { orderId: order.order_id, status: 'redeemed', customerId, redeemedAt: toIso(now), ...quote, applied };
};

// PostgreSQL ends one of two transactions that wait for each other, or that could not be put in one order.
const isOvertaken = (error: unknown): boolean =>
  error instanceof Overtaken || ['40P01', '40001'].includes(String((error as { code?: unknown }).code));
