// Rows of code pools.
import { type Db, type Page, page, query } from '../../core/index.ts';

/**
 * `code` as pools spell it (codes.ts). `uses` null has no limit; with `customer_id` it is that customer's
 * only. Times in ms.
 */
export type CodeRow = {
  pool: string;
  code: string;
  uses: number | null;
  used: number;
  customer_id: string | null;
  created_at: number;
  expires_at: number | null;
};

const atOnce = 100;

export const createCodesStore = (db: Db) => ({
  /** Adds what the pool does not have; answers with the codes added. */
  insert: async (rows: readonly CodeRow[]): Promise<string[]> => {
    const added: string[] = [];
    for (let i = 0; i < rows.length; i += atOnce) {
      const inserted = (await db('promotion_codes')
        .insert(rows.slice(i, i + atOnce))
        .onConflict(['pool', 'code'])
        .ignore()
        .returning('code')) as { code: string }[];
      added.push(...inserted.map((row) => row.code));
    }
    return added;
  },
  /** Every pool's row of these codes. */
  find: async (codes: readonly string[]): Promise<CodeRow[]> => {
    if (codes.length === 0) return [];
    const rows = await query<CodeRow>(
      db,
      `select * from promotion_codes where code in (${codes.map(() => '?').join(', ')})`,
      codes,
    );
    return rows.map(toNumbers);
  },
  count: async (pool: string): Promise<number> => {
    const [row] = await query<{ n: number }>(db, 'select count(*) as n from promotion_codes where pool = ?', [pool]);
    return Number(row?.n ?? 0);
  },
  list: async (pool: string, limit: number, cursor?: string): Promise<Page<CodeRow>> => {
    const sort = { column: 'code', direction: 'asc' } as const;
    const found = await page<CodeRow>(db('promotion_codes').where({ pool }), { sort, id: 'code', limit, cursor });
    return { data: found.data.map(toNumbers), next: found.next };
  },
  /** One use; false when the code is used up, was withdrawn or has expired. */
  take: async (pool: string, code: string, now: number): Promise<boolean> => {
    const rows = await query(
      db,
      `update promotion_codes set used = used + 1
       where pool = ? and code = ? and (uses is null or used < uses) and (expires_at is null or expires_at > ?) returning code`,
      [pool, code, now],
    );
    return rows.length === 1;
  },
  /** One use back, also of a code that has expired meanwhile. */
  give: async (pool: string, code: string): Promise<void> => {
    await db.raw('update promotion_codes set used = used - 1 where pool = ? and code = ?', [pool, code]);
  },
  /** Withdraws it from `now` (ms) on; uses that were made stay. */
  expire: async (pool: string, code: string, now: number): Promise<void> => {
    await db('promotion_codes').where({ pool, code }).update({ expires_at: now });
  },
});

const toNumbers = (row: CodeRow): CodeRow => ({
  ...row,
  uses: row.uses === null ? null : Number(row.uses),
  used: Number(row.used),
  created_at: Number(row.created_at),
  expires_at: row.expires_at === null ? null : Number(row.expires_at),
});
