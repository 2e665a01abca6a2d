// What rules do inside the transaction of a change: find the candidates by what changed, evaluate them for that customer,
// write who enters and leaves, fire alerts. Called through `platform.changes`; it commits or fails with the write itself.

import type { Firing } from '@rapport/sdk/schemas';
import type { Change, Db, Platform } from '../../core/index.ts';
import { asOf } from '../language/as-of.ts';
import { createFactReader, type Facts, mergeNeeds, type Needs } from '../language/index.ts';
import { noNeeds } from '../language/vocabulary/facts.ts';
import type { ActiveAlert, Population, RuleIndex, RuleIndexes } from './indexes.ts';
import { createMembersStore } from './members-store.ts';
import type { Evaluated, Membership, Move, Work } from './membership.ts';

type AlertEvent = NonNullable<Change['event']>;
type Triggered = { customerId: string; event: AlertEvent; alerts: readonly ActiveAlert[]; needs: Needs };

/** What an alert does when it goes off; answers whether it did (a cooldown may hold it back). */
export type Fire = (trx: Db, alert: ActiveAlert, facts: Facts, cause: Firing['cause'], now: number) => Promise<boolean>;

export type LiveDeps = {
  indexes: RuleIndexes;
  membership: Membership;
  fire: Fire;
  /** The first build of the rule has not come to this customer yet. */
  isAhead: (trx: Db, population: Population, customerId: string) => Promise<boolean>;
  /** Told the earliest instant at which time will change something, in the transaction. */
  onDue: (trx: Db, at: number | null) => void;
};

export const createLive = (platform: Platform, deps: LiveDeps) => {
  const { clock } = platform;

  const run = async (
    trx: Db,
    index: RuleIndex,
    work: Work,
    triggered: readonly Triggered[],
    now: number,
  ): Promise<Evaluated> => {
    const done = await deps.membership.evaluate(
      trx,
      index,
      work,
      now,
      triggered.map(({ needs }) => needs),
    );
    deps.onDue(trx, done.nextDue);
    for (const { customerId, event, alerts } of triggered) {
      const facts = { ...done.facts.get(customerId)!, context: contextOf(event) };
      if (facts.gone) continue;
      for (const alert of alerts)
        if (!alert.compiled || alert.compiled.test(facts, now))
          await deps.fire(trx, alert, facts, { kind: 'event', event }, now);
    }
    for (const move of done.moves) await onMove(trx, index, move, now);
    return done;
  };

  const onMove = async (
    trx: Db,
    index: RuleIndex,
    { population, entered, customerId }: Move,
    now: number,
  ): Promise<void> => {
    if (population.kind === 'alert') {
      const alert = index.alert(population.key);
      // What held before the alert was switched on is not news.
      if (!entered || (await deps.isAhead(trx, population, customerId))) return;
      const facts = alert && (await look(trx, customerId, alert, now));
      if (facts) await deps.fire(trx, alert, facts, { kind: 'change' }, now);
      return;
    }
    await fireOnMove(trx, index, population.key, entered ? 'entered' : 'left', customerId, now);
  };

  const fireOnMove = async (
    trx: Db,
    index: RuleIndex,
    segment: string,
    moment: 'entered' | 'left',
    customerId: string,
    now: number,
  ): Promise<void> => {
    for (const alert of index.bySegment(segment, moment)) {
      const facts = await look(trx, customerId, alert, now);
      if (facts.gone || (alert.compiled && !alert.compiled.test(facts, now))) continue;
      await deps.fire(trx, alert, facts, { kind: 'segment', segment, moment }, now);
    }
  };

  // Moves are few, and what an alert looks at need not be what its segment looked at.
  const look = (trx: Db, customerId: string, alert: ActiveAlert, now: number): Promise<Facts> =>
    createFactReader(trx).one(
      customerId,
      mergeNeeds([{ ...noNeeds, customer: true }, ...(alert.compiled ? [alert.compiled.needs] : [])]),
      now,
    );

  const listen = async (trx: Db, published: readonly Change[]): Promise<void> => {
    const changes = published.filter(({ quiet }) => !quiet);
    // Our own moves: whoever reads a segment was looked at when it moved.
    if (changes.every(({ kind }) => kind === 'segment')) return;
    const index = await deps.indexes.at(trx);
    const now = asOf(clock);
    const all = await withMerged(trx, changes);
    const work: Work = new Map();
    const triggered: Triggered[] = [];
    const whole = [...index.populations.values()];
    for (const change of all) {
      if (change.kind === 'segment' || change.kind === 'erased') continue;
      const { customerId } = change;
      const candidates = isWhole(change) ? whole : change.facts.flatMap((fact) => index.byFact(fact));
      if (candidates.length > 0) add(work, customerId, candidates, reasonOf(change));
      const event = eventOf(change);
      const { alerts, needs } = event ? index.byEvent(event.type) : noAlerts;
      if (!event || alerts.length === 0) continue;
      triggered.push({ customerId, event, alerts, needs });
      add(work, customerId, [], reasonOf(change));
    }
    if (work.size > 0) await run(trx, index, work, triggered, now);
    const store = createMembersStore(trx);
    for (const { customerId } of all.slice(changes.length)) await store.leaveAll(customerId, 'merged', now);
    for (const { customerId, kind } of changes) if (kind === 'erased') await store.forget(customerId);
  };

  // Who was merged away leaves everything; their place on lists goes to the one who lives on, and back when it is undone.
  const withMerged = async (trx: Db, changes: readonly Change[]): Promise<readonly Change[]> => {
    const into = changes.filter(({ kind }) => kind === 'merged').map(({ customerId }) => customerId);
    if (into.length === 0) return changes;
    const store = createMembersStore(trx);
    await store.restoreLists(into);
    const gone = await store.listMergedInto(into);
    for (const row of gone) await store.moveLists(row.id, row.into);
    return [
      ...changes,
      ...gone.map(({ id }): Change => ({ customerId: id, kind: 'merged', facts: [], at: clock.now() })),
    ];
  };

  /** Whom somebody put on a list or took off: the rules that read the list, and the alerts on entering or leaving it. */
  const onListMoves = async (
    trx: Db,
    segment: string,
    entering: readonly string[],
    leaving: readonly string[],
    now: number,
  ): Promise<void> => {
    const index = await deps.indexes.at(trx);
    const readers = index.byFact(`segment.${segment}`);
    const work: Work = new Map();
    for (const id of [...entering, ...leaving]) add(work, id, readers, `segment ${segment}`);
    if (readers.length > 0) await run(trx, index, work, [], now);
    for (const id of entering) await fireOnMove(trx, index, segment, 'entered', id, now);
    for (const id of leaving) await fireOnMove(trx, index, segment, 'left', id, now);
  };

  return {
    listen,
    onListMoves,
    /** For the ticker, builds and lists: the same evaluation, with no event. */
    evaluate: async (trx: Db, work: Work, now: number): Promise<Evaluated> =>
      run(trx, await deps.indexes.at(trx), work, [], now),
  };
};

