// Customers as a module: who they are, what they allow, merging, and their rights over their data.
import { defineAction } from '../action.ts';
import type { Capability } from '../capability.ts';
import { system } from '../http/actor.ts';
import type { Served } from '../http/serve.ts';
import { defineModule } from '../module.ts';
import type { Platform } from '../platform.ts';
import { type Attributes, attributesGeneration, createAttributes } from './attributes.ts';
import { customerCapabilities } from './capabilities.ts';
import { historyRoutes } from './history-routes.ts';
import { createMerging, type Merging } from './merge.ts';
import { createPrivacy, type Privacy } from './privacy.ts';
import { createResolve, type Resolve } from './resolve.ts';
import { customerRoutes } from './routes.ts';
import { type CustomerService, createCustomerService } from './service.ts';
import { customerTables } from './tables.ts';
import { createWrite } from './write.ts';

export type { Attributes } from './attributes.ts';

export type Customers = CustomerService &
  Pick<Merging, 'merge' | 'unmerge'> &
  Privacy & { resolve: Resolve['one']; findByRefs: Resolve['find']; findOrCreate: Resolve['findOrCreate'] };

export type People = {
  customers: Customers;
  attributes: Attributes;
  served: Served[];
  capabilities: readonly Capability[];
};

export const createCustomers = (platform: Platform): People => {
  const attributes = createAttributes(platform);
  const write = createWrite({ platform, attributes });
  const service = createCustomerService({ platform, attributes, write });
  const merging = createMerging(platform);
  const privacy = createPrivacy({ platform, customers: service });
  const resolve = createResolve({
    attributes,
    write,
    mergeInto: async (trx, from, into, actor) => void (await merging.mergeIn(trx, from, into, actor)),
  });
  const customers: Customers = {
    ...service,
    merge: merging.merge,
    unmerge: merging.unmerge,
    export: privacy.export,
    erase: privacy.erase,
    resolve: resolve.one,
    findByRefs: resolve.find,
    findOrCreate: resolve.findOrCreate,
  };
  const served = [
    ...customerRoutes({ customers, attributes }),
    ...historyRoutes({ customers: service, merging, privacy }),
  ];
  return { customers, attributes, served, capabilities: customerCapabilities(platform) };
};

export const customersModule = defineModule({
  name: 'customers',
  generations: [attributesGeneration],
  create: (platform, _deps: object) => createCustomers(platform),
  tables: customerTables,
  routes: ({ served }) => served,
  capabilities: ({ capabilities }) => capabilities,
  actions: ({ customers }) => [
    defineAction({
      kind: 'tag',
      uses: ({ tag }) => ({ tag }),
      run: async (trx, { tag }, { customerId }) => {
        await customers.changeTags(customerId, { add: [tag] }, system, trx);
        return tag;
      },
    }),
  ],
});
