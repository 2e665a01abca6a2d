// One transaction, what belongs at its end, and work to do after its commit. A transaction is just another connection for the stores.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Knex } from 'knex';

type Db = Knex;

type After = () => void | Promise<void>;
type Ends = { before: ((trx: Db) => Promise<void>)[]; announce: After[]; after: After[] };
const ends = new WeakMap<object, Ends>();

/** A call whose writes are one transaction, however many `transact` it runs; see `unite`. */
type United = { writer: Db; ends: Ends; trx?: Db; connection?: string; over: boolean; begin: () => Promise<Db> };
/** Where in it the code runs: inside a `transact` (then `trx` is its savepoint) or between two. */
type Frame = { call: United; ends: Ends; trx?: Db };
const frames = new AsyncLocalStorage<Frame | undefined>();
const handles = new WeakMap<object, { base: Db; writer: Db }>();

const frameOf = (db: Db): Frame | undefined => {
  const handle = handles.get(db);
  const frame = handle && frames.getStore();
  return frame && !frame.call.over && frame.call.writer === handle.writer ? frame : undefined;
};

/** Runs `work` in a transaction; its writes are all there or none are. Nested calls join the outer transaction. */
export const transact = async <T>(db: Db, work: (trx: Db) => Promise<T>): Promise<T> => {
  const frame = frameOf(db);
  if (frame) return savepoint(frame, work);
  if (db.isTransaction) return work(db);
  const mine: Ends = { before: [], announce: [], after: [] };
  const result = await db.transaction(async (trx) => {
    ends.set(trx, mine);
    const done = await work(trx);
    for (const run of mine.before) await run(trx);
    return done;
  });
  await runAfter(mine);
  return result;
};

// What others must know of first comes first: what the rest wakes must not work with what was true before the commit.
const runAfter = async ({ announce, after }: Ends): Promise<void> => {
  if (announce.length > 0) await Promise.all(announce.map((run) => run()));
  const waits = after.flatMap((run) => run() ?? []);
  if (waits.length > 0) await Promise.all(waits);
};

/** Whether `transact` on this connection only joins a transaction that cannot be run again on its own. */
export const isJoining = (db: Db): boolean => Boolean(db.isTransaction) && frameOf(db) === undefined;

const savepoint = async <T>(frame: Frame, work: (trx: Db) => Promise<T>): Promise<T> => {
  const outer = frame.trx ?? (await frame.call.begin());
  const mine: Ends = { before: [], announce: [], after: [] };
  const result = await outer.transaction((trx) => {
    ends.set(trx, mine);
    return frames.run({ call: frame.call, ends: mine, trx }, async () => await work(trx));
  });
  frame.ends.before.push(...mine.before);
  frame.ends.announce.push(...mine.announce);
  frame.ends.after.push(...mine.after);
  return result;
};

/**
 * All that `work` writes to the database of this handle is one transaction: it begins with the first `transact`, and each
 * `transact` is a savepoint in it, so that a part may fail and be tried again. Once it has begun, reads through the database's
 * handles see it. `first` runs at its beginning, `last` at its end with the result of `work`; whatever throws rolls all of it
 * back. What is written outside a `transact` is refused: it would be there even when the rest is not.
 */
export const unite = async <T>(
  db: Db,
  { first, last }: { first: (trx: Db) => Promise<void>; last: (trx: Db, result: T) => Promise<void> },
  work: () => Promise<T>,
): Promise<T> => {
  const handle = handles.get(db);
  if (!handle || frameOf(db)) throw new Error('Only an opened database unites transactions, and not twice.');
  const mine: Ends = { before: [], announce: [], after: [] };
  let opened: Knex.Transaction | undefined;
  let beginning: Promise<Db> | undefined;
  const open = async (): Promise<Db> => {
    opened = await handle.base.transaction();
    ends.set(opened, mine);
    await first(opened);
    call.connection = ((await opened.client.acquireConnection()) as { __knexUid: string }).__knexUid;
    call.trx = opened;
    return opened;
  };
  const begin = (): Promise<Db> => {
    beginning ??= open();
    return beginning;
  };
  const call: United = { writer: handle.writer, ends: mine, over: false, begin };
  try {
    // Awaited inside: a query runs when it is awaited.
    const result = await frames.run({ call, ends: mine }, async () => await work());
    const trx = await begin();
    await last(trx, result);
    for (const run of mine.before) await run(trx);
    await opened!.commit();
    call.over = true;
    await runAfter(mine);
    return result;
  } catch (error) {
    call.over = true;
    if (opened && !opened.isCompleted()) await opened.rollback();
    throw error;
  }
};

/** Work for everybody (a shared read, a group commit) started by one call: it is no part of that call's transaction. */
export const apart = <T>(work: () => T): T => frames.run(undefined, work);

/** True while what is written belongs to one transaction of a call (`unite`). */
export const isUnited = (db: Db): boolean => frameOf(db) !== undefined;

/** What commits or rolls back as one: the call (`unite`), or the transaction. */
export const unitOf = (db: Db): object => frames.getStore()?.call ?? db;

/** The handle that everybody holds: inside a call whose transaction has begun, it is that transaction. */
export const handleOf = (base: Db, writer: Db = base): Db => {
  const target = (): Db => frameOf(handle)?.call.trx ?? base;
  const handle = new Proxy(base, {
    apply: (_base, _this, given) => Reflect.apply(target() as never, undefined, given) as unknown,
    get: (_base, member) => Reflect.get(target(), member) as unknown,
  });
  handles.set(handle, { base, writer });
  base.on('query', ({ sql, __knexUid }: { sql: string; __knexUid: string }) => {
    const frame = frames.getStore() && frameOf(handle);
    if (frame && frame.call.connection !== __knexUid && /^\s*(insert|update|delete)\b/i.test(sql))
      throw new Error(`A call that is one transaction writes outside of it: ${sql.slice(0, 80)}`);
  });
  return handle;
};

/**
 * The last thing in the transaction, after all of `work`: for what takes a lock that everybody wants, so that it is held only
 * until the commit. At once where there is no transaction of ours.
 */
export const beforeCommit = async (db: Db, run: (trx: Db) => Promise<void>): Promise<void> => {
  const mine = endsOf(db);
  if (mine) mine.before.push(run);
  else await run(db);
};

/**
 * Runs once the transaction is committed (wake-ups, caches); `transact` resolves when the promises that are returned here have.
 * Never for work that must not be lost: that is an outbox row.
 */
export const afterCommit = (db: Db, run: After): void => {
  const mine = endsOf(db);
  if (mine) mine.after.push(run);
  else void run();
};

/** As `afterCommit`, and what runs after the commit waits for it: so that whoever it wakes knows of the change. */
export const announceCommit = (db: Db, run: After): void => {
  const mine = endsOf(db);
  if (mine) mine.announce.push(run);
  else void run();
};

const endsOf = (db: Db): Ends | undefined => frameOf(db)?.ends ?? ends.get(db);
