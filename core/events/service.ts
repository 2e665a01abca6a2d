// Events: checked, given to a customer, stored once, heard by the rules. Ingestion shares transactions across requests.
import type { CustomerEvent, EventReceipt, NewEvent } from '@rapport/sdk/schemas';
import { eventPropertyBounds } from '@rapport/sdk/schemas';
import type { Change } from '../changes.ts';
import { InvalidValue } from '../customers/errors.ts';
import type { Customers } from '../customers/index.ts';
import { readTime } from '../customers/normalise.ts';
import { touchLastSeen } from '../customers/store.ts';
import { fromJson, toIso } from '../data/column.ts';
import type { Db } from '../data/database.ts';
import { createGroupCommit } from '../data/group-commit.ts';
import { type Page, page } from '../data/page.ts';
import { transactRetrying } from '../data/retry.ts';
import { Failure } from '../errors.ts';
import type { Actor } from '../http/actor.ts';
import type { Platform } from '../platform.ts';
import { createEventStore, type EventRow } from './store.ts';

const dayMs = 86_400_000;
const mostInOneCommit = 5000;

export type PreparedEvent = {
  given: NewEvent;
  pointer: string;
  occurredAt: number;
  source: string;
  properties: string;
};
/** What became of one event: its id (the first one's for a duplicate), or why it was refused. `index` is its place in what was given. */
export type EventOutcome = {
  index: number;
  id: string | null;
  customerId: string | null;
  duplicate: boolean;
  failure?: Failure;
};
type Stored = { row: EventRow; outcome: EventOutcome; given: NewEvent };
type Request = { events: PreparedEvent[]; actor: Actor };

