// Makes the customer services and their routes.
import type { Served } from '../http/serve.ts';
import type { Platform } from '../platform.ts';
import { type Attributes, createAttributes } from './attributes.ts';
import { createResolve, type Resolve } from './resolve.ts';
import { customerRoutes } from './routes.ts';
import { type CustomerService, createCustomerService } from './service.ts';
import { createWrite } from './write.ts';

export type { Attributes } from './attributes.ts';

export type Customers = CustomerService & { resolve: Resolve['one']; look: Resolve['look']; settle: Resolve['settle'] };

export const createCustomers = (
  platform: Platform,
): { customers: Customers; attributes: Attributes; served: Served[] } => {
  const attributes = createAttributes(platform);
  const write = createWrite({ platform, attributes });
  const service = createCustomerService({ platform, attributes, write });
  const resolve = createResolve({ attributes, write, absorb: async () => {} });
  const customers: Customers = { ...service, resolve: resolve.one, look: resolve.look, settle: resolve.settle };
  return { customers, attributes, served: customerRoutes({ customers, attributes }) };
};
