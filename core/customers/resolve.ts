// From references (an id, an e-mail, an anonymous id …) to customers, a whole batch at once. `find` only reads and names what
// is wrong; `findOrCreate` adds the customers nobody knew and links anonymous ids. Events, orders and records all come through here.
import type { CustomerRef, CustomerRow } from '@rapport/sdk/schemas';
import { type Db, dialectOf } from '../data/database.ts';
import { rowSet } from '../data/row-set.ts';
import { query } from '../data/rows.ts';
import { CustomerNotFound, Failure } from '../errors.ts';
import type { Actor } from '../http/actor.ts';
import type { Attributes } from './attributes.ts';
import { CustomerGone, InvalidValue } from './errors.ts';
import { createIdentityStore, type IdentityKey, identityKey } from './identity-store.ts';
import { normaliseEmail, normalisePhone, normaliseText } from './normalise.ts';
import type { Write } from './write.ts';

/** What a reference came to: a customer, none yet (`id` absent), or why it cannot be one. */
export type Found = { ref: CustomerRef; identities: IdentityKey[]; id?: string; failure?: Failure; link?: string };

export type Resolve = ReturnType<typeof createResolve>;

export const createResolve = (deps: {
  attributes: Attributes;
  write: Write;
  /** Moves a customer known only by an anonymous id into the one it turned out to be. */
  mergeInto: (trx: Db, anonymousCustomer: string, into: string, actor: Actor) => Promise<void>;
}) => {
  const find = async (trx: Db, refs: readonly CustomerRef[]): Promise<Found[]> => {
    const { defaultCountry } = await deps.attributes.context(trx);
    const found = refs.map((ref): Found => {
      const identities = identitiesOf(ref, defaultCountry);
      return identities instanceof Failure ? { ref, identities: [], failure: identities } : { ref, identities };
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
      const rows = new Map<string, { row: CustomerRow; entries: Found[] }>();
      for (const entry of [...missing, ...linking]) {
        const row = rowOf(entry, options.source);
        const same = JSON.stringify(row);
        const known = rows.get(same);
        if (known) known.entries.push(entry);
        else rows.set(same, { row, entries: [entry] });
      }
      const all = [...rows.values()];
      const outcomes = await deps.write(
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

const rowOf = ({ ref, id }: Found, source: string | undefined): CustomerRow =>
  id === undefined ? { ...ref, ...(source !== undefined && { source }) } : { id, anonymousId: ref.anonymousId };

const identitiesOf = (ref: CustomerRef, country: string | null): IdentityKey[] | Failure => {
  const keys: IdentityKey[] = [];
  if (ref.externalId !== undefined) {
    const value = normaliseText(ref.externalId);
    if (value === undefined) return new InvalidValue('The external id is blank.', { pointer: '/externalId' });
    keys.push({ kind: 'external', value });
  }
  if (ref.email !== undefined) {
    const value = normaliseEmail(ref.email);
    if (value === undefined) return new InvalidValue('It must be an e-mail address.', { pointer: '/email' });
    keys.push({ kind: 'email', value });
  }
  if (ref.phone !== undefined) {
    const value = normalisePhone(ref.phone, country);
    if (value === undefined) return new InvalidValue('It must be a phone number.', { pointer: '/phone' });
    keys.push({ kind: 'phone', value });
  }
  if (ref.anonymousId !== undefined) keys.push({ kind: 'anonymous', value: ref.anonymousId });
  return keys;
};

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
