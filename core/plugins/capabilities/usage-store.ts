// Rows of plugin_usage: one per plugin, day and meter.
import type { Db } from '../../data/database.ts';
import { query } from '../../data/rows.ts';

export const createUsageStore = (db: Db) => ({
  /** Adds to a day's meter and answers what it stands at. */
  addUsage: async (plugin: string, day: string, meter: string, amount: number): Promise<number> => {
    const [row] = await query<{ amount: number }>(
      db,
      `insert into plugin_usage (plugin, day, meter, amount) values (?, ?, ?, ?)
       on conflict (plugin, day, meter) do update set amount = plugin_usage.amount + excluded.amount returning amount`,
      [plugin, day, meter, amount],
    );
    return Number(row?.amount ?? 0);
  },
});
