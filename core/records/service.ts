// Records of types that plugins declare: one generic store for tickets, deals and survey answers. Data fits the declared schema;
// what the records mean is their plugin's business.
import type { DataRecord, NewRecord, RecordChange, RecordType, SettingsSchema } from '@rapport/sdk/schemas';
import { InvalidValue } from '../customers/errors.ts';
import type { Customers } from '../customers/index.ts';
import { fromJson, toIso, toJson } from '../data/column.ts';
import type { Db } from '../data/database.ts';
import { type Page, page } from '../data/page.ts';
import { transactRetrying } from '../data/retry.ts';
import { VersionConflict } from '../errors.ts';
import type { Actor } from '../http/actor.ts';
import type { Platform } from '../platform.ts';
import { RecordExists, RecordNotFound, RecordTypeNotFound, RecordTypeTaken } from './errors.ts';
import { createFaultCheck, type FaultCheck } from './given-schema.ts';
import { createRecordStore, type RecordRow, type RecordTypeRow } from './store.ts';

export type RecordTypeDefinition = {
  type: string;
  plugin: string;
  title: string | { en: string; zh?: string };
  schema: SettingsSchema;
};

const mostBytes = 65_536;
const mostRead = 200;

export const createRecords = ({ platform, customers }: { platform: Platform; customers: Customers }) => {
  const { database, clock, ids, changes, audit } = platform;

  const getType = async (db: Db, type: string): Promise<RecordTypeRow> => {
    const row = await createRecordStore(db).findType(type);
    if (!row) throw new RecordTypeNotFound(type);
    return row;
  };

  // By its text, which is read with each write: a type that changed on whatever node has another one.
  const read = new Map<string, { schema: SettingsSchema; faults: FaultCheck }>();
  const readType = ({ definition }: RecordTypeRow) => {
    const known = read.get(definition);
    if (known) return known;
    const { schema } = fromJson<Pick<RecordTypeDefinition, 'schema'>>(definition);
    const fresh = { schema, faults: createFaultCheck(schema) };
    if (read.size >= mostRead) read.clear();
    read.set(definition, fresh);
    return fresh;
  };

  /** Members that a new record does not name have their defaults. */
  const withDefaults = (type: RecordTypeRow, data: Record<string, unknown>): Record<string, unknown> => {
    const defaults = Object.entries(readType(type).schema.properties).flatMap(([name, property]) =>
      property.default === undefined ? [] : [[name, property.default] as const],
    );
    return { ...Object.fromEntries(defaults), ...data };
  };

  const check = (type: RecordTypeRow, data: Record<string, unknown>): string => {
    const { schema, faults } = readType(type);
    const stranger = Object.keys(data).find((name) => !Object.hasOwn(schema.properties, name));
    if (stranger !== undefined)
      throw new InvalidValue(`There is no member "${stranger}".`, { pointer: `/data/${stranger}` });
    const [fault] = faults(data);
    if (fault) throw new InvalidValue(fault.detail, { pointer: `/data${fault.pointer}` });
    const text = toJson(data);
    if (Buffer.byteLength(text) > mostBytes)
      throw new InvalidValue(`A record has at most ${mostBytes} bytes.`, { pointer: '/data' });
    return text;
  };

  const checkCustomer = async (trx: Db, id: string | null | undefined, actor: Actor): Promise<string | null> =>
    id === null || id === undefined ? null : customers.resolve(trx, { id }, { actor });

  const tell = async (trx: Db, row: RecordRow, action: string, actor: Actor, former: string | null = null) => {
    const touched = [...new Set([row.customer_id, former])].filter((id) => id !== null);
    await changes.publish(
      trx,
      touched.map((customerId) => ({ customerId, kind: 'record' as const, facts: ['records'], at: clock.now() })),
    );
    await audit.record(trx, {
      actor,
      action: `record.${action}`,
      subject: { kind: 'record', id: row.id },
      details: { type: row.type },
    });
  };

  /** Throws RECORD_TYPE_TAKEN when the type belongs to another plugin. */
  const checkOwner = async (db: Db, type: string, plugin: string): Promise<void> => {
    const owner = (await createRecordStore(db).findType(type))?.plugin ?? plugin;
    if (owner !== plugin) throw new RecordTypeTaken(type, owner, { pointer: '/provides/recordTypes' });
  };

  return {
    checkOwner,
    /** The plugin a type belongs to. */
    ownerOf: async (type: string): Promise<string | undefined> =>
      (await createRecordStore(database.reader).findType(type))?.plugin,
    /** Declares a type, or gives its plugin's type a new schema. A type belongs to one plugin. */
    defineType: async (trx: Db, { type, plugin, title, schema }: RecordTypeDefinition): Promise<void> => {
      const store = createRecordStore(trx);
      await checkOwner(trx, type, plugin);
      await store.putType({ type, plugin, definition: toJson({ title, schema }), created_at: clock.now() });
    },
    listTypes: async (): Promise<RecordType[]> => (await createRecordStore(database.reader).listTypes()).map(showType),
    create: (type: string, given: NewRecord, actor: Actor): Promise<DataRecord> =>
      transactRetrying(database.writer, async (trx) => {
        const declared = await getType(trx, type);
        const now = clock.now();
        const row = await createRecordStore(trx).insert({
          id: ids.next(),
          type,
          plugin: declared.plugin,
          key: given.key ?? null,
          customer_id: await checkCustomer(trx, given.customerId, actor),
          data: check(declared, withDefaults(declared, given.data)),
          version: 1,
          created_at: now,
          updated_at: now,
        });
        if (!row) throw new RecordExists(given.key ?? '', { pointer: '/key' });
        await tell(trx, row, 'created', actor);
        return showRecord(row);
      }),
    /** Adds a record, or gives the one with this key new data; a customer that is not named stays. */
    put: (
      type: string,
      { key, customerId, data }: { key?: string; customerId?: string | null; data: Record<string, unknown> },
      actor: Actor,
    ): Promise<DataRecord> =>
      transactRetrying(database.writer, async (trx) => {
        const store = createRecordStore(trx);
        const declared = await getType(trx, type);
        const text = check(declared, withDefaults(declared, data));
        const named = customerId === undefined ? undefined : await checkCustomer(trx, customerId, actor);
        const now = clock.now();
        const fresh = { id: ids.next(), type, plugin: declared.plugin, version: 1, created_at: now, updated_at: now };
        const added = await store.insert({ ...fresh, key: key ?? null, customer_id: named ?? null, data: text });
        if (added) {
          await tell(trx, added, 'created', actor);
          return showRecord(added);
        }
        const row = (await store.findByKey(type, key!))!;
        const kept = named === undefined ? row.customer_id : named;
        const changed = await store.update(row, { customerId: kept, data: text, at: now });
        if (!changed) throw new VersionConflict('The record changed at the same time.');
        await tell(trx, changed, 'updated', actor, row.customer_id);
        return showRecord(changed);
      }),
    /** By id or by key. */
    find: async (type: string, idOrKey: string): Promise<DataRecord | undefined> => {
      const store = createRecordStore(database.reader);
      const row = (await store.find(type, idOrKey)) ?? (await store.findByKey(type, idOrKey));
      return row && showRecord(row);
    },
    change: (
      type: string,
      id: string,
      change: RecordChange,
      actor: Actor,
      expectedVersion?: number,
    ): Promise<DataRecord> =>
      transactRetrying(database.writer, async (trx) => {
        const store = createRecordStore(trx);
        const declared = await getType(trx, type);
        const row = await store.find(type, id);
        if (!row) throw new RecordNotFound(id);
        if (expectedVersion !== undefined && expectedVersion !== row.version)
          throw new VersionConflict(`The record is at version ${row.version} by now.`);
        const merged = Object.entries({ ...fromJson<Record<string, unknown>>(row.data), ...change.data });
        const data = check(declared, Object.fromEntries(merged.filter(([, value]) => value !== null)));
        const customerId =
          change.customerId === undefined ? row.customer_id : await checkCustomer(trx, change.customerId, actor);
        const changed = await store.update(row, { customerId, data, at: clock.now() });
        if (!changed) throw new VersionConflict('The record changed at the same time.');
        await tell(trx, changed, 'updated', actor, row.customer_id);
        return showRecord(changed);
      }),
    remove: (type: string, id: string, actor: Actor): Promise<void> =>
      transactRetrying(database.writer, async (trx) => {
        const store = createRecordStore(trx);
        await getType(trx, type);
        const row = await store.find(type, id);
        if (!row) throw new RecordNotFound(id);
        await store.remove(type, id);
        await tell(trx, row, 'deleted', actor);
      }),
    get: async (type: string, id: string): Promise<DataRecord> => {
      await getType(database.reader, type);
      const row = await createRecordStore(database.reader).find(type, id);
      if (!row) throw new RecordNotFound(id);
      return showRecord(row);
    },
    list: async (
      type: string,
      query: { limit?: number; cursor?: string; customerId?: string; key?: string },
    ): Promise<Page<DataRecord>> => {
      await getType(database.reader, type);
      const rows = createRecordStore(database.reader).rows().where({ type });
      if (query.customerId !== undefined) rows.where('customer_id', query.customerId);
      if (query.key !== undefined) rows.where('key', query.key);
      const { data, next } = await page<RecordRow>(rows, {
        sort: { column: 'created_at', direction: 'desc' },
        limit: query.limit ?? 50,
        cursor: query.cursor,
      });
      return { data: data.map(showRecord), next };
    },
  };
};

export type Records = ReturnType<typeof createRecords>;

const showType = (row: RecordTypeRow): RecordType => {
  const { title, schema } = fromJson<Pick<RecordTypeDefinition, 'title' | 'schema'>>(row.definition);
  return {
    type: row.type,
    plugin: row.plugin,
    title: typeof title === 'string' ? title : title.en,
    titleZh: typeof title === 'string' ? null : (title.zh ?? null),
    schema,
  };
};

const showRecord = (row: RecordRow): DataRecord => ({
  id: row.id,
  type: row.type,
  key: row.key,
  customerId: row.customer_id,
  data: fromJson(row.data),
  version: row.version,
  createdAt: toIso(row.created_at),
  updatedAt: toIso(row.updated_at),
});
