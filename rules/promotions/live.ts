// Every active promotion, compiled, in memory: made again when the generation of active rules or the vocabulary changes.
// Counters are not here; they change with every redemption (usage-store.ts).
import type { Condition, PromotionParams } from '@rapport/sdk/schemas';
import { afterCommit, type Database, type Log, type Platform } from '../../core/index.ts';
import { createDocumentStore, type StoredVersion } from '../documents/documents-store.ts';
import {
  type Compiled,
  compileRule,
  mergeNeeds,
  type Needs,
  rulesGeneration,
  type Vocabulary,
  type VocabularySource,
} from '../language/index.ts';
import { type Period, readSchedule } from './calendar.ts';
import { paramsOf, poolOf } from './document.ts';
import { compileMatch, type Grant } from './grant.ts';
import { createPartial, isAny, type PartialConditions } from './partial.ts';
import { createReason, type Reason } from './reasons.ts';

/** The active version of a promotion; `period` in ms. */
export type LivePromotion = {
  key: string;
  version: number;
  name: string;
  priority: number;
  params: PromotionParams;
  matches: Grant['matches'];
  period: Period;
  pool: string;
  /** Absent when the version can no longer be read, because something it refers to is gone. */
  rule?: { compiled: Compiled; partial: PartialConditions; reason: Reason; watchesGoods: boolean };
};

export type LiveSet = {
  /** undefined in a transaction that changed what is active itself. */
  generation: number | undefined;
  vocabulary: Vocabulary;
  promotions: LivePromotion[];
  /** What all their conditions need to know of the customer; undefined when nothing. */
  needs: Needs | undefined;
  /** Keys, sorted: with a limit in all or a budget, and with one per customer. */
  limited: string[];
  perCustomer: string[];
};

/**
 * One set a process. A version that cannot be read any more is in the set without its rule, is logged, and
 * grants nothing.
 */
export const createLivePromotions = (deps: {
  database: Database;
  generations: Pick<Platform['generations'], 'valueIn'>;
  vocabulary: VocabularySource;
  log: Log;
}) => {
  let kept: LiveSet | undefined;
  let making: { generation: number; vocabulary: Vocabulary; set: Promise<LiveSet> } | undefined;

  const make = async (generation: number | undefined, vocabulary: Vocabulary): Promise<LiveSet> => {
    const versions = await createDocumentStore(deps.database.reader).listActive('promotion');
    const promotions = versions.map((version) => toLive(version, vocabulary, deps.log));
    const needs = mergeNeeds(promotions.flatMap(({ rule }) => rule?.compiled.needs ?? []));
    const keys = (has: (params: PromotionParams) => boolean): string[] =>
      promotions
        .filter(({ params }) => has(params))
        .map(({ key }) => key)
        .sort();
    const set: LiveSet = {
      generation,
      vocabulary,
      promotions,
      needs: isAny(needs) ? needs : undefined,
      limited: keys(({ limits }) => limits?.total !== undefined || limits?.budget !== undefined),
      perCustomer: keys(({ limits }) => limits?.perCustomer !== undefined),
    };
    // What a transaction has not committed yet is for nobody else.
    if (generation !== undefined)
      afterCommit(deps.database.reader, () => {
        kept = set;
      });
    return set;
  };

  return {
    /** As of now, whatever node changed something; without a query while nothing changed. */
    current: async (): Promise<LiveSet> => {
      const { reader } = deps.database;
      const generation = await deps.generations.valueIn(reader, rulesGeneration);
      const vocabulary = await deps.vocabulary.current();
      if (generation !== undefined && kept?.generation === generation && kept.vocabulary === vocabulary) return kept;
      if (generation === undefined || reader.isTransaction) return make(generation, vocabulary);
      if (making?.generation !== generation || making.vocabulary !== vocabulary) {
        const set = make(generation, vocabulary).finally(() => {
          making = undefined;
        });
        making = { generation, vocabulary, set };
      }
      return making.set;
    },
  };
};

export type LivePromotions = ReturnType<typeof createLivePromotions>;

const toLive = (version: StoredVersion, vocabulary: Vocabulary, log: Log): LivePromotion => {
  const params = paramsOf(version);
  const { key, name, priority } = version;
  const live: LivePromotion = {
    key,
    version: version.version,
    name,
    priority,
    params,
    matches: compileMatch(params.match),
    period: { from: null, to: null },
    pool: poolOf(key, params),
  };
  try {
    const conditions = version.conditions as Condition;
    live.period = readSchedule(params.schedule, vocabulary.zone);
    live.rule = {
      compiled: compileRule(conditions, vocabulary),
      partial: createPartial(conditions, vocabulary),
      reason: createReason(conditions, vocabulary),
      watchesGoods: watches(conditions, 'cart.subtotal', vocabulary),
    };
  } catch (error) {
    log.warn({ err: error, promotion: key, version: version.version }, 'an active promotion cannot be read');
  }
  return live;
};

/** Whether a fact is read anywhere in the tree, named conditions included. */
const watches = (condition: Condition, fact: string, vocabulary: Vocabulary): boolean => {
  if ('all' in condition) return condition.all.some((child) => watches(child, fact, vocabulary));
  if ('any' in condition) return condition.any.some((child) => watches(child, fact, vocabulary));
  if ('not' in condition) return watches(condition.not, fact, vocabulary);
  if ('condition' in condition) {
    const named = vocabulary.named.get(condition.condition);
    return named !== undefined && watches(named, fact, vocabulary);
  }
  const { value } = condition;
  return (
    condition.fact === fact || (typeof value === 'object' && value !== null && 'fact' in value && value.fact === fact)
  );
};
