// Every night: does what the live evaluation keeps equal what SQL says? A difference is repaired, counted and put on record
// with a trace. Nothing here is part of normal operation; a difference is a fault to be found.
import { type Platform, system, transactRetrying } from '../../core/index.ts';
import { asOf } from '../language/as-of.ts';
import { compileSql, createFactReader, explain, hasSql } from '../language/index.ts';
import { createBuildStore } from './build-store.ts';
import type { Population, RuleIndexes } from './indexes.ts';
import type { Live } from './live.ts';
import type { Ticker } from './ticker.ts';

const mostDifferences = 1000;
const mostTraces = 3;

export type Reconciliation = {
  checked: number;
  /** Membership was wrong and has been set right. */
  repaired: { rule: string; customerId: string }[];
  /** SQL and closure do not agree about these: a fault of ours. */
  disputed: { rule: string; customerId: string; trace: unknown }[];
};

export type Reconcile = ReturnType<typeof createReconcile>;

export const createReconcile = (
  platform: Platform,
  deps: { indexes: RuleIndexes; live: Live; ticker: Pick<Ticker, 'run'> },
) => {
  const { database, clock, audit, log } = platform;

  const differences = (population: Population) =>
    createBuildStore(database.reader).listDifferences(
      population.id,
      compileSql(population.conditions, population.vocabulary, database.dialect, asOf(clock)),
      mostDifferences,
    );

  const check = async (population: Population, result: Reconciliation): Promise<void> => {
    const found = await differences(population);
    if (found.length === 0) return;
    // The customers are evaluated again by the closure, under the locks of a write: what moves now was wrong before.
    const moved = await transactRetrying(database.writer, async (trx) => {
      const work = new Map(
        found.map((row) => [row.customer_id, { rules: new Set([population]), reason: 'reconciliation' }]),
      );
      const { moves } = await deps.live.evaluate(trx, work, asOf(clock));
      return moves.filter((move) => move.population.id === population.id);
    });
    for (const move of moved) result.repaired.push({ rule: population.id, customerId: move.customerId });
    for (const row of (await differences(population)).slice(0, mostDifferences)) {
      if (!found.some((before) => before.customer_id === row.customer_id)) continue;
      const traced = result.disputed.length < mostTraces;
      const trace = traced ? await traceOf(population, row.customer_id) : null;
      result.disputed.push({ rule: population.id, customerId: row.customer_id, trace });
    }
  };

  const traceOf = async (population: Population, customerId: string): Promise<unknown> => {
    const now = asOf(clock);
    const facts = await createFactReader(database.reader).one(customerId, population.compiled.needs, now);
    return explain(population.conditions, population.vocabulary, facts, now);
  };

  return {
    run: async (): Promise<Reconciliation> => {
      await deps.ticker.run();
      const result: Reconciliation = { checked: 0, repaired: [], disputed: [] };
      const index = await deps.indexes.at(database.writer);
      for (const population of index.populations.values()) {
        if (!hasSql(population.conditions, population.vocabulary)) continue;
        result.checked++;
        await check(population, result);
      }
      if (result.repaired.length + result.disputed.length > 0) {
        log.error(
          { repaired: result.repaired.slice(0, 20), disputed: result.disputed.slice(0, 20) },
          'membership drifted',
        );
        await transactRetrying(database.writer, (trx) =>
          audit.record(trx, {
            actor: system,
            action: 'segment.drifted',
            subject: { kind: 'segment', id: [...result.repaired, ...result.disputed][0]!.rule },
            details: {
              repaired: result.repaired.slice(0, 20),
              disputed: result.disputed.slice(0, 20).map(({ rule, customerId }) => ({ rule, customerId })),
            },
          }),
        );
      }
      return result;
    },
  };
};
