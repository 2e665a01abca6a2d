// The list of what plugins can ask of Rapport: what is not here does not exist for them. Reading, and keeping their own; what
// reaches the outside is in capabilities-outside.ts.

import type { PluginOrder } from '@rapport/sdk';
import { Type } from 'typebox';
import { type Capability, capability, Refusal } from '../../capability.ts';
import type { Clock, Ids } from '../../clock.ts';
import { presentCustomers } from '../../customers/plugin-customers.ts';
import { toIso } from '../../data/column.ts';
import type { Database } from '../../data/database.ts';
import { faultsOf } from '../../records/given-schema.ts';
import { maskPersonal } from '../packages/scopes.ts';
import { createPluginDataStore } from './data-store.ts';
import { createReadsStore, type OrderRead } from './reads-store.ts';
import { createPluginRecordStore, toPluginRecord } from './records-store.ts';

const Id = Type.String({ minLength: 1, maxLength: 64 });
const Text = Type.String({ minLength: 1, maxLength: 200 });
const When = Type.String({ format: 'date-time' });
const Paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  cursor: Type.Optional(Type.String({ maxLength: 1000 })),
};
const Span = { customerId: Type.Optional(Id), since: Type.Optional(When), until: Type.Optional(When) };
const closed = { additionalProperties: false };
const options = ([first]: unknown[]): unknown => first ?? {};
const spanOf = ({ customerId, since, until }: { customerId?: string; since?: string; until?: string }) => ({
  customerId,
  since: since === undefined ? undefined : Date.parse(since),
  until: until === undefined ? undefined : Date.parse(until),
});

/** Bytes: one value, all values of a plugin. */
export const kvLimits = { value: 4 * 1024 ** 2, total: 64 * 1024 ** 2 };

