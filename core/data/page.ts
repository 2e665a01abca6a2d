// Keyset paging: a cursor is the order and the last row's sort key, so a page costs the same at any depth and misses no row. A cursor
// of another order is refused: read as if it were of this one it would leave rows out.
import { BadCursor } from '../errors.ts';
import type { Db } from './database.ts';

export type Page<T> = { data: T[]; next: string | null };
/** `nullable` columns sort their nulls last; say so only where it is so, it costs the index. */
export type SortKey = { column: string; direction: 'asc' | 'desc'; nullable?: boolean };

type Row = Record<string, unknown>;

/**
 * Orders by `sort` then `id`, starts after `cursor`, takes `limit` rows and says where the next page starts.
 * `sort.column` comes from a fixed list of the caller, never from a request.
 */
export const page = async <T extends Row>(
  query: ReturnType<Db>,
  options: { sort: SortKey; id?: string; limit: number; cursor?: string },
): Promise<Page<T>> => {
  const { sort, limit } = options;
  const id = options.id ?? 'id';
  const op = sort.direction === 'asc' ? '>' : '<';
  const order = `${sort.direction} ${sort.column} ${id}`;
  if (options.cursor !== undefined) {
    const [value, lastId] = readCursor(options.cursor, order);
    query.where((q) => {
      if (sort.column === id) q.where(id, op, lastId as string);
      else if (value === null) q.where((n) => n.whereNull(sort.column).andWhere(id, op, lastId as string));
      else {
        q.where(sort.column, op, value as string).orWhere((n) =>
          n.where(sort.column, value as string).andWhere(id, op, lastId as string),
        );
        if (sort.nullable) q.orWhereNull(sort.column);
      }
    });
  }
  if (sort.column !== id) {
    // Written out: knex 3.3 forgets the column itself on SQLite when told where nulls go.
    if (sort.nullable) query.orderByRaw(`?? ${sort.direction} nulls last`, [sort.column]);
    else query.orderBy(sort.column, sort.direction);
  }
  const rows = await (query.orderBy(id, sort.direction).limit(limit + 1) as unknown as Promise<T[]>).catch(
    (error: { code?: string }) => {
      // PostgreSQL's class 22, a value that does not fit its column: the cursor comes from another list.
      throw options.cursor !== undefined && error.code?.startsWith('22') ? new BadCursor() : error;
    },
  );
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const next =
    rows.length > limit && last ? writeCursor([order, bare(last, sort.column) ?? null, bare(last, id)]) : null;
  return { data, next };
};

const bare = (row: Row, column: string): unknown => row[column.slice(column.indexOf('.') + 1)];

const writeCursor = (key: unknown[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** The sort key and the id in a cursor; throws BadCursor where it is none of this order. */
const readCursor = (cursor: string, order: string): [value: unknown, id: unknown] => {
  try {
    const key = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
    const plain = (part: unknown): boolean => part === null || ['string', 'number'].includes(typeof part);
    if (Array.isArray(key) && key.length === 3 && key[0] === order && key.every(plain) && key[2] !== null)
      return [key[1], key[2]];
  } catch {}
  throw new BadCursor();
};
