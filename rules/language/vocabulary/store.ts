// Makes the vocabulary from what the database holds, and keeps it until something it was made from changes.
import type { Attribute, Condition } from '@rapport/sdk/schemas';
import { afterCommit, type Db, fromJson, query } from '../../../core/index.ts';
import type { FactDefinition } from './fact.ts';
import { createVocabulary, type Vocabulary } from './vocabulary.ts';

export type VocabularySource = {
  /**
   * The vocabulary as of now; made again after attributes, segments, levels, scorers or named conditions change. With a
   * transaction, as that one sees it.
   */
  current: (trx?: Db) => Promise<Vocabulary>;
  /** Facts from plugins or features, there from the next `current` on. */
  add: (facts: readonly FactDefinition[]) => void;
};

type Options = {
  timeZone: string;
  /** Scorers that plugins declare, so that rules may name them before the first score is there. */
  scorers?: () => readonly string[];
};

export const createVocabularySource = (db: Db, { timeZone, scorers = () => [] }: Options): VocabularySource => {
  const added: FactDefinition[] = [];
  let made: { from: string; vocabulary: Vocabulary } | undefined;
  const listed = async (on: Db) => ({
    scorers: [...new Set([...(await distinct(on, 'scores', 'scorer')), ...scorers()])],
    eventTypes: await distinct(on, 'events', 'type'),
  });
  return {
    current: async (trx) => {
      // Never kept: what it sees may not be committed.
      if (trx) return createVocabulary({ timeZone, added, ...(await listed(trx)), ...(await load(trx)) });
      const lists = await listed(db);
      const from = `${await fingerprint(db)} ${JSON.stringify(lists)} ${added.length}`;
      if (made?.from === from) return made.vocabulary;
      const vocabulary = createVocabulary({ timeZone, added, ...lists, ...(await load(db)) });
      afterCommit(db, () => {
        made = { from, vocabulary };
      });
      return vocabulary;
    },
    add: (facts) => void added.push(...facts),
  };
};

type Row = Record<string, unknown>;

// Changes with every write to what the vocabulary is made of; far cheaper than making it.
const fingerprint = async (db: Db): Promise<string> => {
  const [row] = await query<Row>(
    db,
    `SELECT a.*, l.*, r.*, (SELECT value FROM settings WHERE key = 'default_country') AS default_country FROM
       (SELECT COUNT(*) AS attributes, COUNT(archived_at) AS archived, COALESCE(MAX(created_at), 0) AS newest,
         COALESCE(SUM(LENGTH(title) + LENGTH(COALESCE(title_zh, '')) + LENGTH(COALESCE(options, ''))), 0) AS texts FROM attribute_definitions) a,
       (SELECT COUNT(*) AS levels, COALESCE(MAX(key), '') AS last_level FROM levels) l,
       (SELECT COUNT(*) AS rules, COALESCE(SUM(revision), 0) AS revisions, COALESCE(MAX(created_at), 0) AS newest_rule
          FROM rules WHERE kind IN ('segment', 'condition')) r`,
  );
  return JSON.stringify(row);
};

// The few values at the head of an index, by skipping from one to the next instead of reading the table.
const distinct = async (db: Db, table: 'scores' | 'events', column: 'scorer' | 'type'): Promise<string[]> => {
  const rows = await query<{ found: string }>(
    db,
    `WITH RECURSIVE step(found) AS (
       SELECT MIN(${column}) FROM ${table}
       UNION ALL
       SELECT (SELECT MIN(${column}) FROM ${table} WHERE ${column} > step.found) FROM step WHERE step.found IS NOT NULL)
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
  const levels = await query<{ key: string }>(db, 'SELECT key FROM levels ORDER BY rank, key');
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
    levels: levels.map(({ key }) => key),
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
