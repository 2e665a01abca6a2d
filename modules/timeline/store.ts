// What happened with one customer, from every table that knows, newest first: each source gives its page by its own index,
// the page of the whole is the newest of them.
import type { TimelineEntry } from '@rapport/sdk/schemas';
import { type Db, fromJson, query, toIso } from '../../core/index.ts';

type Row = Record<string, unknown> & { id: string; at: number };
/**
 * A table with rows of customers. `columns` become the entry's `data`, in camelCase; `at` is a time in ms;
 * `personal` names the columns that are shown as `***` to those who may not see personal data.
 */
type Source = {
  kind: TimelineEntry['kind'];
  table: string;
  at: string;
  where?: string;
  columns: string;
  title: (row: Row) => string;
  personal?: readonly string[];
};

const sources: readonly Source[] = [
  {
    kind: 'event',
    table: 'events',
    at: 'occurred_at',
    columns: 'type, source, properties',
    title: (row) => String(row.type),
  },
  {
    kind: 'order',
    table: 'orders',
    at: 'ordered_at',
    columns: 'status, total, currency, quantity, external_id',
    title: (row) => String(row.status),
  },
  {
    kind: 'refund',
    table: 'refunds',
    at: 'at',
    columns: 'order_id, amount, withheld, reason',
    title: () => 'refunded',
  },
  {
    kind: 'consent',
    table: 'consent_changes',
    at: 'at',
    columns: 'channel, purpose, status, source, proof',
    title: (row) => `${String(row.channel)} ${String(row.purpose)} ${String(row.status)}`,
    personal: ['proof'],
  },
  {
    kind: 'level',
    table: 'level_changes',
    at: 'at',
    columns: 'from_level, to_level, reason',
    title: (row) => String(row.to_level ?? 'none'),
  },
  {
    kind: 'points',
    table: 'points_ledger',
    at: 'at',
    columns:
      'kind as posting, available_delta + pending_delta as points, owed_delta as owed, order_id, promotion, reason',
    title: (row) => String(row.posting),
  },
  {
    kind: 'message',
    table: 'messages',
    at: 'created_at',
    columns: 'channel, purpose, template, subject, status, reason',
    title: (row) => `${String(row.channel)} ${String(row.status)}`,
  },
  {
    kind: 'record',
    table: 'records',
    at: 'created_at',
    columns: 'type, key',
    title: (row) => String(row.type),
  },
];

/** Where a page ends: the moment (ms) and, among what happened in it, the id. */
export type TimelinePosition = { at: number; id: string };

/**
 * Reads only, with no transaction around its sources: a row written meanwhile may be on no page, an entry
 * that stands is on exactly one.
 */
export const createTimelineStore = (db: Db) => {
  const mergesOf = (customerId: string, limit: number, before: TimelinePosition | undefined): Promise<Row[]> =>
    query<Row>(
      db,
      `select id, at, from_id, into_id, undone_at from merges where (into_id = ? or from_id = ?)
       ${before ? 'and (at < ? or (at = ? and id < ?))' : ''} order by at desc, id desc limit ?`,
      [customerId, customerId, ...(before ? [before.at, before.at, before.id] : []), limit],
    );

  const rowsOf = (source: Source, customerId: string, limit: number, before: TimelinePosition | undefined) =>
    query<Row>(
      db,
      `select id, ${source.at} as at, ${source.columns} from ${source.table} where customer_id = ?
       ${before ? `and (${source.at} < ? or (${source.at} = ? and id < ?))` : ''} order by ${source.at} desc, id desc limit ?`,
      [customerId, ...(before ? [before.at, before.at, before.id] : []), limit],
    );

  return {
    /** The newest `limit` entries before a position; of these kinds, or all. */
    list: async (
      customerId: string,
      options: { limit: number; before?: TimelinePosition; kinds?: ReadonlySet<string>; personal: boolean },
    ): Promise<(TimelineEntry & { position: TimelinePosition })[]> => {
      const wanted = sources.filter(({ kind }) => !options.kinds || options.kinds.has(kind));
      const pages = await Promise.all(
        wanted.map(async (source) =>
          (await rowsOf(source, customerId, options.limit, options.before)).map((row) =>
            entryOf(row, source.kind, source.title(row), options.personal ? [] : (source.personal ?? [])),
          ),
        ),
      );
      if (!options.kinds || options.kinds.has('merge'))
        pages.push(
          (await mergesOf(customerId, options.limit, options.before)).map((row) =>
            entryOf(row, 'merge', row.undone_at === null ? 'merged' : 'parted again', []),
          ),
        );
      return pages
        .flat()
        .toSorted((a, b) => b.position.at - a.position.at || (a.id < b.id ? 1 : -1))
        .slice(0, options.limit);
    },
  };
};

const entryOf = (
  { id, at, ...rest }: Row,
  kind: TimelineEntry['kind'],
  title: string,
  hidden: readonly string[],
): TimelineEntry & { position: TimelinePosition } => ({
  id,
  kind,
  at: toIso(at),
  title,
  data: Object.fromEntries(
    Object.entries(rest).map(([column, value]) => [
      column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      show(column, value, hidden),
    ]),
  ),
  position: { at, id },
});

const show = (column: string, value: unknown, hidden: readonly string[]): unknown => {
  if (value === null) return null;
  if (hidden.includes(column)) return '***';
  if (column === 'properties') return fromJson(value);
  if (column.endsWith('_at')) return toIso(value as number);
  return value;
};
