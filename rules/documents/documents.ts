// Rules as documents: saving makes an immutable version, activating one is an act with an author, a time and a diff,
// rolling back is activating an older one. What a kind means (check, activation, stop) is given by the kind's own service.
import type { RuleHistory, RuleKind, RuleStatus, RuleVersion } from '@rapport/sdk/schemas';
import {
  type Actor,
  type Db,
  InvalidRequest,
  type Page,
  type Platform,
  toIso,
  transactRetrying,
  VersionConflict,
} from '../../core/index.ts';
import { RuleArchived, RuleExists, RuleNotFound, RuleVersionNotFound } from '../errors.ts';
import { documentsGeneration, rulesGeneration } from '../language/index.ts';
import { differences } from './documents-diff.ts';
import { createDocumentStore, type RuleContent, type RuleDocument, type StoredVersion } from './documents-store.ts';
import { complete, given, type NewDocument } from './draft.ts';
import { refuseCycle } from './graph.ts';
import { type Use, usesOfConditions } from './uses.ts';
import { createUsesStore } from './uses-store.ts';

export type { RuleContent, RuleDocument, StoredVersion } from './documents-store.ts';

export type KindSpec = {
  kind: RuleKind;
  /**
   * Refuses content that is not valid (with a pointer into the request) and answers with what is to be stored and the
   * ids of the facts it reads. Runs on save and again before activation, because what a rule refers to may have gone; in the
   * transaction of either, alone among those who change rules: nothing it looked at can go before the commit.
   */
  check: (content: RuleContent, key: string, trx: Db) => Promise<{ content: RuleContent; dependencies: string[] }>;
  /**
   * Refuses content that names what is not there beside its conditions: a segment, a template, a level. A part of every check,
   * and asked again of active versions (`faultOf`).
   */
  checkNamed?: (content: RuleContent, key: string, trx: Db) => Promise<void>;
  /** What the content names beside its conditions: a trigger's segment, an action's template. */
  uses?: (content: RuleContent) => readonly Use[];
  /** Runs the document's own tests; a failing one refuses activation. */
  runTests?: (content: RuleContent, trx: Db) => Promise<void>;
  /** In the transaction of the activation. */
  onActivate?: (trx: Db, active: StoredVersion, document: RuleDocument) => Promise<void>;
  /** In the transaction of pausing or archiving. */
  onStop?: (trx: Db, document: RuleDocument, status: 'paused' | 'archived') => Promise<void>;
};

type StopOptions = { ifMatch?: number; cascade?: boolean; trx?: Db };

