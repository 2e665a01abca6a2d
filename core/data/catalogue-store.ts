// What the database itself says of its tables: their columns and primary keys. The declarations of modules are held against it.
import { type Db, dialectOf } from './database.ts';
import { query } from './rows.ts';

export type Table = { name: string; columns: string[]; primaryKey: string[] };

const columns = {
  sqlite: `select m.name as table_name, p.name as column_name, p.pk as place
           from sqlite_master m join pragma_table_info(m.name) p
           where m.type = 'table' and m.name not like 'sqlite!_%' escape '!' order by m.name, p.cid`,
  postgres: `select c.relname as table_name, a.attname as column_name,
               coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) as place
             from pg_class c
             join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
             left join pg_index i on i.indrelid = c.oid and i.indisprimary
             where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = current_schema()::regnamespace
             order by c.relname, a.attnum`,
};

export const createCatalogueStore = (db: Db) => ({
  /** Every table, by name. The primary key in its own order. */
  listTables: async (): Promise<Table[]> => {
    type Row = { table_name: string; column_name: string; place: number };
    const rows = await query<Row>(db, columns[dialectOf(db)]);
    return [...Map.groupBy(rows, (row) => row.table_name)].map(([name, found]) => ({
      name,
      columns: found.map((row) => row.column_name),
      primaryKey: found
        .filter((row) => row.place > 0)
        .toSorted((a, b) => a.place - b.place)
        .map((row) => row.column_name),
    }));
  },
  /** `ok`, or the first things that are broken. PostgreSQL guards its own pages and references. */
  checkIntegrity: async (): Promise<string> => {
    if (dialectOf(db) === 'postgres') return 'ok';
    const rows = await query<{ integrity_check: string }>(db, 'pragma integrity_check(3)');
    const strays = await query<{ table: string }>(db, 'pragma foreign_key_check');
    const broken = rows.map((row) => row.integrity_check).join('; ');
    if (broken !== 'ok') return broken;
    return strays.length === 0 ? 'ok' : `${strays.length} rows refer to rows that are gone (${strays[0]!.table})`;
  },
  /** Rows whose column names a customer that is not there. */
  countOrphans: async (table: string, column: string): Promise<number> => {
    const [row] = await query<{ count: number }>(
      db,
      `select count(*) as count from ${table} t where t.${column} is not null
       and not exists (select 1 from customers c where c.id = t.${column})`,
    );
    return Number(row?.count ?? 0);
  },
});