export const dataCapabilities = (deps: { database: Database; clock: Clock; ids: Ids }): Capability[] => {
  const { database, clock, ids } = deps;
  const reads = createReadsStore(database.reader);
  const mine = createPluginDataStore(database.writer);
  const records = createPluginRecordStore(database.writer);

  const write = async (plugin: string, entries: { key: string; value?: unknown; customerId?: string | null }[]) => {
    const rows = entries.map(({ key, value, customerId }) => {
      const text = JSON.stringify(value ?? null);
      const size = Buffer.byteLength(text);
      if (size > kvLimits.value)
        throw new Refusal('LIMIT', `The value of "${key}" has more than ${kvLimits.value} bytes.`);
      return { plugin, key, customer_id: customerId ?? null, value: text, size, updated_at: clock.now() };
    });
    const added = rows.reduce((sum, { size }) => sum + size, 0);
    if ((await mine.sizeOf(plugin)) + added > kvLimits.total)
      throw new Refusal('LIMIT', `The plugin keeps more than ${kvLimits.total} bytes.`);
    await mine.put([...new Map(rows.map((row) => [row.key, row])).values()]);
  };
  const Entry = Type.Object(
    { key: Text, value: Type.Optional(Type.Unknown()), customerId: Type.Optional(Type.Union([Id, Type.Null()])) },
    closed,
  );
  const typeOf = (types: { key: string }[] | undefined, type: string): void => {
    if (!types?.some(({ key }) => key === type))
      throw new Refusal('DENIED', `"${type}" is not a record type of this plugin.`);
  };

  return [
    capability({
      name: 'customers.get',
      scope: 'customers:read',
      read: ([id, more]) => ({ id, ...(more as object) }),
      input: Type.Object({ id: Id, purchases: Type.Optional(Type.Boolean()), at: Type.Optional(When) }, closed),
      run: async ({ id, purchases, at }, { grant, spend }) => {
        await spend('rows', 1);
        const rows = await reads.customersOf([id]);
        const until = at === undefined ? clock.now() : Date.parse(at);
        const [found] = await presentCustomers(database.reader, rows, purchases ? until : undefined);
        return found ? maskPersonal(found, grant.personal) : null;
      },
    }),
    capability({
      name: 'customers.list',
      scope: 'customers:read',
      read: options,
      input: Type.Object({ ...Paging, purchases: Type.Optional(Type.Boolean()), at: Type.Optional(When) }, closed),
      run: async ({ limit = 100, cursor, purchases, at }, { grant, spend }) => {
        const found = await reads.customers(limit, cursor);
        await spend('rows', found.data.length);
        const until = at === undefined ? clock.now() : Date.parse(at);
        const data = await presentCustomers(database.reader, found.data, purchases ? until : undefined);
        return { data: data.map((customer) => maskPersonal(customer, grant.personal)), next: found.next };
      },
    }),
    capability({
      name: 'orders.list',
      scope: 'orders:read',
      read: options,
      input: Type.Object({ ...Paging, ...Span }, closed),
      run: async ({ limit = 100, cursor, ...span }, { spend }) => {
        const found = await reads.orders(spanOf(span), limit, cursor);
        await spend('rows', found.data.length);
        return { data: found.data.map(toOrder), next: found.next };
      },
    }),
    capability({
      name: 'events.list',
      scope: 'events:read',
      read: options,
      input: Type.Object({ ...Paging, ...Span, type: Type.Optional(Text) }, closed),
      run: async ({ limit = 100, cursor, type, ...span }, { grant, spend }) => {
        const found = await reads.events({ ...spanOf(span), type }, limit, cursor);
        await spend('rows', found.data.length);
        const data = found.data.map((row) => ({
          id: row.id,
          customerId: row.customer_id,
          type: row.type,
          occurredAt: toIso(Number(row.occurred_at)),
          properties: maskPersonal(row.properties, grant.personal),
        }));
        return { data, next: found.next };
      },
    }),
    capability({
      name: 'products.list',
      scope: 'products:read',
      read: options,
      input: Type.Object(Paging, closed),
      run: async ({ limit = 100, cursor }, { spend }) => {
        const found = await reads.products(limit, cursor);
        await spend('rows', found.data.length);
        return found;
      },
    }),
    capability({
      name: 'records.put',
      scope: 'records:write',
      read: options,
      input: Type.Object(
        {
          type: Text,
          key: Type.Optional(Text),
          customerId: Type.Optional(Type.Union([Id, Type.Null()])),
          data: Type.Record(Type.String({ maxLength: 100 }), Type.Unknown()),
        },
        closed,
      ),
      run: async ({ type, key, customerId, data }, { plugin, spend }) => {
        const declared = plugin.manifest.provides.recordTypes;
        typeOf(declared, type);
        const [fault] = faultsOf(declared!.find((entry) => entry.key === type)!.schema, data);
        if (fault) throw new Refusal('INVALID', `data${fault.pointer}: ${fault.detail}`);
        if (customerId && (await reads.customersOf([customerId])).length === 0)
          throw new Refusal('INVALID', `There is no customer ${customerId}.`);
        await spend('writes', 1);
        const now = clock.now();
        const row = {
          type,
          plugin: plugin.id,
          key: key ?? null,
          customer_id: customerId ?? null,
          data: JSON.stringify(data),
        };
        return toPluginRecord(
          await records.put({ ...row, id: ids.next(), version: 1, created_at: now, updated_at: now }),
        );
      },
    }),
    capability({
      name: 'records.get',
      scope: 'records:read',
      read: ([type, idOrKey]) => ({ type, idOrKey }),
      input: Type.Object({ type: Text, idOrKey: Text }, closed),
      run: async ({ type, idOrKey }, { plugin, spend }) => {
        typeOf(plugin.manifest.provides.recordTypes, type);
        await spend('rows', 1);
        const row = await records.find(plugin.id, type, idOrKey);
        return row ? toPluginRecord(row) : null;
      },
    }),
    capability({
      name: 'records.list',
      scope: 'records:read',
      read: options,
      input: Type.Object({ ...Paging, type: Text, customerId: Type.Optional(Id) }, closed),
      run: async ({ type, customerId, limit = 100, cursor }, { plugin, spend }) => {
        typeOf(plugin.manifest.provides.recordTypes, type);
        const found = await records.list(plugin.id, type, customerId, limit, cursor);
        await spend('rows', found.data.length);
        return { data: found.data.map(toPluginRecord), next: found.next };
      },
    }),
    capability({
      name: 'kv.get',
      read: ([key]) => ({ key }),
      input: Type.Object({ key: Text }, closed),
      run: async ({ key }, { plugin, spend }) => {
        await spend('rows', 1);
        const [row] = await mine.find(plugin.id, [key]);
        return row ? (JSON.parse(row.value) as unknown) : null;
      },
    }),
    capability({
      name: 'kv.getMany',
      read: ([keys]) => ({ keys }),
      input: Type.Object({ keys: Type.Array(Text, { maxItems: 1000 }) }, closed),
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
      input: Type.Object({ entries: Type.Array(Entry, { maxItems: 1000 }) }, closed),
      run: async ({ entries }, { plugin, spend }) => {
        await spend('writes', entries.length);
        await write(plugin.id, entries);
      },
    }),
    capability({
      name: 'kv.delete',
      read: ([key]) => ({ key }),
      input: Type.Object({ key: Text }, closed),
      run: async ({ key }, { plugin, spend }) => {
        await spend('writes', 1);
        await mine.delete(plugin.id, key);
      },
    }),
    capability({
      name: 'kv.list',
      read: options,
      input: Type.Object(
        { ...Paging, prefix: Type.Optional(Type.String({ maxLength: 200 })), values: Type.Optional(Type.Boolean()) },
        closed,
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

const toOrder = (order: OrderRead): PluginOrder => ({
  id: order.id,
  customerId: order.customer_id,
  status: order.status,
  currency: order.currency,
  total: Number(order.total),
  refunded: Number(order.refunded),
  orderedAt: toIso(Number(order.ordered_at)),
  lines: order.lines.map((line) => ({
    sku: line.sku,
    name: line.name,
    category: line.category,
    quantity: Number(line.quantity),
    unitPrice: Number(line.unit_price),
    total: Number(line.total),
  })),
});
