// The index from facts, events and segments to the active rules that look at them, compiled once and kept in memory until
// the generation in the database moves on. Never loop over all rules: ask here for the candidates.
import type { AlertAction, AlertTrigger, Condition } from '@rapport/sdk/schemas';
import { afterCommit, type Db, type Log } from '../../core/index.ts';
import { createDocumentStore, type StoredVersion } from '../documents/documents-store.ts';
import {
  type Compiled,
  compileRule,
  mergeNeeds,
  type Needs,
  type Vocabulary,
  type VocabularySource,
} from '../language/index.ts';
import { leavesOf } from '../language/leaves.ts';
import { noNeeds } from '../language/vocabulary/facts.ts';

/** A rule with a population of its own: a dynamic segment, or an alert that fires when its conditions become true. */
export type Population = {
  /** As in `segment_members.segment`: the segment's key, or `alert:<key>`. */
  id: string;
  kind: 'segment' | 'alert';
  key: string;
  version: number;
  conditions: Condition;
  compiled: Compiled;
  /** What to load for it; membership is read beside, so it is not in here. */
  needs: Needs;
  /** Time alone can change its answer. */
  moving: boolean;
  vocabulary: Vocabulary;
};

export type AlertParams = { trigger: AlertTrigger; cooldown: string | null; actions: AlertAction[] };

export type ActiveAlert = {
  key: string;
  version: number;
  priority: number;
  params: AlertParams;
  /** Absent: the trigger alone decides. */
  conditions: Condition | null;
  compiled: Compiled | null;
  vocabulary: Vocabulary;
};

export type RuleIndex = {
  generation: number;
  populations: ReadonlyMap<string, Population>;
  byFact: (fact: string) => readonly Population[];
  /** Alerts over events of a type, and what to load for all of them. */
  byEvent: (type: string) => { alerts: readonly ActiveAlert[]; needs: Needs };
  bySegment: (segment: string, moment: 'entered' | 'left') => readonly ActiveAlert[];
  alert: (key: string) => ActiveAlert | undefined;
};

const none: readonly never[] = [];

export const createRuleIndexes = (deps: { vocabulary: VocabularySource; log: Log }) => {
  let held: RuleIndex | undefined;
  // Of transactions that may yet be rolled back: their generation is then another's.
  const uncommitted = new WeakMap<object, RuleIndex>();
  return {
    /** The index as of this transaction: an activation waits until those who read the old one have ended. */
    at: async (db: Db): Promise<RuleIndex> => {
      const store = createDocumentStore(db);
      const generation = await store.readGeneration();
      const known = uncommitted.get(db) ?? held;
      if (known?.generation === generation) return known;
      const rows = [...(await store.listActive('segment')), ...(await store.listActive('alert'))];
      const loaded = indexOf(
        generation,
        rows,
        await deps.vocabulary.current(db.isTransaction ? db : undefined),
        deps.log,
      );
      uncommitted.set(db, loaded);
      afterCommit(db, () => {
        uncommitted.delete(db);
        held = loaded;
      });
      return loaded;
    },
  };
};

export type RuleIndexes = ReturnType<typeof createRuleIndexes>;

const indexOf = (generation: number, rows: StoredVersion[], vocabulary: Vocabulary, log: Log): RuleIndex => {
  const populations = new Map<string, Population>();
  const alerts = new Map<string, ActiveAlert>();
  const facts = new Map<string, Population[]>();
  const events = new Map<string, ActiveAlert[]>();
  const segmentAlerts = new Map<string, ActiveAlert[]>();
  const eventNeeds = new Map<string, Needs>();
  const put = <T>(map: Map<string, T[]>, name: string, item: T): void => {
    const list = map.get(name);
    if (list) list.push(item);
    else map.set(name, [item]);
  };
  const addPopulation = (row: StoredVersion, compiled: Compiled): void => {
    const { kind, key, version } = row;
    if (kind !== 'segment' && kind !== 'alert') return;
    const population = {
      id: idOf(kind, key),
      kind,
      key,
      version,
      conditions: row.conditions as Condition,
      compiled,
      needs: { ...compiled.needs, segments: new Set<string>() },
      moving: isMoving(row.conditions as Condition, vocabulary),
      vocabulary,
    };
    populations.set(population.id, population);
    for (const fact of new Set(compiled.dependencies)) put(facts, fact, population);
  };

  for (const row of rows) {
    try {
      const conditions = row.conditions as Condition | null;
      const compiled = conditions && compileRule(conditions, vocabulary);
      if (row.kind === 'segment') {
        if (compiled) addPopulation(row, compiled);
        continue;
      }
      const params = row.params as AlertParams;
      const alert: ActiveAlert = {
        key: row.key,
        version: row.version,
        priority: row.priority,
        params,
        conditions,
        compiled,
        vocabulary,
      };
      alerts.set(alert.key, alert);
      const { trigger } = params;
      if (trigger.kind === 'event') for (const type of new Set(trigger.types)) put(events, type, alert);
      else if (trigger.kind === 'segment') put(segmentAlerts, `${trigger.moment}:${trigger.segment}`, alert);
      else if (compiled) addPopulation(row, compiled);
    } catch (error) {
      // A rule that no longer compiles must not stop customers from being written; its build and reconciliation report it.
      log.error(
        { err: error, kind: row.kind, key: row.key, version: row.version },
        'active rule could not be compiled',
      );
    }
  }
  for (const [type, triggered] of events)
    eventNeeds.set(type, mergeNeeds(triggered.flatMap(({ compiled }) => compiled?.needs ?? [])));
  return {
    generation,
    populations,
    byFact: (fact) => facts.get(fact) ?? none,
    byEvent: (type) => {
      const alerts = events.get(type) ?? none;
      return { alerts, needs: eventNeeds.get(type) ?? noNeeds };
    },
    bySegment: (segment, moment) => segmentAlerts.get(`${moment}:${segment}`) ?? none,
    alert: (key) => alerts.get(key),
  };
};

export const idOf = (kind: 'segment' | 'alert', key: string): string => (kind === 'segment' ? key : `alert:${key}`);

const isMoving = (conditions: Condition, vocabulary: Vocabulary): boolean =>
  leavesOf(conditions, vocabulary).some((leaf) =>
    [leaf.fact, otherFact(leaf.value)].some((id) => id !== undefined && vocabulary.find(id)?.moments !== undefined),
  );

const otherFact = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && 'fact' in value ? String(value.fact) : undefined;
