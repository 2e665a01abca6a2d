// Rows of firings, and of when an alert last fired for a customer.
import type { Firing } from '@rapport/sdk/schemas';
import { type Db, fromJson, type Page, page, query, toIso, toJson } from '../../core/index.ts';

export type FiringRow = Omit<Firing, 'at'> & { at: number };

type Row = Record<string, unknown>;

export const createAlertStore = (db: Db) => ({
  /** True when the alert may fire now: it takes the cooldown in the same statement, so of two at once one fires. */
  claim: async (alert: string, customerId: string, now: number, cooldownMs: number): Promise<boolean> => {
    const rows = await query(
      db,
      `insert into alert_cooldowns (customer_id, alert, fired_at) values (?, ?, ?)
       on conflict (customer_id, alert) do update set fired_at = excluded.fired_at
       where alert_cooldowns.fired_at <= excluded.fired_at - cast(? as bigint)
       returning alert`,
      [customerId, alert, now, cooldownMs],
    );
    return rows.length > 0;
  },
  insert: async (row: FiringRow): Promise<void> => {
    await db('firings').insert({
      id: row.id,
      alert: row.alert,
      version: row.version,
      customer_id: row.customerId,
      at: row.at,
      cause: toJson(row.cause),
      facts: toJson(row.facts),
      actions: toJson(row.actions),
    });
  },
  list: async (
    alert: string,
    options: { limit: number; cursor?: string; customerId?: string },
  ): Promise<Page<Firing>> => {
    const found = db('firings').where({ alert });
    if (options.customerId) found.where({ customer_id: options.customerId });
    const { limit, cursor } = options;
    const rows = await page<Row>(found, { sort: { column: 'id', direction: 'desc' }, limit, cursor });
    return { data: rows.data.map(toFiring), next: rows.next };
  },
});

const toFiring = (row: Row): Firing => ({
  id: row.id as string,
  alert: row.alert as string,
  version: Number(row.version),
  customerId: row.customer_id as string,
  at: toIso(Number(row.at)),
  cause: fromJson(row.cause),
  facts: fromJson(row.facts),
  actions: fromJson(row.actions),
});
