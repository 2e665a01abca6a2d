// An alert goes off, in the transaction of what set it off: cooldown, actions, and a row with the facts that were seen.
import type { AlertAction, Condition, Firing, SeenFact } from '@rapport/sdk/schemas';
import { type Db, type Platform, toIso } from '../../core/index.ts';
import type { Facts, Vocabulary } from '../language/index.ts';
import { leavesOf } from '../language/leaves.ts';
import type { ActiveAlert } from '../populations/indexes.ts';
import { durationMs } from './duration.ts';
import { createAlertStore } from './store.ts';

/** What alerts do in the world, all of it in the caller's transaction. */
export type AlertActions = {
  /** Queues a message and answers its id. */
  send: (
    trx: Db,
    message: {
      channel: string;
      customerId?: string;
      to?: string;
      template?: string;
      content?: { subject?: string; text?: string; html?: string };
      purpose: 'marketing' | 'service' | 'staff';
      variables: Record<string, unknown>;
      sendKey: string;
      source: string;
    },
  ) => Promise<string>;
  tag: (trx: Db, customerId: string, tag: string) => Promise<void>;
  /** Refuses a template that is not there, or not for the channel. */
  checkTemplate: (key: string, channel: string, pointer: string) => Promise<void>;
};

export type Cause = Firing['cause'];

const mostFacts = 50;

export const createFire = (platform: Platform, deeds: AlertActions) => {
  const { ids, outbox } = platform;

  const act = async (
    trx: Db,
    action: AlertAction,
    firing: Omit<Firing, 'actions'>,
    index: number,
  ): Promise<Firing['actions'][number]> => {
    const { customerId } = firing;
    if (action.kind === 'tag') {
      await deeds.tag(trx, customerId, action.tag);
      return { kind: 'tag', reference: action.tag, problem: null };
    }
    if (action.kind === 'webhook') {
      await outbox.emit(trx, { topic: 'alert.fired', customerId, payload: firing });
      return { kind: 'webhook', reference: 'alert.fired', problem: null };
    }
    const { channel, to, template, content } = action;
    const reference = await deeds.send(trx, {
      channel,
      ...(to === undefined ? { customerId } : { to }),
      ...(template !== undefined && { template }),
      ...(content !== undefined && { content }),
      purpose: action.purpose ?? (to === undefined ? 'service' : 'staff'),
      variables: { alert: firing.alert, firing: firing.id, at: firing.at, customerId, cause: firing.cause },
      sendKey: `alert:${firing.id}:${index}`,
      source: `alert:${firing.alert}`,
    });
    return { kind: 'message', reference, problem: null };
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
    const actions: Firing['actions'] = [];
    for (const [index, action] of alert.params.actions.entries()) actions.push(await act(trx, action, firing, index));
    await store.insert({ ...firing, at: now, actions });
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
