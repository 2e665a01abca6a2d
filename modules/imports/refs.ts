// Who a row of an order or event is about, and the customers behind many such references at once.

import type { Db, NormalCustomer } from '../../core/index.ts';
import type { Cleaner, Problem } from './cleaning.ts';
import { type CustomerRef, createCustomerRefsStore, refKey } from './customer-refs-store.ts';
import type { WriteCustomers } from './customers.ts';

/** What an unknown customer is made with, beside what the reference itself says. */
export type NewCustomer = Pick<NormalCustomer, 'country' | 'source'>;

/** The first of external id, e-mail, phone and id that the row gives. */
export const readCustomerRef = (cleaner: Cleaner): CustomerRef | undefined => {
  const external = cleaner.text('customer.externalId');
  if (external !== undefined) return { kind: 'external', value: external };
  const email = cleaner.email('customer.email');
  if (email !== undefined) return { kind: 'email', value: email };
  const phone = cleaner.phone('customer.phone');
  if (phone !== undefined) return { kind: 'phone', value: phone };
  const id = cleaner.text('customer.id');
  if (id !== undefined) return { kind: 'id', value: id };
  return cleaner.fail('customer.externalId', 'REQUIRED', 'The row names no customer.');
};

/** Ids by `refKey`; makes those that are unknown and come with what to make them of. */
export const resolveCustomers = async (
  trx: Db,
  items: readonly { customer: CustomerRef; newCustomer?: NewCustomer | undefined }[],
  write: WriteCustomers,
): Promise<{ found: Map<string, string>; created: number }> => {
  const refs = new Map(items.map(({ customer }) => [refKey(customer), customer]));
  const found = await createCustomerRefsStore(trx).find([...refs.values()]);
  const missing = new Map<string, NormalCustomer>();
  for (const { customer, newCustomer } of items) {
    const key = refKey(customer);
    if (newCustomer && customer.kind !== 'id' && !found.has(key) && !missing.has(key))
      missing.set(key, { ...newCustomer, [memberOf[customer.kind]]: customer.value });
  }
  if (missing.size === 0) return { found, created: 0 };
  const keys = [...missing.keys()];
  const outcomes = await write(trx, [...missing.values()]);
  outcomes.forEach(({ id, outcome }, i) => {
    if (id !== null && outcome !== 'refused') found.set(keys[i]!, id);
  });
  return { found, created: outcomes.filter(({ outcome }) => outcome === 'created').length };
};

const memberOf = { external: 'externalId', email: 'email', phone: 'phone' } as const;

/** Also of an id whose customer was merged away or erased. */
export const customerNotFound = ({ kind, value }: CustomerRef): Problem => ({
  field: kind === 'external' ? 'customer.externalId' : `customer.${kind}`,
  code: 'CUSTOMER_NOT_FOUND',
  reason: `No customer "${value}".`,
});
