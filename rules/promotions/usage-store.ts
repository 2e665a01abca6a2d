// Counters of promotions against their limits and budgets, in all and by customer. A conditional UPDATE is the guard:
// what comes back empty did not fit, and the caller rolls back.
import { type Db, dialectOf, query } from '../../core/index.ts';

export type Use = { used: number; spent: number };
export type Limits = { total?: number; perCustomer?: number; budget?: number };

const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

export const createUsageStore = (db: Db) => ({
  find: async (keys: readonly string[]): Promise<Map<string, Use>> => {
    if (keys.length === 0) return new Map();
    const rows = await query<Use & { key: string }>(
      db,
      `select key, used, spent from promotions where key in (${marks(keys)})`,
      keys,
    );
    return new Map(rows.map((row) => [row.key, { used: Number(row.used), spent: Number(row.spent) }]));
  },

  findOfCustomer: async (customerId: string, keys: readonly string[]): Promise<Map<string, number>> => {
    if (keys.length === 0) return new Map();
    const rows = await query<{ promotion: string; used: number }>(
      db,
      `select promotion, used from promotion_customers where customer_id = ? and promotion in (${marks(keys)})`,
      [customerId, ...keys],
    );
    return new Map(rows.map((row) => [row.promotion, Number(row.used)]));
  },

  /** Makes the counters where they are missing. `keys` sorted, so that two transactions take them in one order. */
  ensure: async (keys: readonly string[]): Promise<void> => {
    if (keys.length === 0) return;
    await db.raw(
      `insert into promotions (key) values ${keys.map(() => '(?)').join(', ')} on conflict (key) do nothing`,
      keys as string[],
    );
  },

  /** Waits until nobody else can move these counters before this transaction ends. `keys` sorted. */
  lock: async (keys: readonly string[]): Promise<void> => {
    if (keys.length === 0 || dialectOf(db) !== 'postgres') return;
    await db.raw(`select key from promotions where key in (${marks(keys)}) order by key for update`, keys as string[]);
  },

  /** One use and `amount` minor units; false when that would exceed a limit. */
  take: async (key: string, amount: number, limits: Limits): Promise<boolean> => {
    const guards: string[] = [];
    const bindings: unknown[] = [amount, key];
    if (limits.total !== undefined) {
      guards.push('and used < ?');
      bindings.push(limits.total);
    }
    if (limits.budget !== undefined) {
      guards.push('and spent <= ?');
      bindings.push(limits.budget - amount);
    }
    const rows = await query(
      db,
      `update promotions set used = used + 1, spent = spent + ? where key = ? ${guards.join(' ')} returning key`,
      bindings,
    );
    return rows.length === 1;
  },

  /** Gives back `amount` minor units and `uses` of them. */
  give: async (key: string, amount: number, uses: 0 | 1): Promise<void> => {
    await db.raw('update promotions set used = used - ?, spent = spent - ? where key = ?', [uses, amount, key]);
  },

  /** One use by a customer; false when the customer has had all. */
  takeOfCustomer: async (customerId: string, key: string, limits: Limits): Promise<boolean> => {
    const guard = limits.perCustomer === undefined ? '' : 'where promotion_customers.used < ?';
    const rows = await query(
      db,
      `insert into promotion_customers (customer_id, promotion, used) values (?, ?, 1)
       on conflict (customer_id, promotion) do update set used = promotion_customers.used + 1 ${guard} returning used`,
      limits.perCustomer === undefined ? [customerId, key] : [customerId, key, limits.perCustomer],
    );
    return rows.length === 1;
  },

  /** What a customer has used, counted again from the redemptions: after those of another came to them, or left. */
  recountOfCustomer: async (customerId: string): Promise<void> => {
    await db.raw('delete from promotion_customers where customer_id = ?', [customerId]);
    await db.raw(
      `insert into promotion_customers (customer_id, promotion, used)
       select customer_id, promotion, count(*) from redemptions where customer_id = ? and status = 'redeemed'
       group by customer_id, promotion`,
      [customerId],
    );
  },

  giveOfCustomer: async (customerId: string, key: string): Promise<void> => {
    await db.raw('update promotion_customers set used = used - 1 where customer_id = ? and promotion = ?', [
      customerId,
      key,
    ]);
  },
});
