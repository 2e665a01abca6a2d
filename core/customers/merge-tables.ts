// A merge over every table that a module declares, and back. What happened to a table's rows is kept with the merge.

import { createCatalogueStore } from '../data/catalogue-store.ts';
import type { Db } from '../data/database.ts';
import type { Declared, Pair } from '../declared.ts';
import { createPeopleStore, type KeyRow, type Row } from './people-store.ts';

/** What became of one table: keys by column where rows were re-keyed, rows and added keys of a union, or the rule's own. */
export type Kept = { rekeyed: Record<string, KeyRow[]> } | { rows: Row[]; added: KeyRow[] } | { own: unknown };

export const mergeTables = async (trx: Db, declared: Declared, pair: Pair): Promise<Record<string, Kept>> => {
  const people = createPeopleStore(trx);
  const keys = new Map(
    (await createCatalogueStore(trx).listTables()).map(({ name, primaryKey }) => [name, primaryKey]),
  );
  const kept: Record<string, Kept> = {};
  const policies = declared.ofCustomers();
  for (const { onMerge } of policies) if (typeof onMerge === 'object') await onMerge.lock?.(trx, pair);
  for (const { table, onMerge, customerColumns } of policies) {
    if (onMerge === 'rekey') {
      const rekeyed: Record<string, KeyRow[]> = {};
      for (const column of customerColumns) {
        const moved = await people.move(table, column, keys.get(table) ?? [], pair.from, pair.into);
        if (moved.length > 0) rekeyed[column] = moved;
      }
      if (Object.keys(rekeyed).length > 0) kept[table] = { rekeyed };
    } else if (onMerge === 'union') {
      const [column] = customerColumns as [string];
      const rows = await people.rowsOf(table, [column], [pair.from]);
      if (rows.length === 0) continue;
      const rest = (keys.get(table) ?? []).filter((name) => name !== column);
      kept[table] = { rows, added: await people.unite(table, column, rest, pair.from, pair.into) };
    }
  }
  for (const { table, onMerge } of policies)
    if (typeof onMerge === 'object') kept[table] = { own: (await onMerge.merge(trx, pair)) ?? null };
  return kept;
};

export const unmergeTables = async (
  trx: Db,
  declared: Declared,
  pair: Pair,
  tables: Record<string, Kept>,
): Promise<void> => {
  const people = createPeopleStore(trx);
  const policies = declared.ofCustomers();
  for (const { table, customerColumns } of policies) {
    const kept = tables[table];
    if (!kept) continue;
    if ('rekeyed' in kept)
      for (const [column, given] of Object.entries(kept.rekeyed))
        await people.moveBack(table, column, given, pair.into, pair.from);
    else if ('rows' in kept) {
      await people.removeKeys(table, customerColumns[0]!, pair.into, kept.added);
      await people.insert(table, kept.rows);
    }
  }
  for (const { table, onMerge } of policies) {
    const kept = tables[table];
    if (typeof onMerge === 'object' && kept && 'own' in kept) await onMerge.unmerge(trx, pair, kept.own);
  }
};