const noAlerts = { alerts: [], needs: noNeeds };

export type Live = ReturnType<typeof createLive>;

// Of somebody new every rule may hold ("no country" does); a merge or an unmerge may change anything.
const isWhole = (change: Change): boolean => change.kind === 'created' || change.kind === 'merged';

const reasonOf = (change: Change): string =>
  change.event
    ? `event ${change.event.type}`
    : change.kind === 'updated'
      ? `changed ${change.facts.join(', ')}`.slice(0, 200)
      : change.kind;

const add = (work: Work, customerId: string, rules: readonly Population[], reason: string): void => {
  const task = work.get(customerId) ?? { rules: new Set(), reason };
  for (const rule of rules) task.rules.add(rule);
  work.set(customerId, task);
};

// What happens to an order is an event too, so that an alert can look at the order itself.
const orderEvents: Partial<Record<Change['kind'], (order: NonNullable<Change['order']>) => string>> = {
  order: () => 'order.placed',
  'order-status': ({ status }) => `order.${status}`,
  refund: () => 'order.refunded',
};
const eventOf = (change: Change): AlertEvent | undefined => {
  if (change.event) return change.event;
  const type = change.order && orderEvents[change.kind]?.(change.order);
  if (!change.order || type === undefined) return undefined;
  const { id, orderedAt, ...properties } = change.order;
  return { id, type, occurredAt: change.kind === 'order' ? orderedAt : new Date(change.at).toISOString(), properties };
};

const contextOf = (event: AlertEvent): Record<string, unknown> => ({
  'event.id': event.id,
  'event.type': event.type,
  'event.occurredAt': Date.parse(event.occurredAt),
  'event.properties': event.properties,
});
