// Rows of rule documents: the head, its immutable versions, its activations, and what the active version depends on.
import type { RuleDifference, RuleKind, RuleStatus, RuleTest } from '@rapport/sdk/schemas';
import { type Db, dialectOf, fromJson, type Page, page, query, toJson } from '../../core/index.ts';

/** What a version holds. `params` is the kind's own part: an alert's trigger, a promotion's grant. */
export type RuleContent = {
  name: string;
  description: string | null;
  priority: number;
  conditions: Record<string, unknown> | null;
  params: Record<string, unknown>;
  tests: RuleTest[];
};

/** The head of a rule with the content of its newest version. Times in ms. */
export type RuleDocument = RuleContent & {
  kind: RuleKind;
  key: string;
  variant: string | null;
  status: RuleStatus;
  version: number;
  activeVersion: number | null;
  revision: number;
  buildJob: string | null;
  /** Why the active version can no longer be worked out; null where it can. */
  broken: string | null;
  createdAt: number;
  updatedAt: number;
};

export type StoredVersion = RuleContent & {
  kind: RuleKind;
  key: string;
  version: number;
  dependencies: string[];
  author: string;
  createdAt: number;
};

export type StoredActivation = {
  id: string;
  kind: RuleKind;
  key: string;
  version: number;
  from: number | null;
  diff: RuleDifference[];
  author: string;
  at: number;
};

type Row = Record<string, unknown>;
export type HeadChange = Partial<
  Pick<
    RuleDocument,
    'name' | 'description' | 'priority' | 'status' | 'version' | 'activeVersion' | 'buildJob' | 'broken'
  >
>;

const headColumns = [
  'r.kind',
  'r.key',
  'r.variant',
  'r.status',
  'r.version',
  'r.active_version',
  'r.revision',
  'r.build_job',
  'r.broken',
  'r.created_at',
  'r.updated_at',
  'v.name',
  'v.description',
  'v.priority',
  'v.conditions',
  'v.params',
  'v.tests',
];

// Activation waits for writers that look at the old index, and writers wait for an activation that is being committed.
const activationLock = 7421010;

export const createDocumentStore = (db: Db) => {
  const heads = () =>
    db('rules as r')
      .join('rule_versions as v', (on) =>
        on.on('v.kind', 'r.kind').andOn('v.key', 'r.key').andOn('v.version', 'r.version'),
      )
      .select(headColumns);
  return {
    insert: async (document: RuleDocument): Promise<void> => {
      await db('rules').insert({ ...headRow(document), kind: document.kind, key: document.key });
    },
    /** 0 when somebody else changed the rule since `revision`. */
    update: (kind: RuleKind, key: string, revision: number, change: HeadChange, now: number): Promise<number> =>
      db('rules')
        .where({ kind, key, revision })
        .update({ ...headRow(change), revision: revision + 1, updated_at: now }),
    /** Notes the job at work on a rule; not a change of the rule, so the revision stays. */
    setBuildJob: (kind: RuleKind, key: string, job: string | null, only?: string): Promise<number> =>
      db('rules')
        .where({ kind, key, ...(only !== undefined && { build_job: only }) })
        .update({ build_job: job }),
    /** Why a rule cannot be worked out, or null; 0 when that was known. Not a change of the rule. */
    setBroken: (kind: RuleKind, key: string, reason: string | null): Promise<number> =>
      db('rules')
        .where({ kind, key })
        .andWhere((known) =>
          reason === null ? known.whereNotNull('broken') : known.whereNull('broken').orWhereNot('broken', reason),
        )
        .update({ broken: reason }),
    find: async (kind: RuleKind, key: string): Promise<RuleDocument | undefined> => {
      const row = (await heads().where({ 'r.kind': kind, 'r.key': key }).first()) as Row | undefined;
      return row && toDocument(row);
    },
    list: async (
      kind: RuleKind,
      filter: { status?: RuleStatus; variant?: string; limit: number; cursor?: string },
    ): Promise<Page<RuleDocument>> => {
      const found = heads().where('r.kind', kind);
      if (filter.status) found.where('r.status', filter.status);
      if (filter.variant) found.where('r.variant', filter.variant);
      const rows = await page<Row>(found, {
        sort: { column: 'r.key', direction: 'asc' },
        id: 'r.key',
        limit: filter.limit,
        cursor: filter.cursor,
      });
      return { data: rows.data.map(toDocument), next: rows.next };
    },
    insertVersion: async (version: StoredVersion): Promise<void> => {
      await db('rule_versions').insert({
        kind: version.kind,
        key: version.key,
        version: version.version,
        name: version.name,
        description: version.description,
        priority: version.priority,
        conditions: version.conditions && toJson(version.conditions),
        params: toJson(version.params),
        tests: toJson(version.tests),
        dependencies: toJson(version.dependencies),
        author: version.author,
        created_at: version.createdAt,
      });
    },
    findVersion: async (kind: RuleKind, key: string, version: number): Promise<StoredVersion | undefined> => {
      const row = (await db('rule_versions').where({ kind, key, version }).first()) as Row | undefined;
      return row && toVersion(row);
    },
    listVersions: async (kind: RuleKind, key: string): Promise<StoredVersion[]> =>
      ((await db('rule_versions').where({ kind, key }).orderBy('version', 'desc').limit(500)) as Row[]).map(toVersion),
    insertActivation: async (row: StoredActivation): Promise<void> => {
      const { from, diff, ...rest } = row;
      await db('rule_activations').insert({ ...rest, from_version: from, diff: toJson(diff) });
    },
    listActivations: async (kind: RuleKind, key: string): Promise<StoredActivation[]> =>
      ((await db('rule_activations').where({ kind, key }).orderBy('id', 'desc').limit(500)) as Row[]).map(toActivation),
    replaceDependencies: async (kind: RuleKind, key: string, facts: readonly string[]): Promise<void> => {
      await db('rule_dependencies').where({ kind, key }).delete();
      const rows = [...new Set(facts)].map((fact) => ({ fact, kind, key }));
      if (rows.length > 0) await db.batchInsert('rule_dependencies', rows, 200);
    },
    /** Active rules that read a fact. */
    listDependents: async (fact: string): Promise<{ kind: RuleKind; key: string }[]> =>
      db('rule_dependencies').where({ fact }).select('kind', 'key').orderBy(['kind', 'key']),
    /** The active version of every active rule, highest priority first, then by key. */
    listActive: async (kind?: RuleKind): Promise<StoredVersion[]> => {
      const found = db('rules as r')
        .join('rule_versions as v', (on) =>
          on.on('v.kind', 'r.kind').andOn('v.key', 'r.key').andOn('v.version', 'r.active_version'),
        )
        .where('r.status', 'active')
        .select('v.*');
      if (kind) found.where('r.kind', kind);
      return ((await found.orderBy([{ column: 'v.priority', order: 'desc' }, 'v.key'])) as Row[]).map(toVersion);
    },
    lockForActivation: async (): Promise<void> => {
      if (dialectOf(db) === 'postgres') await db.raw('select pg_advisory_xact_lock(?)', [activationLock]);
    },
    /** The generation of active rules, which stays until this transaction ends. */
    readGeneration: async (): Promise<number> => {
      if (db.isTransaction && dialectOf(db) === 'postgres')
        await db.raw('select pg_advisory_xact_lock_shared(?)', [activationLock]);
      const [row] = await query<{ value: number }>(db, "select value from generations where name = 'rules'");
      return Number(row?.value ?? 0);
    },
  };
};

