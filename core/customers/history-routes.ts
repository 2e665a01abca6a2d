// A customer's merges, export and erasure over HTTP.
import {
  deleteCustomer,
  eraseCustomer,
  exportCustomer,
  listMerges,
  mergeCustomer,
  unmergeCustomer,
} from '@rapport/sdk/routes';
import { Reply, type Served, serve } from '../http/serve.ts';
import type { Merging } from './merge.ts';
import type { Privacy } from './privacy.ts';
import type { CustomerService } from './service.ts';

type Deps = { customers: CustomerService; merging: Merging; privacy: Privacy };

export const historyRoutes = ({ customers, merging, privacy }: Deps): Served[] => [
  serve(mergeCustomer, ({ params, body, actor }) => merging.merge(params.id, body.into, actor)),
  serve(unmergeCustomer, ({ params, body, actor }) => merging.unmerge(params.id, body.mergeId, actor)),
  serve(listMerges, async ({ params, actor }) => {
    await customers.get(params.id, actor);
    return { data: await merging.list(params.id) };
  }),
  serve(exportCustomer, ({ params, actor }) => privacy.export(params.id, actor)),
  serve(eraseCustomer, ({ params, actor }) => privacy.erase(params.id, actor)),
  serve(deleteCustomer, async ({ params, actor }) => {
    await privacy.erase(params.id, actor);
    return new Reply(undefined, { status: 204 });
  }),
];
