// Customers: add, change, find, list, upsert, tags, consents. Merging, erasing and the timeline have files of their own.
import type {
  Consent,
  ConsentChange,
  Customer,
  CustomerChange,
  CustomerQuery,
  CustomerRow,
  NewCustomer,
  RowOutcome,
  TagChange,
} from '@rapport/sdk/schemas';
import { toIso } from '../data/column.ts';
import type { Db } from '../data/database.ts';
import type { Page } from '../data/page.ts';
import { createPointReader } from '../data/point-reader.ts';
import { transactRetrying } from '../data/retry.ts';
import { CustomerNotFound } from '../errors.ts';
import { type Actor, mayReadPersonalData } from '../http/actor.ts';
import type { Platform } from '../platform.ts';
import type { Attributes } from './attributes.ts';
import { type ConsentRow, createConsentStore } from './consents-store.ts';
import type { NormalCustomer } from './draft.ts';
import { CustomerGone } from './errors.ts';
import type { Outcome } from './plan.ts';
import { showCustomer } from './present.ts';
import { listCustomers } from './search-store.ts';
import { type CustomerWithTags, createCustomerStore, findManySql } from './store.ts';
import type { Write, WriteOptions } from './write.ts';

export const createCustomerService = ({
  platform,
  attributes,
  write,
}: {
  platform: Platform;
  attributes: Attributes;
  write: Write;
}) => {
  const { database, clock, ids, outbox, audit, changes } = platform;
  const { writer, reader } = database;

  const show = async (row: CustomerWithTags, actor: Actor, db?: Db): Promise<Customer> =>
    showCustomer(row, (await attributes.context(db)).definitions, mayReadPersonalData(actor));

  const points = createPointReader<CustomerWithTags>(database, { sql: findManySql, keyOf: ({ id }) => id });

  const find = async (id: string, actor: Actor, db?: Db): Promise<Customer | undefined> => {
    const row = db ? await createCustomerStore(db).find(id) : await points.find(id);
    return row && show(row, actor, db);
  };

  const get = async (id: string, actor: Actor, db?: Db): Promise<Customer> => {
    const customer = await find(id, actor, db);
    if (!customer) throw new CustomerNotFound(id);
    return customer;
  };

  /** The row of one who is neither merged nor erased. */
  const getLiving = async (db: Db, id: string): Promise<CustomerWithTags> => {
    const row = await createCustomerStore(db).find(id);
    if (!row) throw new CustomerNotFound(id);
    if (row.merged_into !== null) throw new CustomerGone(`The customer was merged into ${row.merged_into}.`);
    if (row.erased_at !== null) throw new CustomerGone('The customer was erased.');
    return row;
  };

  const writeOne = (row: CustomerRow, options: WriteOptions): Promise<Customer> =>
    transactRetrying(writer, async (trx) => {
      const [outcome] = await write.rows(trx, [row], options);
      if (outcome?.failure) throw outcome.failure;
      return get(outcome!.id!, options.actor, trx);
    });

  return {
    find,
    get,
    getLiving,
    create: (given: NewCustomer, actor: Actor): Promise<Customer> => writeOne(given, { actor, mode: 'create' }),
    change: (id: string, change: CustomerChange, actor: Actor, expectedVersion?: number): Promise<Customer> =>
      writeOne({ ...change, id }, { actor, mode: 'change', expectedVersion }),
    /**
     * Thousands of customers in the caller's transaction, found by id or identity, else created; each has its own outcome.
     * The same again changes nothing. Their values have their one form already and are written as they are. `quiet` for
     * imports: see WriteOptions. Run it inside `transactRetrying`.
     */
    upsertMany: (
      trx: Db,
      given: readonly NormalCustomer[],
      options: { actor: Actor; quiet?: boolean },
    ): Promise<Outcome[]> => write.normal(trx, given, { ...options, mode: 'upsert' }),
    upsert: async (rows: readonly CustomerRow[], actor: Actor) => {
      const outcomes = await transactRetrying(writer, (trx) => write.rows(trx, rows, { actor, mode: 'upsert' }));
      const count = (kind: string): number => outcomes.filter(({ outcome }) => outcome === kind).length;
      return {
        created: count('created'),
        updated: count('updated'),
        unchanged: count('unchanged'),
        refused: count('refused'),
        results: outcomes.map(showOutcome),
      };
    },
    list: async (given: CustomerQuery, actor: Actor): Promise<Page<Customer>> => {
      const context = await attributes.context();
      const personal = mayReadPersonalData(actor);
      const { data, next } = await listCustomers(reader, given, context, personal);
      return { data: data.map((row) => showCustomer(row, context.definitions, personal)), next };
    },
    /** In the caller's transaction when `db` is one. */
    changeTags: (id: string, { add = [], remove = [] }: TagChange, actor: Actor, db: Db = writer): Promise<string[]> =>
      transactRetrying(db, async (trx) => {
        const store = createCustomerStore(trx);
        await getLiving(trx, id);
        const removed = await store.removeTags(id, remove);
        const added = await store.addTags(
          [...new Set(add)].map((tag) => [id, tag] as const),
          clock.now(),
        );
        const customer = await get(id, actor, trx);
        if (removed + added.length === 0) return customer.tags;
        await changes.publish(trx, [{ customerId: id, kind: 'tag', facts: ['tags'], at: clock.now() }]);
        await audit.record(trx, {
          actor,
          action: 'customer.tagged',
          subject: { kind: 'customer', id },
          details: { add, remove },
        });
        if (await outbox.isSubscribed(trx, 'customer.updated'))
          await outbox.emit(trx, {
            topic: 'customer.updated',
            customerId: id,
            payload: {
              customerId: id,
              customer: showCustomer((await store.find(id))!, (await attributes.context(trx)).definitions, true),
            },
          });
        return customer.tags;
      }),
    listConsents: async (id: string, actor: Actor): Promise<Consent[]> => {
      if (!(await createCustomerStore(reader).find(id))) throw new CustomerNotFound(id);
      const rows = await createConsentStore(reader).list(id);
      return rows.map((row) => showConsent(row, mayReadPersonalData(actor)));
    },
    changeConsents: (id: string, given: readonly ConsentChange[], actor: Actor): Promise<Consent[]> =>
      transactRetrying(writer, async (trx) => {
        await getLiving(trx, id);
        const store = createConsentStore(trx);
        const changed = await store.record(
          given.map((change) => [id, change] as const),
          { now: clock.now(), newId: ids.next },
        );
        const rows = await store.list(id);
        if (changed.size > 0)
          await changes.publish(trx, [{ customerId: id, kind: 'consent', facts: ['consent'], at: clock.now() }]);
        await outbox.emit(trx, {
          topic: 'consent.changed',
          customerId: id,
          payload: { customerId: id, consents: rows.map((row) => showConsent(row, true)) },
        });
        await audit.record(trx, {
          actor,
          action: 'consent.changed',
          subject: { kind: 'customer', id },
          details: { consents: given.map(({ channel, purpose, status }) => ({ channel, purpose, status })) },
        });
        return rows.map((row) => showConsent(row, mayReadPersonalData(actor)));
      }),
  };
};

export type CustomerService = ReturnType<typeof createCustomerService>;

/** An outcome as the API shows it. */
export const showOutcome = ({ index, outcome, id, failure }: Outcome): RowOutcome => ({
  index,
  outcome,
  id,
  ...(failure && {
    problem: { code: failure.code, detail: failure.message, pointer: `/${index}${failure.pointer ?? ''}` },
  }),
});

const showConsent = (row: ConsentRow, personal: boolean): Consent => ({
  channel: row.channel,
  purpose: row.purpose,
  status: row.status as Consent['status'],
  source: row.source,
  proof: row.proof !== null && !personal ? '***' : row.proof,
  changedAt: toIso(row.changed_at),
});
