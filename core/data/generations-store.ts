// Rows of generations, and on PostgreSQL who still works with an older one.
import { type Db, dialectOf } from './database.ts';
import { query } from './rows.ts';

/** Names the notifications and the advisory locks of nodes; the lock's second number is the generation it works with. */
export const generationChannel = 'rapport_generations';
export const generationLocks = 7_421_010;

const raised = `insert into generations (name, value) values (?, 1)
  on conflict (name) do update set value = generations.value + 1 returning name`;
const raisedAndNotified = `with raised as (${raised}) select pg_notify('${generationChannel}', name) from raised`;

// Locks of other databases of the server carry the same numbers.
const behind = `select 1 from pg_locks
  where locktype = 'advisory' and classid = ${generationLocks}::oid and objsubid = 2
    and database = (select oid from pg_database where datname = current_database())
    and objid::bigint < (select sum(value) from generations) limit 1`;

export const createGenerationStore = (db: Db) => ({
  raise: async (name: string): Promise<void> => {
    await query(db, dialectOf(db) === 'postgres' ? raisedAndNotified : raised, [name]);
  },
  read: async (): Promise<Map<string, number>> => {
    const rows = await query<{ name: string; value: number }>(db, 'select name, value from generations');
    return new Map(rows.map(({ name, value }) => [name, Number(value)]));
  },
  /** PostgreSQL: a connected node works with what was before the newest change. */
  isAnyBehind: async (): Promise<boolean> => (await query(db, behind)).length > 0,
});
