// An alert goes off, in the transaction of what set it off: cooldown, actions, and a row with the facts that were seen.
import type { AlertAction, Condition, Firing, SeenFact } from '@rapport/sdk/schemas';
import { type Actions, type Db, type Platform, toIso } from '../../core/index.ts';
import type { Facts, Vocabulary } from '../language/index.ts';
import { leavesOf } from '../language/leaves.ts';
import type { ActiveAlert } from '../populations/indexes.ts';
import { durationMs } from './duration.ts';
import { createAlertStore } from './store.ts';

export type Cause = Firing['cause'];

const mostFacts = 50;

export const createFire = (platform: Platform, actions: Actions) => {
  const { ids } = platform;

  const act = async (
    trx: Db,
    action: AlertAction,
    firing: Omit<Firing, 'actions'>,
    index: number,
  ): Promise<Firing['actions'][number]> => {
    const { customerId, alert, id } = firing;
    const cause = { key: `alert:${id}:${index}`, source: `alert:${alert}`, customerId, firing };
    return { kind: action.kind, reference: await actions.run(trx, action, cause), problem: null };
  };

  /** True when it fired, false while it rests. */
  return async (trx: Db, alert: ActiveAlert, facts: Facts, cause: Cause, now: number): Promise<boolean> => {
    const customerId = facts.customerId!;
    const store = createAlertStore(trx);
    const cooldownMs = alert.params.cooldown ? durationMs(alert.params.cooldown) : 0;
    if (cooldownMs > 0 && !(await store.claim(alert.key, customerId, now, cooldownMs))) return false;
    const seen = alert.conditions ? seenFacts(alert.conditions, alert.vocabulary, facts, now) : [];
    const firing = {
      id: ids.next(),
      alert: alert.key,
      version: alert.version,
      customerId,
      at: toIso(now),
      cause,
      facts: seen,
    };
    const done: Firing['actions'] = [];
    for (const [index, action] of alert.params.actions.entries()) done.push(await act(trx, action, firing, index));
    await store.insert({ ...firing, at: now, actions: done });
    return true;
  };
};

/** Every comparison of the conditions with what the customer had at that moment. */
export const seenFacts = (conditions: Condition, vocabulary: Vocabulary, facts: Facts, now: number): SeenFact[] =>
  leavesOf(conditions, vocabulary)
    .slice(0, mostFacts)
    .map((leaf) => {
      const definition = vocabulary.find(leaf.fact);
      const actual = definition?.read(leaf.params ?? {}, vocabulary.zone)(facts, now) ?? null;
      return {
        fact: leaf.fact,
        ...(leaf.params && { params: leaf.params }),
        operator: leaf.operator,
        needed: leaf.value,
        actual: plain(actual),
      };
    });

// Averages are kept exact inside; outside they are a number.
const plain = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'sum' in value && 'count' in value
    ? Number(value.sum) / Number(value.count)
    : value;
