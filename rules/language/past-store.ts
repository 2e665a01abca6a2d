// The facts of one customer at a past instant, from what is kept with its time: orders, events, consents, membership in
// segments, and what modules declare (levels, points). What has no history is read as it is now, with what proves that it was so then (`facts.past`).
import { type Db, query } from '../../core/index.ts';
import { readDeclaredPast } from './declared-store.ts';
import { createFactReader } from './fact-store.ts';
import type { Facts, Needs, Past } from './vocabulary/facts.ts';

type Row = Record<string, unknown>;
type Life = {
  created_at: number;
  updated_at: number;
  erased_at: number | null;
  merged_into: string | null;
  merged_at: number | null;
};

/** `customerId` must be one there is or was. For a customer made later the own fields are empty: nothing was known of them. */
export const readPast = async (db: Db, customerId: string, needs: Needs, at: number): Promise<Facts> => {
  const rows = <T extends Row>(sql: string, ...bindings: unknown[]) => query<T>(db, sql, bindings);
  const [life] = await rows<Life>(
    `SELECT c.created_at, c.updated_at, c.erased_at, c.merged_into,
       (SELECT MAX(m.at) FROM merges m WHERE m.from_id = c.id AND m.undone_at IS NULL) AS merged_at
     FROM customers c WHERE c.id = ?`,
    customerId,
  );
  const now = await createFactReader(db).one(customerId, needs, at);
  if (!life) return now;
  const gone = [life.erased_at, life.merged_into === null ? null : (life.merged_at ?? life.updated_at)];
  const ends = gone.filter((each) => each !== null).map(Number);
  const isGone = ends.some((each) => each <= at);
  const isBefore = Number(life.created_at) > at;
  const declared = await readDeclaredPast(db, needs.declared.values(), { customerId, at, isBefore });
  const past: Past = {
    at,
    changedAt: Number(life.updated_at),
    isBefore,
    isLost: ends.length > 0 && !isGone,
    known: declared.known,
    orders: needs.orders ? await changesOf(rows, customerId, at) : new Map(),
  };
  return {
    ...now,
    past,
    gone: isGone,
    customer: past.isBefore ? null : now.customer,
    tags: needs.tags ? await tagsAt(rows, customerId, at) : [],
    consents: needs.consents ? await consentsAt(rows, customerId, at) : now.consents,
    declared: declared.values,
    segments: needs.segments.size > 0 ? await segmentsAt(rows, customerId, at) : now.segments,
    orders: now.orders.map((order) => ({ ...order, refunded: past.orders.get(order.id)?.refunded ?? order.refunded })),
  };
};

type Rows = <T extends Row>(sql: string, ...bindings: unknown[]) => Promise<T[]>;

/** Those that are there since; who had others is not kept. */
const tagsAt = async (rows: Rows, id: string, at: number): Promise<string[]> =>
  (
    await rows<{ tag: string }>(
      'SELECT tag FROM customer_tags WHERE customer_id = ? AND created_at <= ? ORDER BY tag',
      id,
      at,
    )
  ).map(({ tag }) => tag);

const consentsAt = async (rows: Rows, id: string, at: number): Promise<Map<string, string>> => {
  const changes = await rows<{ channel: string; purpose: string; status: string }>(
    'SELECT channel, purpose, status FROM consent_changes WHERE customer_id = ? AND at <= ? ORDER BY at, id',
    id,
    at,
  );
  return new Map(changes.map(({ channel, purpose, status }) => [`${channel}:${purpose}`, status]));
};

const segmentsAt = async (rows: Rows, id: string, at: number): Promise<Set<string>> => {
  const found = await rows<{ segment: string }>(
    `SELECT segment FROM segment_members WHERE customer_id = ? AND entered_at <= ?
     UNION SELECT segment FROM past_members WHERE customer_id = ? AND entered_at <= ? AND left_at > ?`,
    id,
    at,
    id,
    at,
    at,
  );
  return new Set(found.map(({ segment }) => segment));
};

// What was given back by then is known when every refund is kept with its time, or nothing was written since.
const changesOf = async (rows: Rows, id: string, at: number): Promise<Past['orders']> => {
  const orders = await rows<{ id: string; updated_at: number; refunded: number; noted: number; by_then: number }>(
    `SELECT o.id, o.updated_at, o.refunded,
       COALESCE((SELECT SUM(r.amount) FROM refunds r WHERE r.order_id = o.id), 0) AS noted,
       COALESCE((SELECT SUM(r.amount) FROM refunds r WHERE r.order_id = o.id AND r.at <= ?), 0) AS by_then
     FROM orders o WHERE o.customer_id = ?`,
    at,
    id,
  );
  return new Map(
    orders.map((order) => {
      const unchanged = Number(order.updated_at) <= at;
      const isDated = Number(order.noted) === Number(order.refunded);
      return [
        order.id,
        {
          isStatusKnown: unchanged,
          isRefundKnown: unchanged || isDated,
          refunded: unchanged || !isDated ? Number(order.refunded) : Number(order.by_then),
        },
      ];
    }),
  );
};