export const createEvents = ({ platform, customers }: { platform: Platform; customers: Customers }) => {
  const { database, clock, ids, outbox, changes } = platform;

  /** Checks what a schema cannot; throws with a pointer to the member at fault. */
  const prepare = (given: NewEvent, pointer: string, source: string): PreparedEvent => {
    const now = clock.now();
    const occurredAt = given.occurredAt === undefined ? now : readTime(given.occurredAt, `${pointer}/occurredAt`);
    checkPast(occurredAt, now, `${pointer}/occurredAt`);
    const properties = given.properties === undefined ? '{}' : JSON.stringify(given.properties).normalize('NFC');
    checkProperties(properties, given.properties, `${pointer}/properties`);
    return { given, pointer, occurredAt, source: given.source ?? source, properties };
  };

  /** Stores those whose customer is known or can be made; refuses the rest one by one, naming the member at fault. */
  const store = async (
    trx: Db,
    requests: readonly Request[],
    options: { quiet?: boolean; perEvent?: boolean },
  ): Promise<EventOutcome[][]> => {
    const found = await customers.findByRefs(
      trx,
      requests.flatMap(({ events }) => events.map(({ given }) => given.customer)),
    );
    let at = 0;
    const parts = requests.map(({ events, actor }) => {
      const mine = found.slice(at, at + events.length);
      at += events.length;
      return { events, actor, found: mine };
    });
    const outcomes = parts.map(({ events, found: mine }) =>
      events.map((event, index): EventOutcome => {
        const cause = mine[index]!.failure;
        const failure =
          cause &&
          new Failure(cause.code, cause.status, cause.message, {
            pointer: `${event.pointer}/customer${cause.pointer ?? ''}`,
          });
        return { index, id: null, customerId: null, duplicate: false, failure };
      }),
    );
    const now = clock.now();
    const rows: Stored[] = [];
    const moved = new Map<string, string>();
    for (const [r, { events, actor, found: mine }] of parts.entries()) {
      const refused = outcomes[r]!.some(({ failure }) => failure);
      const good = events.flatMap((event, index) => {
        const outcome = outcomes[r]![index]!;
        return outcome.failure || (refused && !options.perEvent) ? [] : [{ event, outcome, entry: mine[index]! }];
      });
      const owners = await customers.findOrCreate(
        trx,
        good.map(({ entry }) => entry),
        { actor, source: good[0]?.event.source, quiet: options.quiet, moved },
      );
      for (const [i, { event, outcome }] of good.entries()) {
        Object.assign(outcome, { id: ids.next(), customerId: owners[i]! });
        rows.push({ outcome, row: rowOf(event, outcome, now), given: event.given });
      }
    }
    for (const { row, outcome } of rows)
      row.customer_id = outcome.customerId = moved.get(row.customer_id) ?? row.customer_id;
    await insert(trx, rows, options.quiet ?? false);
    return outcomes;
  };

  /** Stores those whose (source, key) is new; gives their ids. */
  const storeRows = async (trx: Db, rows: readonly EventRow[]): Promise<ReadonlySet<string>> => {
    const stored = await createEventStore(trx).insertMany(rows);
    await touchLastSeen(
      trx,
      rows.filter(({ id }) => stored.has(id)).map((row) => [row.customer_id, row.occurred_at] as const),
      clock.now(),
    );
    return stored;
  };

  const insert = async (trx: Db, rows: Stored[], quiet: boolean): Promise<void> => {
    const stored = await storeRows(
      trx,
      rows.map(({ row }) => row),
    );
    const repeated = rows.filter(({ row }) => !stored.has(row.id));
    if (repeated.length > 0) {
      const known = await createEventStore(trx).findByKeys(
        repeated.map(({ row }) => [row.source, row.dedupe_key!] as const),
      );
      for (const { row, outcome } of repeated) {
        const first = known.get(`${row.source}\n${row.dedupe_key}`)!;
        Object.assign(outcome, { id: first.id, customerId: first.customer_id, duplicate: true });
      }
    }
    const entries = rows.filter(({ row }) => stored.has(row.id));
    const fresh = entries.map(({ row }) => row);
    if (fresh.length === 0) return;
    if (quiet) return;
    await changes.publish(
      trx,
      entries.map(({ row, given }) => changeOf(row, given.properties ?? {})),
    );
    if (await outbox.isSubscribed(trx, 'event.recorded'))
      await outbox.emit(
        trx,
        ...fresh.map((row) => ({
          topic: 'event.recorded',
          customerId: row.customer_id,
          payload: { customerId: row.customer_id, event: showEvent(row) },
        })),
      );
  };

  const group = createGroupCommit<Request, EventReceipt[]>({
    db: database.writer,
    most: mostInOneCommit,
    sizeOf: ({ events }) => events.length,
    commit: async (requests) => {
      const outcomes = await transactRetrying(database.writer, (trx) => store(trx, requests, {}));
      return outcomes.map(
        (mine) =>
          mine.find(({ failure }) => failure)?.failure ??
          mine.map(({ id, customerId, duplicate }) => ({ id: id!, customerId: customerId!, duplicate })),
      );
    },
  });

  return {
    /** One event or many, all stored or none; answered after commit. */
    record: (given: NewEvent | readonly NewEvent[], actor: Actor): Promise<EventReceipt[]> => {
      const many = Array.isArray(given) ? (given as readonly NewEvent[]) : undefined;
      const source = sourceOf(actor);
      const events = many
        ? many.map((event, i) => prepare(event, `/${i}`, source))
        : [prepare(given as NewEvent, '', source)];
      return group.add({ events, actor });
    },
    /**
     * Thousands of events in the caller's transaction; each has its own outcome. Idempotent by (source, id).
     * `quiet` for imports: nothing is published or emitted. Run it inside `transactRetrying`.
     */
    insertMany: async (
      trx: Db,
      given: readonly NewEvent[],
      options: { actor: Actor; source?: string; quiet?: boolean },
    ): Promise<EventOutcome[]> => {
      const outcomes: EventOutcome[] = [];
      const good: PreparedEvent[] = [];
      const places: number[] = [];
      for (const [index, event] of given.entries()) {
        try {
          good.push(prepare(event, '', options.source ?? sourceOf(options.actor)));
          places.push(index);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          outcomes[index] = { index, id: null, customerId: null, duplicate: false, failure: error };
        }
      }
      const [stored = []] = await store(trx, [{ events: good, actor: options.actor }], { ...options, perEvent: true });
      for (const [i, outcome] of stored.entries()) outcomes[places[i]!] = { ...outcome, index: places[i]! };
      return outcomes;
    },
    /**
     * For imports: events of customers that are known, in the caller's transaction, each stored once by its source and key.
     * Nothing is published. Gives how many were new.
     */
    insertKnown: async (trx: Db, rows: readonly Omit<EventRow, 'id' | 'received_at'>[]): Promise<number> => {
      const now = clock.now();
      const all = rows.map((row) => ({ ...row, id: ids.next(), received_at: now }));
      return (await storeRows(trx, all)).size;
    },
    list: async (query: {
      limit?: number;
      cursor?: string;
      customerId?: string;
      type?: string;
      from?: string;
      to?: string;
    }): Promise<Page<CustomerEvent>> => {
      const rows = createEventStore(database.reader).rows();
      if (query.customerId !== undefined) rows.where('customer_id', query.customerId);
      if (query.type !== undefined) rows.where('type', query.type);
      if (query.from !== undefined) rows.where('occurred_at', '>=', readTime(query.from, '/query/from'));
      if (query.to !== undefined) rows.where('occurred_at', '<', readTime(query.to, '/query/to'));
      // Without a filter, newest received first: that is the order of ids, and needs no index of its own.
      const column = query.customerId !== undefined || query.type !== undefined ? 'occurred_at' : 'id';
      const { data, next } = await page<EventRow>(rows, {
        sort: { column, direction: 'desc' },
        limit: query.limit ?? 50,
        cursor: query.cursor,
      });
      return { data: data.map(showEvent), next };
    },
    listTypes: async () =>
      (await createEventStore(database.reader).listTypes()).map(({ type, last_at }) => ({
        type,
        lastAt: toIso(last_at),
      })),
  };
};

