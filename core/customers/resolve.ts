// From references (an id, an e-mail, an anonymous id …) to customers, a whole batch at once. `find` only reads and names what
// is wrong; `findOrCreate` adds the customers nobody knew and links anonymous ids. Events, orders and records all come through here.
import type { CustomerRef } from '@rapport/sdk/schemas';
import { type Db, dialectOf } from '../data/database.ts';
import { rowSet } from '../data/row-set.ts';
import { query } from '../data/rows.ts';
import { CustomerNotFound, Failure } from '../errors.ts';
import type { Actor } from '../http/actor.ts';
import type { Attributes } from './attributes.ts';
import { draftOf, type NormalCustomer, normaliseCustomer } from './draft.ts';
import { CustomerGone, InvalidValue } from './errors.ts';
import { createIdentityStore, type IdentityKey, identityKey } from './identity-store.ts';
import { normaliseText } from './normalise.ts';
import type { Write } from './write.ts';

/** What a reference came to: a customer, none yet (`id` absent), or why it cannot be one. */
export type Found = {
  ref: CustomerRef;
  /** The reference in the one form of each value: what a new customer is made of. */
  normal: NormalCustomer;
  identities: IdentityKey[];
  id?: string;
  failure?: Failure;
  /** Of a known customer: `new` when the anonymous id is nobody's, else the customer it belongs to so far. */
  link?: string;
};

export type Resolve = ReturnType<typeof createResolve>;

export const createResolve = (deps: {
  attributes: Attributes;
  write: Write;
  /** Moves a customer known only by an anonymous id into the one it turned out to be. */
  mergeInto: (trx: Db, anonymousCustomer: string, into: string, actor: Actor) => Promise<void>;
}) => {
  const find = async (trx: Db, refs: readonly CustomerRef[]): Promise<Found[]> => {
    const context = await deps.attributes.context(trx);
    const found = refs.map((ref): Found => {
      const normal = normaliseCustomer(ref, context);
      const draft = normal instanceof Failure ? normal : draftOf(normal, 0, context);
      if (normal instanceof Failure || draft instanceof Failure)
        return { ref, normal: {}, identities: [], failure: draft as Failure };
      return { ref, normal, identities: draft.identities };
    });
    const distinct = new Map(found.flatMap(({ identities }) => identities.map((key) => [identityKey(key), key])));
    const owners = await createIdentityStore(trx).findOwners([...distinct.values()]);
    const byId = await findLiving(trx, [...new Set(refs.flatMap(({ id }) => (id === undefined ? [] : [id])))]);
    for (const entry of found) {
      if (entry.failure) continue;
      if (entry.ref.id !== undefined) {
        const living = byId.get(entry.ref.id);
        if (living instanceof Failure) entry.failure = living;
        else if (living) entry.id = living;
        else entry.failure = new CustomerNotFound(entry.ref.id, { pointer: '/id' });
      } else {
        entry.id = entry.identities.map((key) => owners.get(identityKey(key))).find((owner) => owner !== undefined);
      }
      if (entry.id === undefined || entry.ref.anonymousId === undefined) continue;
      const owner = owners.get(identityKey({ kind: 'anonymous', value: entry.ref.anonymousId }));
      if (owner !== entry.id) entry.link = owner ?? 'new';
    }
    return found;
  };

  /** A customer for each; `moved` collects who was merged into whom on the way. */
  const findOrCreate = async (
    trx: Db,
    found: readonly Found[],
    options: { actor: Actor; source?: string; quiet?: boolean; moved?: Map<string, string> },
  ): Promise<string[]> => {
    const moved = options.moved ?? new Map<string, string>();
    const missing = found.filter(({ id }) => id === undefined);
    const linking = found.filter(({ id, link }) => id !== undefined && link === 'new');
    if (missing.length > 0 || linking.length > 0) {
      const rows = new Map<string, { row: NormalCustomer; entries: Found[] }>();
      for (const entry of [...missing, ...linking]) {
        const row = rowOf(entry, options.source);
        const same = JSON.stringify(row);
        const known = rows.get(same);
        if (known) known.entries.push(entry);
        else rows.set(same, { row, entries: [entry] });
      }
      const all = [...rows.values()];
      const outcomes = await deps.write.normal(
        trx,
        all.map(({ row }) => row),
        { actor: options.actor, mode: 'upsert', quiet: options.quiet },
      );
      for (const [i, { entries }] of all.entries())
        for (const entry of entries) entry.id ??= outcomes[i]?.id ?? undefined;
    }
    for (const { id, link } of found)
      if (id !== undefined && link !== undefined && link !== 'new')
        await mergeOnce(trx, link, id, options.actor, moved);
    return found.map((entry) => {
      if (entry.id === undefined) throw new InvalidValue('The customer could not be made.', { pointer: '/customer' });
      return entry.id;
    });
  };

  // Someone else's device stays someone else's: only a customer known by nothing but anonymous ids is merged.
  const mergeOnce = async (trx: Db, from: string, into: string, actor: Actor, moved: Map<string, string>) => {
    if (moved.has(from)) return;
    const rows = await createIdentityStore(trx).listOf(from);
    if (rows.length === 0 || rows.some(({ kind }) => kind !== 'anonymous')) return;
    await deps.mergeInto(trx, from, into, actor);
    moved.set(from, into);
  };

  return {
    find,
    findOrCreate,
    /** One reference; throws when it names nobody, unless `create`. */
    one: async (trx: Db, ref: CustomerRef, options: { actor: Actor; create?: boolean; source?: string }) => {
      const found = await find(trx, [ref]);
      const failure = found[0]?.failure;
      if (failure) throw failure;
      if (found[0]?.id === undefined && !options.create) throw new CustomerNotFound(Object.values(ref).join(', '));
      return (await findOrCreate(trx, found, options))[0]!;
    },
  };
};

const rowOf = ({ normal, id }: Found, source: string | undefined): NormalCustomer =>
  id === undefined
    ? { ...normal, source: source === undefined ? undefined : normaliseText(source) }
    : { id, anonymousId: normal.anonymousId };

// A merged customer leads to the one that lives on.
const findLiving = async (trx: Db, ids: readonly string[]): Promise<Map<string, string | Failure>> => {
  if (ids.length === 0) return new Map();
  const set = rowSet(dialectOf(trx), 'given', [['id', 'text']]);
  const rows = await query<{ id: string; merged_into: string | null; erased_at: number | null }>(
    trx,
    `select c.id, c.merged_into, c.erased_at from ${set.sql} join customers c on c.id = given.id`,
    [set.bind(ids.map((id) => [id]))],
  );
  return new Map(
    rows.map((row) => [
      row.id,
      row.erased_at === null
        ? (row.merged_into ?? row.id)
        : new CustomerGone('The customer was erased.', { pointer: '/id' }),
    ]),
  );
};