const headRow = (change: HeadChange & Partial<RuleDocument>): Row => ({
  ...(change.name !== undefined && { name: change.name }),
  ...(change.description !== undefined && { description: change.description }),
  ...(change.priority !== undefined && { priority: change.priority }),
  ...(change.variant !== undefined && { variant: change.variant }),
  ...(change.status !== undefined && { status: change.status }),
  ...(change.version !== undefined && { version: change.version }),
  ...(change.activeVersion !== undefined && { active_version: change.activeVersion }),
  ...(change.buildJob !== undefined && { build_job: change.buildJob }),
  ...(change.broken !== undefined && { broken: change.broken }),
  ...(change.revision !== undefined && { revision: change.revision }),
  ...(change.createdAt !== undefined && { created_at: change.createdAt }),
  ...(change.updatedAt !== undefined && { updated_at: change.updatedAt }),
});

const toContent = (row: Row): RuleContent => ({
  name: row.name as string,
  description: (row.description as string | null) ?? null,
  priority: Number(row.priority),
  conditions: row.conditions == null ? null : fromJson(row.conditions),
  params: fromJson(row.params),
  tests: fromJson(row.tests),
});

const toDocument = (row: Row): RuleDocument => ({
  ...toContent(row),
  kind: row.kind as RuleKind,
  key: row.key as string,
  variant: (row.variant as string | null) ?? null,
  status: row.status as RuleStatus,
  version: Number(row.version),
  activeVersion: row.active_version == null ? null : Number(row.active_version),
  revision: Number(row.revision),
  buildJob: (row.build_job as string | null) ?? null,
  broken: (row.broken as string | null) ?? null,
  createdAt: Number(row.created_at),
  updatedAt: Number(row.updated_at),
});

const toVersion = (row: Row): StoredVersion => ({
  ...toContent(row),
  kind: row.kind as RuleKind,
  key: row.key as string,
  version: Number(row.version),
  dependencies: fromJson(row.dependencies),
  author: row.author as string,
  createdAt: Number(row.created_at),
});

const toActivation = (row: Row): StoredActivation => ({
  id: row.id as string,
  kind: row.kind as RuleKind,
  key: row.key as string,
  version: Number(row.version),
  from: row.from_version == null ? null : Number(row.from_version),
  diff: fromJson(row.diff),
  author: row.author as string,
  at: Number(row.at),
});
