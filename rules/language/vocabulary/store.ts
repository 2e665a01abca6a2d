// Makes the vocabulary from what the database holds, and keeps it until the generation of something it was made from is raised, on
// whatever node. Without a query in the usual case.
import type { Attribute, Condition } from '@rapport/sdk/schemas';
import {
  afterCommit,
  attributesGeneration,
  type Db,
  type DeclaredFacts,
  fromJson,
  type Platform,
  query,
} from '../../../core/index.ts';
import { createVocabulary, type Vocabulary, type VocabularyOptions } from './vocabulary.ts';

/** Raised with every change of a rule that others may name, beside `rules`, which says that what is active changed. */
export const documentsGeneration = 'rule-documents';
export const rulesGeneration = 'rules';

export type VocabularySource = {
  /**
   * The vocabulary as of now: the same value until attributes, segments, named conditions or facts of modules change. With a
   * transaction, as that one sees it.
   */
  current: (trx?: Db) => Promise<Vocabulary>;
  /** Made from the database as it is, also where hands in it changed something and raised nothing. */
  read: (trx: Db) => Promise<Vocabulary>;
  /** As `current`, for those who write rules: it knows the types of events there are, to suggest. Costs a query. */
  described: (trx?: Db) => Promise<Vocabulary>;
};

type Deps = {
  database: { reader: Db };
  generations: Pick<Platform['generations'], 'valueIn'>;
  facts: Pick<DeclaredFacts, 'list' | 'generations'>;
  timeZone: string;
};
type Made = { from: string; options: VocabularyOptions; vocabulary: Vocabulary };

/**
 * What a transaction changed itself is read anew in it and kept for nobody else. Archived attributes and
 * segments, and conditions that are not active, are not in the vocabulary.
 */
export const createVocabularySource = ({ database, generations, facts, timeZone }: Deps): VocabularySource => {
  const { reader } = database;
  let kept: Made | undefined;
  let withTypes: { from: string; types: string; vocabulary: Vocabulary } | undefined;

  /** undefined in a transaction that changed something of it itself. */
  const versionIn = async (db: Db): Promise<string | undefined> => {
    const names = [rulesGeneration, documentsGeneration, attributesGeneration, ...facts.generations()];
    const values: number[] = [];
    for (const name of names) {
      const value = await generations.valueIn(db, name);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values.join(' ');
  };

  const optionsIn = async (db: Db): Promise<VocabularyOptions> => ({
    timeZone,
    declared: await facts.list(db),
    ...(await load(db)),
  });

  const find = async (db: Db): Promise<Made> => {
    const from = await versionIn(db);
    if (from !== undefined && kept?.from === from) return kept;
    const options = await optionsIn(db);
    const made = { from: from ?? '', options, vocabulary: createVocabulary(options) };
    // What a transaction sees may never be committed.
    if (from !== undefined)
      afterCommit(db, () => {
        kept = made;
      });
    return made;
  };

  return {
    current: async (trx) => (await find(trx ?? reader)).vocabulary,
    read: async (trx) => createVocabulary(await optionsIn(trx)),
    described: async (trx) => {
      const { from, options } = await find(trx ?? reader);
      const eventTypes = await listEventTypes(trx ?? reader);
      const types = eventTypes.join(' ');
      if (withTypes?.from === from && withTypes.types === types) return withTypes.vocabulary;
      const vocabulary = createVocabulary({ ...options, eventTypes });
      if (from !== '')
        afterCommit(trx ?? reader, () => {
          withTypes = { from, types, vocabulary };
        });
      return vocabulary;
    },
  };
};

type Row = Record<string, unknown>;

// The few values at the head of an index, by skipping from one to the next instead of reading the table.
const listEventTypes = async (db: Db): Promise<string[]> => {
  const rows = await query<{ found: string }>(
    db,
    `WITH RECURSIVE step(found) AS (
       SELECT MIN(type) FROM events
       UNION ALL
       SELECT (SELECT MIN(type) FROM events WHERE type > step.found) FROM step WHERE step.found IS NOT NULL)
     SELECT found FROM step WHERE found IS NOT NULL LIMIT 1000`,
  );
  return rows.map(({ found }) => found);
};

const load = async (db: Db) => {
  const attributes = await query<Row>(
    db,
    'SELECT key, title, title_zh, type, options FROM attribute_definitions WHERE archived_at IS NULL ORDER BY created_at, key',
  );
  const [setting] = await query<{ value: string }>(db, "SELECT value FROM settings WHERE key = 'default_country'");
  const defaultCountry = setting ? (JSON.parse(setting.value) as unknown) : null;
  const rules = (kind: string, version: string, where: string) =>
    query<{ key: string; name: string; conditions: string | null }>(
      db,
      `SELECT r.key, v.name, v.conditions FROM rules r JOIN rule_versions v ON v.kind = r.kind AND v.key = r.key AND v.version = r.${version}
       WHERE r.kind = ? AND ${where} ORDER BY r.key`,
      [kind],
    );
  const segments = await rules('segment', 'version', "r.status <> 'archived'");
  const named = await rules('condition', 'active_version', "r.status = 'active'");
  return {
    attributes: attributes.map((row) => ({
      key: row.key as string,
      title: row.title as string,
      titleZh: row.title_zh as string | null,
      type: row.type as Attribute['type'],
      options: row.options === null ? null : fromJson<string[]>(row.options),
    })),
    defaultCountry: typeof defaultCountry === 'string' ? defaultCountry : null,
    segments: segments.map(({ key, name, conditions }) => ({
      key,
      name,
      conditions: conditions === null ? null : fromJson<Condition>(conditions),
    })),
    named: new Map(
      named.flatMap(({ key, conditions }) =>
        conditions === null ? [] : [[key, fromJson<Condition>(conditions)] as const],
      ),
    ),
  };
};