export type Events = ReturnType<typeof createEvents>;

/** Who sends without naming a source is told apart by who they are: ids of two apps never clash. */
const sourceOf = (actor: Actor): string =>
  actor.kind === 'system' ? 'rapport' : `${actor.kind}:${actor.id}`.replaceAll(/[^A-Za-z0-9_.:-]/g, '-').slice(0, 64);

const rowOf = (event: PreparedEvent, outcome: EventOutcome, now: number): EventRow => ({
  id: outcome.id!,
  customer_id: outcome.customerId!,
  type: event.given.type,
  occurred_at: event.occurredAt,
  received_at: now,
  source: event.source,
  dedupe_key: event.given.id ?? null,
  properties: event.properties,
});

export const showEvent = (row: EventRow): CustomerEvent => ({
  id: row.id,
  customerId: row.customer_id,
  type: row.type,
  occurredAt: toIso(row.occurred_at),
  receivedAt: toIso(row.received_at),
  source: row.source,
  properties: fromJson(row.properties),
});

const changeOf = (row: EventRow, properties: Record<string, unknown>): Change => ({
  customerId: row.customer_id,
  kind: 'event',
  facts: ['events', 'customer.lastSeenAt'],
  at: row.occurred_at,
  event: { id: row.id, type: row.type, occurredAt: toIso(row.occurred_at), properties },
});

/** A clock may be a little ahead of ours; more than a day is a mistake. */
export const checkPast = (occurredAt: number, now: number, pointer: string): void => {
  if (occurredAt > now + dayMs) throw new InvalidValue('It lies more than a day in the future.', { pointer });
};

const checkProperties = (text: string, value: unknown, pointer: string): void => {
  if (text.length > eventPropertyBounds.bytes || Buffer.byteLength(text) > eventPropertyBounds.bytes)
    throw new InvalidValue(`The properties are larger than ${eventPropertyBounds.bytes} bytes.`, { pointer });
  // Few texts have this many brackets; only those are walked.
  if (
    text.split(/[[{]/, eventPropertyBounds.depth + 2).length > eventPropertyBounds.depth &&
    depthOf(value) > eventPropertyBounds.depth
  )
    throw new InvalidValue(`The properties nest deeper than ${eventPropertyBounds.depth} levels.`, { pointer });
};

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce((deepest: number, child) => Math.max(deepest, depthOf(child)), 0)
    : 0;
