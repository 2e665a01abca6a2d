// A small shop full of edge cases, and random rules over it: for holding the executions of the rule language against each
// other. Deterministic by seed. Values come from small pools, so that equal values, ties, nulls and window edges are common.

import { type Db, type Dialect, toJson } from '../../core/index.ts';
import type { Chance } from './chance.ts';
import { attributeFixtures, pools } from './rule-pools.ts';

export const now = Date.parse('2025-06-15T10:30:00Z');

type Row = Record<string, unknown>;

export const buildWorld = async (db: Db, dialect: Dialect, chance: Chance, customers: number): Promise<void> => {
  await addAttributes(db, dialect);
  await insert(
    db,
    'levels',
    ['silver', 'gold'].map((key, rank) => ({ key, title: key, rank })),
  );
  const ids = Array.from({ length: customers }, (_, i) => `c${String(i).padStart(5, '0')}`);
  await insert(
    db,
    'customers',
    ids.map((id) => customer(id, dialect, chance)),
  );
  const some = (share: number) => ids.filter(() => chance.below(100) < share);
  await insert(
    db,
    'members',
    some(50).map((customer_id) => ({
      customer_id,
      level: chance.pick([null, 'silver', 'gold']),
      points_available: chance.pick([0, 5, 100]),
      points_pending: chance.pick([0, 7]),
      joined_at: now,
    })),
  );
  const pairs = ids.flatMap((id) =>
    [
      ['email', 'marketing'],
      ['sms', 'service'],
    ].map((pair) => [id, ...pair] as const),
  );
  await insert(
    db,
    'consents',
    pairs
      .filter(() => chance.below(2) === 0)
      .map(([customer_id, channel, purpose]) => ({
        customer_id,
        channel,
        purpose,
        status: chance.pick(['granted', 'denied']),
        changed_at: now,
      })),
  );
  await insert(
    db,
    'customer_tags',
    ids.flatMap((customer_id) =>
      pools.tags.filter(() => chance.below(3) === 0).map((tag) => ({ customer_id, tag, created_at: now })),
    ),
  );
  await insert(
    db,
    'scores',
    some(60).map((customer_id) => ({
      customer_id,
      scorer: 'rfm',
      value: chance.pick([0, 0.5, 1.25, -2]),
      label: chance.pick([null, '555', '111']),
      reasons: '[]',
      version: '1',
      computed_at: now,
    })),
  );
  await addPlanted(db, ids, chance);
  await insert(
    db,
    'segment_members',
    some(40).map((customer_id) => ({ segment: 'vip', customer_id, version: 1, reason: '{}', entered_at: now })),
  );
  const orders: Row[] = [];
  const lines: Row[] = [];
  const events: Row[] = [];
  for (const id of ids) {
    for (let n = chance.below(6); n > 0; n--) {
      const order = orderOf(id, orders.length, chance);
      const own = linesOf(order, chance);
      orders.push(order);
      lines.push(...own);
    }
    for (let n = chance.below(6); n > 0; n--) events.push(eventOf(id, events.length, chance));
  }
  await insert(db, 'orders', orders);
  await insert(db, 'order_lines', lines);
  await insert(db, 'events', events);
};

const addAttributes = async (db: Db, dialect: Dialect): Promise<void> => {
  for (const { key, sqlite, postgres } of attributeFixtures)
    await db.raw(`alter table customers add column a_${key} ${dialect === 'sqlite' ? sqlite : postgres}`);
};

/** A table that a module might own: a row a customer and season, of which rules read one. */
const addPlanted = async (db: Db, ids: readonly string[], chance: Chance): Promise<void> => {
  await db.schema.createTable('planted', (table) => {
    table.text('who').notNullable();
    table.text('season').notNullable();
    table.text('held_text');
    table.double('held_number');
    for (const name of ['integer', 'money', 'instant']) table.bigInteger(`held_${name}`);
    table.boolean('held_boolean');
    table.text('held_day');
    table.primary(['who', 'season']);
  });
  const seasons = ids.flatMap((who) => ["summer's", 'winter'].map((season) => ({ who, season })));
  await insert(
    db,
    'planted',
    seasons
      .filter(() => chance.below(4) > 0)
      .map((key) => ({
        ...key,
        held_text: chance.pick(pools.texts),
        held_number: chance.pick([null, 0, 5, 5.5, -1.25, 0.1]),
        held_integer: chance.pick([null, 0, 5, -3, 2 ** 40]),
        held_money: chance.pick([null, 0, 500, 501]),
        held_instant: chance.pick([null, ...pools.instants]),
        held_boolean: chance.pick([null, true, false]),
        held_day: chance.pick(pools.days),
      })),
  );
};