/** The documents of one kind. `ifMatch` is the revision the caller has seen; undefined takes whatever is there. */
export const createDocuments = (platform: Platform, spec: KindSpec) => {
  const { database, clock, ids, audit, generations } = platform;
  const { kind } = spec;

  const get = async (db: Db, key: string): Promise<RuleDocument> => {
    const document = await createDocumentStore(db).find(kind, key);
    if (!document) throw new RuleNotFound(`No ${kind} ${key}.`);
    return document;
  };
  const getVersion = async (db: Db, key: string, version: number): Promise<StoredVersion> => {
    const found = await createDocumentStore(db).findVersion(kind, key, version);
    if (!found) throw new RuleVersionNotFound(`The ${kind} ${key} has no version ${version}.`);
    return found;
  };
  const expect = (document: RuleDocument, ifMatch: number | undefined): void => {
    if (ifMatch !== undefined && ifMatch !== document.revision)
      throw new VersionConflict(`The ${kind} ${document.key} changed since it was read.`);
  };
  const update = async (
    trx: Db,
    document: RuleDocument,
    change: Parameters<ReturnType<typeof createDocumentStore>['update']>[3],
  ): Promise<void> => {
    const store = createDocumentStore(trx);
    if ((await store.update(kind, document.key, document.revision, change, clock.now())) === 0)
      throw new VersionConflict(`The ${kind} ${document.key} was changed by somebody else at the same moment.`);
  };
  const record = (trx: Db, actor: Actor, what: string, key: string, details: Record<string, unknown>): Promise<void> =>
    audit.record(trx, { actor, action: `${kind}.${what}`, subject: { kind, id: key }, details });

  const usesOf = (content: RuleContent): readonly Use[] => [
    ...usesOfConditions(content.conditions, '/conditions', platform.facts.names()),
    ...(spec.uses?.(content) ?? []),
  ];

  /** Alone among those who change rules; writers of customers go on. */
  const lockUses = (trx: Db): Promise<void> => createUsesStore(trx).lock();

  /** Checks what is to be written; a rule that leads back to itself, by whichever version in force, is refused. */
  const check = async (trx: Db, key: string, given: RuleContent) => {
    await refuseCycle(trx, `${kind}:${key}`, usesOf(given));
    const checked = await spec.check(given, key, trx);
    await spec.checkNamed?.(checked.content, key, trx);
    return checked;
  };

  const noteUses = async (trx: Db, key: string, versions: readonly (RuleContent & { version: number })[]) =>
    createUsesStore(trx).replace(
      kind,
      key,
      new Map(versions.map((row) => [row.version, usesOf(row).map(({ name }) => name)])),
    );

  const activeOf = async (trx: Db, document: RuleDocument): Promise<StoredVersion | undefined> =>
    document.activeVersion === null ? undefined : getVersion(trx, document.key, document.activeVersion);

  const stop = (actor: Actor, key: string, status: 'paused' | 'archived', options: StopOptions = {}) =>
    transactRetrying(options.trx ?? database.writer, async (trx) => {
      const store = createDocumentStore(trx);
      await lockUses(trx);
      const document = await get(trx, key);
      expect(document, options.ifMatch);
      if (document.status === status) return document;
      if (document.status === 'archived') throw new RuleArchived(`The ${kind} ${key} is archived.`);
      if (status === 'archived') {
        await platform.dependents.release(trx, [`${kind}:${key}`], { actor, cascade: options.cascade });
        await noteUses(trx, key, []);
      }
      await store.lockForActivation();
      await update(trx, document, { status, broken: null });
      await store.replaceDependencies(kind, key, []);
      await generations.raise(trx, rulesGeneration);
      await spec.onStop?.(trx, document, status);
      await record(trx, actor, status, key, { version: document.activeVersion });
      return get(trx, key);
    });

  return {
    kind,
    /** Throws when the version names what is not there; its conditions are not looked at. */
    checkNamed: async (trx: Db, version: StoredVersion): Promise<void> =>
      spec.checkNamed?.(contentOf(version), version.key, trx),
    find: (key: string, db: Db = database.reader) => createDocumentStore(db).find(kind, key),
    get: (key: string, db: Db = database.reader) => get(db, key),
    getVersion: (key: string, version: number, db: Db = database.reader) => getVersion(db, key, version),
    list: (filter: {
      status?: RuleStatus;
      variant?: string;
      limit?: number;
      cursor?: string;
    }): Promise<Page<RuleDocument>> =>
      createDocumentStore(database.reader).list(kind, { ...filter, limit: filter.limit ?? 50 }),
    listActive: (db: Db = database.reader): Promise<StoredVersion[]> => createDocumentStore(db).listActive(kind),

    /** `within` runs in the same transaction. */
    create: async (actor: Actor, draft: NewDocument, within?: (trx: Db) => Promise<unknown>): Promise<RuleDocument> => {
      return transactRetrying(database.writer, async (trx) => {
        const store = createDocumentStore(trx);
        await lockUses(trx);
        const { content, dependencies } = await check(trx, draft.key, complete(draft));
        if (await store.find(kind, draft.key))
          throw new RuleExists(`There is a ${kind} ${draft.key} already.`, { pointer: '/key' });
        const now = clock.now();
        await store.insert({
          ...content,
          kind,
          key: draft.key,
          variant: draft.variant ?? null,
          status: 'draft',
          version: 1,
          activeVersion: null,
          revision: 1,
          buildJob: null,
          broken: null,
          createdAt: now,
          updatedAt: now,
        });
        const author = actor.name;
        await store.insertVersion({
          ...content,
          kind,
          key: draft.key,
          version: 1,
          dependencies,
          author,
          createdAt: now,
        });
        await noteUses(trx, draft.key, [{ ...content, version: 1 }]);
        await generations.raise(trx, documentsGeneration);
        await record(trx, actor, 'created', draft.key, { version: 1 });
        await within?.(trx);
        return get(trx, draft.key);
      });
    },

    /** Saves a new version unless nothing differs. The active version stays active. */
    save: async (actor: Actor, key: string, change: Partial<RuleContent>, ifMatch?: number): Promise<RuleDocument> => {
      // Of two at once, one is refused by the revision.
      const seen = await get(database.writer, key);
      expect(seen, ifMatch);
      return transactRetrying(database.writer, async (trx) => {
        await lockUses(trx);
        if (seen.status === 'archived') throw new RuleArchived(`The ${kind} ${key} is archived.`);
        const { content, dependencies } = await check(trx, key, { ...contentOf(seen), ...given(change) });
        const diff = differences(contentOf(seen), content);
        if (diff.length === 0) return seen;
        const version = seen.version + 1;
        const { name, description, priority } = content;
        await update(trx, seen, { name, description, priority, version });
        const row = { ...content, kind, key, version, dependencies, author: actor.name, createdAt: clock.now() };
        await createDocumentStore(trx).insertVersion(row);
        const active = await activeOf(trx, seen);
        await noteUses(trx, key, active ? [row, active] : [row]);
        await generations.raise(trx, documentsGeneration);
        await record(trx, actor, 'saved', key, { version, members: diff.map(({ pointer }) => pointer) });
        return get(trx, key);
      });
    },

    /** Activates the newest version, or the given one. */
    activate: async (actor: Actor, key: string, version?: number, ifMatch?: number): Promise<RuleDocument> => {
      const seen = await get(database.writer, key);
      expect(seen, ifMatch);
      return transactRetrying(database.writer, async (trx) => {
        const store = createDocumentStore(trx);
        await lockUses(trx);
        if (seen.status === 'archived') throw new RuleArchived(`The ${kind} ${key} is archived.`);
        const chosen = await getVersion(trx, key, version ?? seen.version);
        const { dependencies } = await check(trx, key, contentOf(chosen));
        await spec.runTests?.(contentOf(chosen), trx);
        const before = await activeOf(trx, seen);
        await store.lockForActivation();
        await update(trx, seen, { status: 'active', activeVersion: chosen.version, broken: null });
        await noteUses(trx, key, [chosen, await getVersion(trx, key, seen.version)]);
        await store.replaceDependencies(kind, key, dependencies);
        await generations.raise(trx, rulesGeneration);
        const at = clock.now();
        const from = seen.activeVersion;
        const diff = differences(before && contentOf(before), contentOf(chosen));
        const activation = { id: ids.next(), kind, key, version: chosen.version, from, diff, author: actor.name, at };
        await store.insertActivation(activation);
        await record(trx, actor, 'activated', key, { version: chosen.version, from });
        await spec.onActivate?.(trx, { ...chosen, dependencies }, await get(trx, key));
        return get(trx, key);
      });
    },

    /** In `trx` where there is one. */
    pause: (actor: Actor, key: string, options?: StopOptions) => stop(actor, key, 'paused', options),
    /** Refused with RULE_IN_USE while others name it, unless `cascade` pauses them. */
    archive: (actor: Actor, key: string, options?: StopOptions) => stop(actor, key, 'archived', options),
    history: async (key: string): Promise<RuleHistory> => {
      const document = await get(database.reader, key);
      const store = createDocumentStore(database.reader);
      const [versions, activations] = [await store.listVersions(kind, key), await store.listActivations(kind, key)];
      const active = document.status === 'active' ? document.activeVersion : null;
      return {
        versions: versions.map(
          (row): RuleVersion => ({
            ...contentOf(row),
            version: row.version,
            author: row.author,
            createdAt: toIso(row.createdAt),
            active: row.version === active,
          }),
        ),
        activations: activations.map(({ version, from, author, at, diff }) => ({
          version,
          from,
          author,
          at: toIso(at),
          diff,
        })),
      };
    },
  };
};

export type Documents = ReturnType<typeof createDocuments>;

/** The revision in an If-Match header; undefined when there is none or it takes any. */
export const revisionOf = (header: string | undefined): number | undefined => {
  if (!header || header.trim() === '*') return undefined;
  const match = /^(?:W\/)?"(\d{1,15})"$/.exec(header.trim());
  if (!match)
    throw new InvalidRequest('If-Match must be an ETag that a reply gave, like "3".', { pointer: '/headers/if-match' });
  return Number(match[1]);
};

export const etagOf = (document: { revision: number }): { ETag: string } => ({ ETag: `"${document.revision}"` });

export const contentOf = (row: RuleContent): RuleContent => ({
  name: row.name,
  description: row.description,
  priority: row.priority,
  conditions: row.conditions,
  params: row.params,
  tests: row.tests,
});
