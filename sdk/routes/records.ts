// Records of types that plugins declare.
import { defineRoute } from '../contract.ts';
import {
  DataRecord,
  NewRecord,
  RecordChange,
  RecordPage,
  RecordParams,
  RecordQuery,
  RecordTypeParams,
  RecordTypes,
} from '../schemas/records.ts';

export const listRecordTypes = defineRoute({
  method: 'GET',
  path: '/record-types',
  scope: 'records:read',
  tag: 'records',
  summary: 'Types of records that plugins declared',
  reply: RecordTypes,
});
export const listRecords = defineRoute({
  method: 'GET',
  path: '/records/:type',
  scope: 'records:read',
  tag: 'records',
  summary: 'Records of a type, newest first',
  params: RecordTypeParams,
  query: RecordQuery,
  reply: RecordPage,
});
export const createRecord = defineRoute({
  method: 'POST',
  path: '/records/:type',
  scope: 'records:write',
  tag: 'records',
  summary: 'Add a record',
  params: RecordTypeParams,
  body: NewRecord,
  reply: DataRecord,
  status: 201,
  idempotent: true,
});
export const getRecord = defineRoute({
  method: 'GET',
  path: '/records/:type/:id',
  scope: 'records:read',
  tag: 'records',
  summary: 'One record',
  params: RecordParams,
  reply: DataRecord,
});
export const changeRecord = defineRoute({
  method: 'PATCH',
  path: '/records/:type/:id',
  scope: 'records:write',
  tag: 'records',
  summary: 'Change a record; If-Match guards the version',
  params: RecordParams,
  body: RecordChange,
  reply: DataRecord,
});
export const deleteRecord = defineRoute({
  method: 'DELETE',
  path: '/records/:type/:id',
  scope: 'records:write',
  tag: 'records',
  summary: 'Delete a record',
  params: RecordParams,
  status: 204,
});
