// Decides who is in and who is out for some customers and some rules, inside a transaction, and writes what moved with its
// reason. One load of facts per customer and round; segments that read other segments are looked at again when those move.
import type { Change, Db, Platform } from '../../core/index.ts';
import { createFactReader, type Facts, mergeNeeds, type Needs, noFacts } from '../language/index.ts';
import type { Population, RuleIndex } from './indexes.ts';
import { createMembersStore, type Departure, type MemberRow, type NextChange } from './members-store.ts';

/** Which rules to look at for a customer, and why. */
export type Task = { rules: Set<Population>; reason: string };
export type Work = Map<string, Task>;

export type Move = { customerId: string; population: Population; entered: boolean; reason: string };
export type Evaluated = {
  moves: Move[];
  /** The customer's facts after the moves, with what `needs` asked for beside. */
  facts: ReadonlyMap<string, Facts>;
  /** The earliest instant at which time alone may change something here. */
  nextDue: number | null;
};

// Cycles between segments are refused at save; this only bounds what a corrupt database could do.
const mostRounds = 30;

export const createMembership = (platform: Platform) => {
  const { outbox, changes, log } = platform;

  const evaluate = async (
    trx: Db,
    index: RuleIndex,
    work: Work,
    now: number,
    needs: readonly Needs[] = [],
  ): Promise<Evaluated> => {
    const store = createMembersStore(trx);
    const ids = [...work.keys()].sort();
    await store.lockCustomers(ids);
    const states = await store.readStates(ids);
    const reader = createFactReader(trx);
    const segments = new Map(ids.map((id) => [id, new Set(states.get(id)!.entered.keys())]));
    const next = new Map(ids.map((id) => [id, new Map(states.get(id)!.next)]));
    const reasons = new Map<string, string>();
    const facts = new Map<string, Facts>();

    let pending: Work = work;
    for (let round = 0; pending.size > 0; round++) {
      if (round === mostRounds) {
        log.error({ customers: [...pending.keys()].slice(0, 5) }, 'segments refer to each other in a circle');
        break;
      }
      const loaded = await load(reader, pending, round === 0 ? needs : [], now);
      const dependents: Work = new Map();
      for (const [id, task] of pending) {
        const mine = segments.get(id)!;
        const view = { ...(loaded.get(id) ?? { ...noFacts, customerId: id, gone: true }), segments: mine };
        if (round === 0) facts.set(id, view);
        for (const rule of task.rules) {
          const holds = rule.compiled.test(view, now);
          const at = view.gone ? null : rule.compiled.nextChangeAt(view, now);
          if (at === null) next.get(id)!.delete(rule.id);
          else next.get(id)!.set(rule.id, at);
          if (holds === mine.has(rule.id)) continue;
          if (holds) mine.add(rule.id);
          else mine.delete(rule.id);
          reasons.set(`${id} ${rule.id}`, task.reason);
          if (rule.kind === 'segment') follow(dependents, index, id, rule.key);
        }
      }
      pending = dependents;
    }
    const moves = netMoves(index, states, segments, reasons);
    await write(store, moves, states, next, now);
    await tell(trx, moves, now);
    const dues = [...next.values()].flatMap((rules) => [...rules.values()]);
    return { moves, facts, nextDue: dues.length > 0 ? dues.reduce((a, b) => Math.min(a, b)) : null };
  };

  const tell = async (trx: Db, moves: readonly Move[], now: number): Promise<void> => {
    const seen = moves.filter(({ population }) => population.kind === 'segment');
    if (seen.length === 0) return;
    await outbox.emit(
      trx,
      ...seen.map(({ customerId, population, entered, reason }) => ({
        topic: entered ? 'segment.entered' : 'segment.left',
        customerId,
        payload: {
          customerId,
          segment: population.key,
          version: population.version,
          reason,
          at: new Date(now).toISOString(),
        },
      })),
    );
    await changes.publish(
      trx,
      seen.map(
        ({ customerId, population }): Change => ({
          customerId,
          kind: 'segment',
          facts: [`segment.${population.key}`],
          at: now,
        }),
      ),
    );
  };

  return { evaluate };
};

export type Membership = ReturnType<typeof createMembership>;

// Membership itself is read with the states, so the reader need not.
const load = (
  reader: ReturnType<typeof createFactReader>,
  work: Work,
  extra: readonly Needs[],
  now: number,
): Promise<Map<string, Facts>> => {
  const rules = new Set<Population>();
  for (const task of work.values()) for (const rule of task.rules) rules.add(rule);
  const wanted = [...[...rules].map((rule) => rule.needs), ...extra];
  return reader.many([...work.keys()], mergeNeeds(wanted), now);
};

const follow = (work: Work, index: RuleIndex, customerId: string, segment: string): void => {
  const rules = index.byFact(`segment.${segment}`);
  if (rules.length === 0) return;
  const task = work.get(customerId) ?? { rules: new Set(), reason: `segment ${segment}` };
  for (const rule of rules) task.rules.add(rule);
  work.set(customerId, task);
};

type States = Awaited<ReturnType<ReturnType<typeof createMembersStore>['readStates']>>;

const netMoves = (
  index: RuleIndex,
  states: States,
  segments: ReadonlyMap<string, ReadonlySet<string>>,
  reasons: ReadonlyMap<string, string>,
): Move[] =>
  [...reasons].flatMap(([pair, reason]): Move[] => {
    const [customerId, id] = splitPair(pair);
    const population = index.populations.get(id)!;
    const entered = segments.get(customerId)!.has(id);
    return entered === states.get(customerId)!.entered.has(id) ? [] : [{ customerId, population, entered, reason }];
  });

// Ids of customers hold no blank.
const splitPair = (pair: string): [string, string] => {
  const at = pair.indexOf(' ');
  return [pair.slice(0, at), pair.slice(at + 1)];
};

const write = async (
  store: ReturnType<typeof createMembersStore>,
  moves: readonly Move[],
  states: States,
  next: ReadonlyMap<string, ReadonlyMap<string, number>>,
  now: number,
): Promise<void> => {
  const entering: MemberRow[] = [];
  const leaving: Departure[] = [];
  for (const { customerId, population, entered, reason } of moves) {
    const row = { segment: population.id, customer_id: customerId, version: population.version, reason };
    if (entered) entering.push({ ...row, entered_at: now });
    else leaving.push({ ...row, entered_at: states.get(customerId)!.entered.get(population.id)!, left_at: now });
  }
  if (entering.length > 0) await store.enter(entering);
  if (leaving.length > 0) await store.leave(leaving);
  // A note that is only early stays: waking once for nothing costs less than a write with every order.
  const due: NextChange[] = [];
  const over: Pick<NextChange, 'customer_id' | 'rule'>[] = [];
  for (const [customer_id, rules] of next) {
    const before = states.get(customer_id)!.next;
    for (const [rule, at] of rules) {
      const noted = before.get(rule);
      if (noted === undefined || at < noted || noted <= now) due.push({ customer_id, rule, next_change_at: at });
    }
    for (const [rule, at] of before) if (!rules.has(rule) && at <= now) over.push({ customer_id, rule });
  }
  if (due.length > 0) await store.setNext(due);
  if (over.length > 0) await store.clearNext(over);
};
