// The one way customers are written, thousands or one at a time: read what is known, plan, write in sets, tell the rules,
// the world and the audit, all in the caller's transaction.
import type { CustomerRow } from '@rapport/sdk/schemas';
import type { Change } from '../changes.ts';
import type { Db } from '../data/database.ts';
import { Failure } from '../errors.ts';
import type { Actor } from '../http/actor.ts';
import type { Platform } from '../platform.ts';
import type { Attributes, FieldContext } from './attributes.ts';
import { createConsentStore } from './consents-store.ts';
import { type Draft, draftOf, type NormalCustomer, normaliseCustomer } from './draft.ts';
import { type CustomerRecord, factOf } from './fields.ts';
import { createIdentityStore } from './identity-store.ts';
import { type Outcome, planWrites, type Touched, type WriteMode } from './plan.ts';
import { showCustomer } from './present.ts';
import { createCustomerStore } from './store.ts';
import { createTraitsStore } from './traits-store.ts';

export type WriteOptions = {
  actor: Actor;
  mode: WriteMode;
  /** With `change`: the version that If-Match named. */
  expectedVersion?: number;
  /** An import tells once at its end (`import.finished`): no change per customer is published, emitted or audited. */
  quiet?: boolean;
};

export type Write = {
  /** Customers as a request says them. */
  rows: (trx: Db, rows: readonly CustomerRow[], options: WriteOptions) => Promise<Outcome[]>;
  /** Customers whose values have their one form already: not read again. */
  normal: (trx: Db, customers: readonly NormalCustomer[], options: WriteOptions) => Promise<Outcome[]>;
};

export const createWrite = ({
  platform: { clock, ids, changes, outbox, audit },
  attributes,
}: {
  platform: Platform;
  attributes: Attributes;
}): Write => {
  const tell = async (
    trx: Db,
    touched: Touched[],
    context: FieldContext,
    tags: Map<string, string[]>,
    actor: Actor,
  ) => {
    const published: Change[] = touched.map(({ row, isNew, changed, drafts }) => ({
      customerId: row.id,
      kind: isNew ? 'created' : 'updated',
      facts: [
        ...[...changed].filter((column) => column !== 'birthday_month_day').map(factOf),
        ...(tags.has(row.id) ? ['tags'] : []),
        ...(drafts.some(({ consents }) => consents.length > 0) ? ['consent'] : []),
      ],
      at: clock.now(),
    }));
    await changes.publish(trx, published);
    for (const topic of ['customer.created', 'customer.updated']) {
      const rows = touched.filter(({ isNew }) => isNew === (topic === 'customer.created')).map(({ row }) => row);
      if (rows.length === 0 || !(await outbox.isSubscribed(trx, topic))) continue;
      const payload = (row: CustomerRecord) => ({
        customerId: row.id,
        customer: showCustomer(row, context.definitions, true),
      });
      await outbox.emit(trx, ...rows.map((row) => ({ topic, customerId: row.id, payload: payload(row) })));
    }
    await audit.record(
      trx,
      ...touched.map(({ row, isNew, changed }) => ({
        actor,
        action: isNew ? 'customer.created' : 'customer.updated',
        subject: { kind: 'customer', id: row.id },
        details: { members: [...changed].map((column) => factOf(column).replace(/^customer\./, '')) },
      })),
    );
  };

  const write = async (
    trx: Db,
    customers: readonly (NormalCustomer | Failure)[],
    context: FieldContext,
    { actor, mode, expectedVersion, quiet }: WriteOptions,
  ): Promise<Outcome[]> => {
    const store = createCustomerStore(trx);
    const identities = createIdentityStore(trx);
    const consents = createConsentStore(trx);
    const drafts = customers.map((customer, index) => {
      const draft = customer instanceof Failure ? customer : draftOf(customer, index, context);
      if (draft instanceof Failure) return { index, failure: draft };
      return expectedVersion === undefined ? draft : { ...draft, expectedVersion };
    });
    const good = drafts.filter((draft): draft is Draft => !('failure' in draft));

    const owners = await identities.findOwners(good.flatMap((draft) => draft.identities));
    const known = new Set([...owners.values(), ...good.flatMap(({ id }) => (id === undefined ? [] : [id]))]);
    const found = known.size > 0 ? await store.lockMany([...known]) : [];
    const now = clock.now();
    const { definitions } = context;
    const plan = planWrites(drafts, { owners, rows: found }, { mode, definitions, now, newId: ids.next });

    const entries = [...plan.touched.values()];
    const fresh = entries.filter(({ isNew }) => isNew);
    const changed = entries.filter((entry) => !entry.isNew && entry.changed.size > 0);
    for (const { row } of changed) Object.assign(row, { version: row.version + 1, updated_at: now });
    await store.insertMany(
      columnsOf(fresh, ['id', 'type', 'version', 'created_at', 'updated_at']),
      rowsOf(fresh),
      definitions,
    );
    if (changed.length > 0)
      await store.updateMany(columnsOf(changed, ['version', 'updated_at']), rowsOf(changed), definitions);
    const earlier = new Map(found.map((row) => [row.id, row]));
    await createTraitsStore(trx).keepFormer(
      changed.map(({ row }) => ({ before: earlier.get(row.id)!, after: row })),
      now,
    );
    await identities.remove(entries.flatMap(({ drops }) => drops));
    await identities.insert(
      entries.flatMap(({ adds, row }) => adds.map((key) => ({ ...key, customer_id: row.id, created_at: now }))),
    );

    const tagged = await store.addTags(
      entries.flatMap(({ drafts: all, row }) => all.flatMap(({ tags }) => tags.map((tag) => [row.id, tag] as const))),
      now,
    );
    const consented = await consents.record(
      entries.flatMap(({ drafts: all, row }) =>
        all.flatMap((draft) => draft.consents.map((c) => [row.id, c] as const)),
      ),
      { now, newId: ids.next },
    );

    const tags = Map.groupBy(tagged, (tag) => tag.customer_id);
    const moved = new Set([...tags.keys(), ...consented]);
    for (const outcome of plan.outcomes)
      if (outcome.outcome === 'unchanged' && outcome.id && moved.has(outcome.id)) outcome.outcome = 'updated';
    if (!quiet) {
      const heard = entries.filter(
        ({ isNew, row, changed: columns, adds }) => isNew || columns.size > 0 || adds.length > 0 || moved.has(row.id),
      );
      const names = new Map([...tags].map(([id, list]) => [id, list.map(({ tag }) => tag)]));
      await tell(trx, heard, context, names, actor);
    }
    return plan.outcomes;
  };

  return {
    rows: async (trx, rows, options) => {
      const context = await attributes.context(trx);
      const customers = rows.map((row) => normaliseCustomer(row, context));
      return write(trx, customers, context, options);
    },
    normal: async (trx, customers, options) => write(trx, customers, await attributes.context(trx), options),
  };
};

const rowsOf = (entries: readonly Touched[]): CustomerRecord[] => entries.map(({ row }) => row);

const columnsOf = (entries: readonly Touched[], always: readonly string[]): string[] => [
  ...new Set([...always, ...entries.flatMap(({ changed }) => [...changed])]),
];
