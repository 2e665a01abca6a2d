// What plugins keep about a person: for export, erasure and merging.
import type { Changes } from '../changes.ts';
import type { Db } from '../data/database.ts';
import { createPluginDataStore } from './data-store.ts';

export const createPluginPeople = (deps: { changes: Changes }) => {
  // Erased in the transaction that erases the person.
  deps.changes.subscribe(async (trx, changes) => {
    for (const change of changes)
      if (change.kind === 'erased') await createPluginDataStore(trx).deleteOf(change.customerId);
  });
  return {
    exportOf: async (db: Db, customerId: string): Promise<{ plugin: string; key: string; value: unknown }[]> =>
      (await createPluginDataStore(db).listOf(customerId)).map(({ plugin, key, value }) => ({
        plugin,
        key,
        value: JSON.parse(value) as unknown,
      })),
    erase: (trx: Db, customerId: string): Promise<number> => createPluginDataStore(trx).deleteOf(customerId),
    move: (trx: Db, from: string, into: string): Promise<number> => createPluginDataStore(trx).move(from, into),
  };
};