const insert = async (db: Db, table: string, rows: Row[]): Promise<void> => {
  for (let i = 0; i < rows.length; i += 50) await db(table).insert(rows.slice(i, i + 50));
};

const customer = (id: string, dialect: Dialect, chance: Chance): Row => {
  const birthday = chance.pick(pools.birthdays);
  const list = chance.pick([null, [], ['red'], ['red', 'blue'], ["o'neil", '5']]);
  return {
    id,
    type: chance.pick(['person', 'company']),
    name: chance.pick(pools.texts),
    city: chance.pick(pools.texts),
    region: chance.pick(pools.texts),
    country: chance.pick([null, 'GB', 'FR']),
    birthday,
    birthday_month_day: birthday === null ? null : Number(birthday.slice(5, 7)) * 100 + Number(birthday.slice(8)),
    version: 1,
    created_at: chance.pick(pools.instants),
    updated_at: chance.pick(pools.instants),
    last_seen_at: chance.pick([null, ...pools.instants]),
    merged_into: chance.below(20) === 0 ? id : null,
    erased_at: chance.below(20) === 0 ? now : null,
    a_text: chance.pick(pools.texts),
    a_number: chance.pick([null, 0, 5, 5.5, -1.25, 0.1, 33.333]),
    a_integer: chance.pick([null, 0, 5, -3, 2 ** 40]),
    a_boolean: chance.pick([null, true, false]),
    a_day: chance.pick(pools.days),
    a_instant: chance.pick([null, ...pools.instants]),
    a_money: chance.pick([null, 0, 500, 501]),
    a_list: list === null ? null : dialect === 'postgres' ? toJson(list) : toJson(list),
  };
};

const orderOf = (customer_id: string, n: number, chance: Chance): Row => ({
  // Ids do not rise with time, so that ties are decided by id and not by the order of insertion.
  id: `o${String((n * 7919) % 100_003).padStart(6, '0')}`,
  customer_id,
  source: 'test',
  external_id: String(n),
  status: chance.pick(['placed', 'paid', 'cancelled', 'refunded']),
  currency: chance.pick(['EUR', 'EUR', 'SEK']),
  subtotal: 0,
  total: chance.pick([0, 100, 100, 333, 334, 1000]),
  refunded: chance.pick([0, 0, 50]),
  quantity: chance.pick([0, 1, 2, 5]),
  ordered_at: chance.pick(pools.instants),
  created_at: now,
  updated_at: now,
});

const linesOf = (order: Row, chance: Chance): Row[] =>
  Array.from({ length: chance.below(4) }, (_, i) => ({
    order_id: order.id,
    line_no: i + 1,
    customer_id: order.customer_id,
    ordered_at: order.ordered_at,
    sku: chance.pick(pools.skus),
    category: chance.pick(pools.categories),
    quantity: chance.pick([1, 2]),
    unit_price: 100,
    total: chance.pick([0, 50, 100, 333]),
  }));

const eventOf = (customer_id: string, n: number, chance: Chance): Row => {
  const at = chance.pick(pools.instants);
  const properties: Row = {};
  for (const name of ['amount', 'plan'] as const)
    if (chance.below(5) > 0) properties[name] = chance.pick(pools.properties);
  if (chance.below(2) === 0) properties.page = { name: chance.pick(pools.properties) };
  return {
    id: `e${String((n * 7919) % 100_003).padStart(6, '0')}`,
    customer_id,
    type: chance.pick(['viewed', 'bought', 'left']),
    occurred_at: at,
    received_at: at,
    source: 'test',
    properties: toJson(properties),
  };
};
