// The rows behind `events.list` of plugins.
import type { Span } from '../capability.ts';
import { fromJson } from '../data/column.ts';
import type { Db } from '../data/database.ts';
import { type Page, page } from '../data/page.ts';

export type EventRead = {
  id: string;
  customer_id: string;
  type: string;
  occurred_at: number;
  properties: Record<string, unknown>;
};

export const createEventReads = (db: Db) => ({
  list: async (
    { customerId, since, until, type }: Span & { type?: string },
    limit: number,
    cursor?: string,
  ): Promise<Page<EventRead>> => {
    const events = db('events').select('id', 'customer_id', 'type', 'occurred_at', 'properties');
    if (customerId !== undefined) events.where('customer_id', customerId);
    if (since !== undefined) events.where('occurred_at', '>=', since);
    if (until !== undefined) events.where('occurred_at', '<', until);
    if (type !== undefined) events.where('type', type);
    const sort = { column: 'occurred_at', direction: 'asc' as const };
    const found = await page<EventRead>(events as never, { sort, limit, cursor });
    return { ...found, data: found.data.map((row) => ({ ...row, properties: fromJson(row.properties) })) };
  },
});
