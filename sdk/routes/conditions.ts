// Named conditions: documents with versions that segments, promotions and alerts name. Who names one: `GET /rules/dependents`.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import { ConditionDocument, ConditionDocumentChange, NewConditionDocument } from '../schemas/conditions.ts';
import { ActivateRule, CascadeQuery, RuleHistory, RuleStatus } from '../schemas/rule-documents.ts';
import { Closed, KeyParams, PageQuery, pageOf } from '../schemas/shared.ts';

const tag = 'rules';

export const listConditions = defineRoute({
  method: 'GET',
  path: '/conditions',
  scope: 'rules:read',
  tag,
  summary: 'Named conditions, by key',
  query: Closed({ ...PageQuery.properties, status: Type.Optional(RuleStatus) }),
  reply: pageOf(ConditionDocument),
});
export const createCondition = defineRoute({
  method: 'POST',
  path: '/conditions',
  scope: 'rules:write',
  tag,
  summary: 'Make a named condition, as a draft; rules may name it once it is active',
  body: NewConditionDocument,
  reply: ConditionDocument,
  status: 201,
  idempotent: true,
});
export const getCondition = defineRoute({
  method: 'GET',
  path: '/conditions/:key',
  scope: 'rules:read',
  tag,
  summary: 'One named condition',
  params: KeyParams,
  reply: ConditionDocument,
});
export const changeCondition = defineRoute({
  method: 'PATCH',
  path: '/conditions/:key',
  scope: 'rules:write',
  tag,
  summary: 'Save a new version; rules go on with the active one until another is activated',
  params: KeyParams,
  body: ConditionDocumentChange,
  reply: ConditionDocument,
});
export const archiveCondition = defineRoute({
  method: 'DELETE',
  path: '/conditions/:key',
  scope: 'rules:write',
  tag,
  summary: 'Archive a named condition; refused while rules name it, unless they are to be paused',
  params: KeyParams,
  query: CascadeQuery,
  status: 204,
});
export const activateCondition = defineRoute({
  method: 'POST',
  path: '/conditions/:key/activate',
  scope: 'rules:write',
  tag,
  summary: 'Activate the newest or a given version; segments and alerts that name it are evaluated again',
  params: KeyParams,
  body: ActivateRule,
  reply: ConditionDocument,
});
export const listConditionVersions = defineRoute({
  method: 'GET',
  path: '/conditions/:key/versions',
  scope: 'rules:read',
  tag,
  summary: 'Every version and every activation, newest first',
  params: KeyParams,
  reply: RuleHistory,
});
