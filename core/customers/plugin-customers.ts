// Customers as plugins and scorers see them. A column that was not read is null; masking comes after, per plugin.
import { PluginCustomer } from '@rapport/sdk/hooks';
import { toIso, toIsoOrNull } from '../data/column.ts';
import type { Db } from '../data/database.ts';
import { listPurchases, type PurchaseRow } from './purchases-store.ts';

export type CustomerRead = Record<string, unknown> & { id: string; created_at: number; last_seen_at: number | null };

/** The columns behind the members of a customer. */
export const customerColumns: readonly string[] = Object.keys(PluginCustomer.properties)
  .filter((name) => name !== 'purchases')
  .map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

/** With `until`, what each bought before that moment comes along. */
export const presentCustomers = async (
  db: Db,
  rows: readonly CustomerRead[],
  until: number | undefined,
): Promise<PluginCustomer[]> => {
  if (until === undefined) return rows.map((row) => toCustomer(row));
  const sums = await listPurchases(
    db,
    rows.map(({ id }) => id),
    until,
  );
  const bought = new Map(sums.map((sum) => [sum.customer_id, sum]));
  return rows.map((row) => ({ ...toCustomer(row), purchases: toPurchases(bought.get(row.id)) }));
};

const text = (value: unknown): string | null => (value === undefined || value === null ? null : String(value));

const toCustomer = (row: CustomerRead): PluginCustomer => ({
  id: row.id,
  externalId: text(row.external_id),
  type: String(row.type),
  name: text(row.name),
  firstName: text(row.first_name),
  lastName: text(row.last_name),
  company: text(row.company),
  email: text(row.email),
  phone: text(row.phone),
  birthday: text(row.birthday),
  gender: text(row.gender),
  address: text(row.address),
  postalCode: text(row.postal_code),
  city: text(row.city),
  region: text(row.region),
  country: text(row.country),
  language: text(row.language),
  timeZone: text(row.time_zone),
  source: text(row.source),
  stage: text(row.stage),
  level: text(row.level),
  createdAt: toIso(Number(row.created_at)),
  lastSeenAt: toIsoOrNull(row.last_seen_at === null ? null : Number(row.last_seen_at)),
});

const toPurchases = (sum: PurchaseRow | undefined): NonNullable<PluginCustomer['purchases']> =>
  sum
    ? {
        orders: Number(sum.orders),
        quantity: Number(sum.quantity),
        total: Number(sum.total),
        currency: sum.currency,
        firstAt: toIso(Number(sum.first_at)),
        lastAt: toIso(Number(sum.last_at)),
      }
    : { orders: 0, quantity: 0, total: 0, currency: null, firstAt: null, lastAt: null };
