// Customers over HTTP: each route is its contract and one sentence.
import {
  changeAttribute,
  changeConsents,
  changeCustomer,
  changeTags,
  createAttribute,
  createCustomer,
  getCustomer,
  listAttributes,
  listConsents,
  listCustomers,
  upsertCustomers,
} from '@rapport/sdk/routes';
import type { Customer } from '@rapport/sdk/schemas';
import { InvalidRequest } from '../errors.ts';
import { type Call, Reply, type Served, serve } from '../http/serve.ts';
import { type Attributes, showAttribute } from './attributes.ts';
import type { CustomerService } from './service.ts';

export const customerRoutes = ({
  customers,
  attributes,
}: {
  customers: CustomerService;
  attributes: Attributes;
}): Served[] => [
  serve(createCustomer, async ({ body, actor }) => {
    const customer = await customers.create(body, actor);
    return tagged(customer, { Location: `/api/v1/customers/${customer.id}` });
  }),
  serve(listCustomers, ({ query, actor }) => customers.list(query, actor)),
  serve(upsertCustomers, ({ body, actor }) => customers.upsert(body, actor)),
  serve(getCustomer, async ({ params, actor, ctx }) => {
    const customer = await customers.get(params.id, actor);
    const etag = etagOf(customer);
    if ((ctx.get('if-none-match').match(/"[^"]*"|\*/g) ?? []).some((tag) => tag === '*' || tag === etag))
      return new Reply(undefined as never, { status: 304, headers: { ETag: etag } });
    return tagged(customer);
  }),
  serve(changeCustomer, async ({ params, body, actor, ctx }) =>
    tagged(await customers.change(params.id, body, actor, expectedVersion(ctx))),
  ),
  serve(changeTags, async ({ params, body, actor }) => ({ tags: await customers.changeTags(params.id, body, actor) })),
  serve(listConsents, async ({ params, actor }) => ({ data: await customers.listConsents(params.id, actor) })),
  serve(changeConsents, async ({ params, body, actor }) => ({
    data: await customers.changeConsents(params.id, body.consents, actor),
  })),
  serve(listAttributes, async () => ({ data: (await attributes.list()).map(showAttribute) })),
  serve(createAttribute, ({ body, actor }) => attributes.create(body, actor)),
  serve(changeAttribute, ({ params, query, body, actor }) => attributes.change(params.key, body, actor, query)),
];

const etagOf = ({ version }: { version: number }): string => `"${version}"`;

const tagged = (customer: Customer, headers: Record<string, string> = {}): Reply<Customer> =>
  new Reply(customer, { headers: { ...headers, ETag: etagOf(customer) } });

/** The version that `If-Match` names; absent, or `*`, means whatever it is. */
export const expectedVersion = (ctx: Call<object>['ctx']): number | undefined => {
  const given = ctx.get('if-match');
  if (given === '' || given === '*') return undefined;
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(given)?.[1];
  if (version === undefined)
    throw new InvalidRequest('If-Match must be an ETag that a reply gave, like "3".', { pointer: '/headers/if-match' });
  return Number(version);
};
