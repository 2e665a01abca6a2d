// Custom attributes: an admin adds one and it is a typed column at once, in API, filters, import and rules. A type never changes.
import type { Attribute, AttributeChange, NewAttribute } from '@rapport/sdk/schemas';
import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import { toIso, toIsoOrNull } from '../data/column.ts';
import type { Database, Db } from '../data/database.ts';
import type { Generations } from '../data/generations.ts';
import { transactRetrying } from '../data/retry.ts';
import { afterCommit } from '../data/transact.ts';
import type { Dependents } from '../dependents.ts';
import type { Actor } from '../http/actor.ts';
import type { AttributeRow, AttributeTypeName, Definitions } from './attribute-values.ts';
import { createAttributeStore } from './attributes-store.ts';
import { AttributeExists, AttributeNotFound, InvalidValue, TooManyAttributes } from './errors.ts';

/** What a value needs to be read: the definitions, and the country that phone numbers without +… are from. */
export type FieldContext = { definitions: Definitions; defaultCountry: string | null; now: number };

const mostAttributes = 300;
/** Raised with every change of the definitions. */
export const attributesGeneration = 'attributes';

type Deps = { database: Database; clock: Clock; audit: Audit; dependents: Dependents; generations: Generations };

export const createAttributes = (deps: Deps) => {
  const { database, clock, audit, dependents, generations } = deps;
  let kept: (Awaited<ReturnType<typeof load>> & { generation: number }) | undefined;

  const load = async (db: Db) => {
    const store = createAttributeStore(db);
    const [rows, country] = [await store.list(), await store.findSetting('default_country')];
    const active = rows.filter((row) => row.archived_at === null);
    return {
      rows,
      context: {
        definitions: new Map(active.map((row) => [row.key, row])),
        defaultCountry: typeof country === 'string' ? country : null,
      },
    };
  };

  const current = async (db?: Db) => {
    const from = db ?? database.reader;
    const generation = await generations.valueIn(from, attributesGeneration);
    if (generation !== undefined && kept?.generation === generation) return kept;
    const loaded = await load(from);
    // What a transaction reads may never be committed.
    if (generation !== undefined)
      afterCommit(from, () => {
        kept = { ...loaded, generation };
      });
    return loaded;
  };

  return {
    /** Every definition, archived ones too, oldest first. */
    list: async (db?: Db): Promise<AttributeRow[]> => (await current(db)).rows,
    context: async (db?: Db): Promise<FieldContext> => ({ ...(await current(db)).context, now: clock.now() }),
    create: (given: NewAttribute, actor: Actor): Promise<Attribute> =>
      transactRetrying(database.writer, async (trx) => {
        const store = createAttributeStore(trx);
        const rows = await store.list();
        const found = rows.find((row) => row.key === given.key);
        if (found)
          throw new AttributeExists(`The attribute "${given.key}" exists, of type ${found.type}.`, { pointer: '/key' });
        if (rows.length >= mostAttributes) throw new TooManyAttributes(mostAttributes);
        const type = given.type as AttributeTypeName;
        if (given.options && type !== 'text' && type !== 'list')
          throw new InvalidValue('Only texts and lists have options.', { pointer: '/options' });
        if (given.unique && type === 'list') throw new InvalidValue('A list cannot be unique.', { pointer: '/unique' });
        const row: AttributeRow = {
          key: given.key,
          title: given.title,
          title_zh: given.titleZh ?? null,
          description: given.description ?? null,
          type,
          options: given.options ?? null,
          personal: given.personal ?? false,
          unique: given.unique ?? false,
          created_at: clock.now(),
          archived_at: null,
        };
        await store.insert(row);
        await audit.record(trx, {
          actor,
          action: 'attribute.created',
          subject: { kind: 'attribute', id: row.key },
          details: { type: row.type },
        });
        await generations.raise(trx, attributesGeneration);
        return showAttribute(row);
      }),
    /** Archiving is refused with RULE_IN_USE while rules read it, unless `cascade` pauses them. */
    change: (
      key: string,
      change: AttributeChange,
      actor: Actor,
      { cascade }: { cascade?: boolean } = {},
    ): Promise<Attribute> =>
      transactRetrying(database.writer, async (trx) => {
        const store = createAttributeStore(trx);
        const row = (await store.list()).find((one) => one.key === key);
        if (!row) throw new AttributeNotFound(key);
        const { archived, titleZh, ...rest } = change;
        if (rest.options && row.type !== 'text' && row.type !== 'list')
          throw new InvalidValue('Only texts and lists have options.', { pointer: '/options' });
        const columns: Partial<AttributeRow> = {
          ...rest,
          ...(titleZh !== undefined && { title_zh: titleZh }),
          ...(archived !== undefined && { archived_at: archived ? (row.archived_at ?? clock.now()) : null }),
        };
        if (Object.keys(columns).length === 0) return showAttribute(row);
        const name = `attribute:${key}`;
        if (archived && row.archived_at === null) await dependents.release(trx, [name], { actor, cascade });
        await store.update(key, columns);
        if (archived === false && row.archived_at !== null) await dependents.restored(trx, [name]);
        await audit.record(trx, {
          actor,
          action: 'attribute.updated',
          subject: { kind: 'attribute', id: key },
          details: { members: Object.keys(change) },
        });
        await generations.raise(trx, attributesGeneration);
        return showAttribute({ ...row, ...columns });
      }),
  };
};

export type Attributes = ReturnType<typeof createAttributes>;

export const showAttribute = (row: AttributeRow): Attribute => ({
  key: row.key,
  title: row.title,
  titleZh: row.title_zh,
  description: row.description,
  type: row.type,
  options: row.options,
  personal: row.personal,
  unique: row.unique,
  createdAt: toIso(row.created_at),
  archivedAt: toIsoOrNull(row.archived_at),
});
