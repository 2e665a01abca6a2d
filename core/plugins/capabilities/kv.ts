// What a plugin keeps for itself: values under keys, each about a person or nobody.
import { Type } from 'typebox';
import { type Capability, capability, given, Refusal } from '../../capability.ts';
import { transactRetrying } from '../../data/retry.ts';
import type { Platform } from '../../platform.ts';
import { createPluginDataStore } from './data-store.ts';

/** Bytes: one value, all values of a plugin. */
export const kvLimits = { value: 4 * 1024 ** 2, total: 64 * 1024 ** 2 };

const Entry = Type.Object(
  {
    key: given.text,
    value: Type.Optional(Type.Unknown()),
    customerId: Type.Optional(Type.Union([given.id, Type.Null()])),
  },
  given.closed,
);

export const kvCapabilities = ({ database, clock }: Pick<Platform, 'database' | 'clock'>): Capability[] => {
  const mine = createPluginDataStore(database.writer);

  const write = async (plugin: string, entries: { key: string; value?: unknown; customerId?: string | null }[]) => {
    const rows = entries.map(({ key, value, customerId }) => {
      const text = JSON.stringify(value ?? null);
      const size = Buffer.byteLength(text);
      if (size > kvLimits.value)
        throw new Refusal('LIMIT', `The value of "${key}" has more than ${kvLimits.value} bytes.`);
      return { plugin, key, customer_id: customerId ?? null, value: text, size, updated_at: clock.now() };
    });
    const last = [...new Map(rows.map((row) => [row.key, row])).values()];
    await transactRetrying(database.writer, async (trx) => {
      const store = createPluginDataStore(trx);
      await store.put(last);
      // What is kept afterwards counts: values that replace others are not added to them.
      if ((await store.sizeOf(plugin)) > kvLimits.total)
        throw new Refusal('LIMIT', `The plugin keeps more than ${kvLimits.total} bytes.`);
    });
  };

  return [
    capability({
      name: 'kv.get',
      read: ([key]) => ({ key }),
      input: Type.Object({ key: given.text }, given.closed),
      run: async ({ key }, { plugin, spend }) => {
        await spend('rows', 1);
        const [row] = await mine.find(plugin.id, [key]);
        return row ? (JSON.parse(row.value) as unknown) : null;
      },
    }),
    capability({
      name: 'kv.getMany',
      read: ([keys]) => ({ keys }),
      input: Type.Object({ keys: Type.Array(given.text, { maxItems: 1000 }) }, given.closed),
      run: async ({ keys }, { plugin, spend }) => {
        await spend('rows', keys.length);
        const found = new Map((await mine.find(plugin.id, keys)).map((row) => [row.key, row.value]));
        return keys.map((key) => JSON.parse(found.get(key) ?? 'null') as unknown);
      },
    }),
    capability({
      name: 'kv.set',
      read: ([key, value, more]) => ({ key, value, ...(more as object) }),
      input: Entry,
      run: async (entry, { plugin, spend }) => {
        await spend('writes', 1);
        await write(plugin.id, [entry]);
      },
    }),
    capability({
      name: 'kv.setMany',
      read: ([entries]) => ({ entries }),
      input: Type.Object({ entries: Type.Array(Entry, { maxItems: 1000 }) }, given.closed),
      run: async ({ entries }, { plugin, spend }) => {
        await spend('writes', entries.length);
        await write(plugin.id, entries);
      },
    }),
    capability({
      name: 'kv.delete',
      read: ([key]) => ({ key }),
      input: Type.Object({ key: given.text }, given.closed),
      run: async ({ key }, { plugin, spend }) => {
        await spend('writes', 1);
        await mine.delete(plugin.id, key);
      },
    }),
    capability({
      name: 'kv.list',
      read: given.options,
      input: Type.Object(
        {
          ...given.paging,
          prefix: Type.Optional(Type.String({ maxLength: 200 })),
          values: Type.Optional(Type.Boolean()),
        },
        given.closed,
      ),
      run: async ({ prefix = '', values = false, limit = 100, cursor }, { plugin, spend }) => {
        const found = await mine.list(plugin.id, prefix, limit, cursor);
        await spend('rows', found.data.length);
        const data = found.data.map(({ key, value, customer_id: customerId }) => ({
          key,
          customerId,
          value: values ? (JSON.parse(value) as unknown) : null,
        }));
        return { data, next: found.next };
      },
    }),
  ];
};
