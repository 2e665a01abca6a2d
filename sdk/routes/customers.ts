// Customers, consents, tags, merges, custom attributes.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import { Attribute, AttributeChange, AttributeKey, Attributes, NewAttribute } from '../schemas/attributes.ts';
import {
  ConsentChanges,
  Consents,
  Customer,
  CustomerChange,
  CustomerPage,
  CustomerQuery,
  CustomerRows,
  NewCustomer,
  TagChange,
  Tags,
  UpsertReply,
} from '../schemas/customers.ts';
import { Merge, MergeRequest, PersonExport, TimelinePage, TimelineQuery, UnmergeRequest } from '../schemas/history.ts';
import { CascadeQuery } from '../schemas/rule-documents.ts';
import { Closed, IdParams } from '../schemas/shared.ts';

export const createCustomer = defineRoute({
  method: 'POST',
  path: '/customers',
  scope: 'customers:write',
  tag: 'customers',
  summary: 'Add a customer',
  body: NewCustomer,
  reply: Customer,
  status: 201,
  idempotent: true,
});
export const listCustomers = defineRoute({
  method: 'GET',
  path: '/customers',
  scope: 'customers:read',
  tag: 'customers',
  summary: 'Customers by filters and search, page by page',
  query: CustomerQuery,
  reply: CustomerPage,
});
export const upsertCustomers = defineRoute({
  method: 'POST',
  path: '/customers/upsert',
  scope: 'customers:write',
  tag: 'customers',
  summary: 'Add or change up to 1000 customers by identity; each row is done or refused by itself',
  body: CustomerRows,
  reply: UpsertReply,
  maxBody: 4 * 1024 * 1024,
  idempotent: true,
});
export const getCustomer = defineRoute({
  method: 'GET',
  path: '/customers/:id',
  scope: 'customers:read',
  tag: 'customers',
  summary: 'One customer',
  params: IdParams,
  reply: Customer,
});
export const changeCustomer = defineRoute({
  method: 'PATCH',
  path: '/customers/:id',
  scope: 'customers:write',
  tag: 'customers',
  summary: 'Change a customer: a value sets, null clears, absent keeps; If-Match guards the version',
  params: IdParams,
  body: CustomerChange,
  reply: Customer,
});
export const deleteCustomer = defineRoute({
  method: 'DELETE',
  path: '/customers/:id',
  scope: 'customers:write',
  tag: 'customers',
  summary: 'Erase a customer: the same as erase',
  params: IdParams,
  status: 204,
});
export const getTimeline = defineRoute({
  method: 'GET',
  path: '/customers/:id/timeline',
  scope: 'customers:read',
  tag: 'customers',
  summary: 'What happened with a customer, newest first',
  params: IdParams,
  query: TimelineQuery,
  reply: TimelinePage,
});
export const mergeCustomer = defineRoute({
  method: 'POST',
  path: '/customers/:id/merge',
  scope: 'customers:write',
  tag: 'customers',
  summary: 'Merge this customer into another, without loss',
  params: IdParams,
  body: MergeRequest,
  reply: Merge,
  idempotent: true,
});
export const unmergeCustomer = defineRoute({
  method: 'POST',
  path: '/customers/:id/unmerge',
  scope: 'customers:write',
  tag: 'customers',
  summary: 'Undo a merge',
  params: IdParams,
  body: UnmergeRequest,
  reply: Merge,
  idempotent: true,
});
export const listMerges = defineRoute({
  method: 'GET',
  path: '/customers/:id/merges',
  scope: 'customers:read',
  tag: 'customers',
  summary: 'Merges this customer took part in',
  params: IdParams,
  reply: Closed({ data: Type.Array(Merge) }),
});
export const exportCustomer = defineRoute({
  method: 'GET',
  path: '/customers/:id/export',
  scope: 'customers:read',
  tag: 'customers',
  summary: 'Everything kept about a person, from every table',
  params: IdParams,
  reply: PersonExport,
});
export const eraseCustomer = defineRoute({
  method: 'POST',
  path: '/customers/:id/erase',
  scope: 'customers:write',
  tag: 'customers',
  summary: 'Erase a person from every table; an empty tombstone stays',
  params: IdParams,
  reply: Customer,
  idempotent: true,
});
export const listConsents = defineRoute({
  method: 'GET',
  path: '/customers/:id/consents',
  scope: 'customers:read',
  tag: 'customers',
  summary: 'What a customer agreed to',
  params: IdParams,
  reply: Consents,
});
export const changeConsents = defineRoute({
  method: 'PUT',
  path: '/customers/:id/consents',
  scope: 'customers:write',
  tag: 'customers',
  summary: 'Record consent given or withdrawn, with proof',
  params: IdParams,
  body: ConsentChanges,
  reply: Consents,
});
export const changeTags = defineRoute({
  method: 'POST',
  path: '/customers/:id/tags',
  scope: 'customers:write',
  tag: 'customers',
  summary: 'Add and remove tags',
  params: IdParams,
  body: TagChange,
  reply: Tags,
});
export const listAttributes = defineRoute({
  method: 'GET',
  path: '/attributes',
  scope: 'attributes:read',
  tag: 'attributes',
  summary: 'Custom attributes',
  reply: Attributes,
});
export const createAttribute = defineRoute({
  method: 'POST',
  path: '/attributes',
  scope: 'attributes:write',
  tag: 'attributes',
  summary: 'Add a custom attribute, usable at once in API, import and rules',
  body: NewAttribute,
  reply: Attribute,
  status: 201,
  idempotent: true,
});
export const changeAttribute = defineRoute({
  method: 'PATCH',
  path: '/attributes/:key',
  scope: 'attributes:write',
  tag: 'attributes',
  summary: 'Retitle or archive a custom attribute; its type stays',
  params: Closed({ key: AttributeKey }),
  query: CascadeQuery,
  body: AttributeChange,
  reply: Attribute,
});
