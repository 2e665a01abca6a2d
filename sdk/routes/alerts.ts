// Alerts and their firings.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import { Alert, AlertChange, Firing, NewAlert } from '../schemas/alerts.ts';
import { ActivateRule, RuleHistory, RuleStatus } from '../schemas/rule-documents.ts';
import { Closed, Id, KeyParams, PageQuery, pageOf } from '../schemas/shared.ts';

const tag = 'alerts';

export const listAlerts = defineRoute({
  method: 'GET',
  path: '/alerts',
  scope: 'alerts:read',
  tag,
  summary: 'Alerts, by key',
  query: Closed({ ...PageQuery.properties, status: Type.Optional(RuleStatus) }),
  reply: pageOf(Alert),
});
export const createAlert = defineRoute({
  method: 'POST',
  path: '/alerts',
  scope: 'alerts:write',
  tag,
  summary: 'Make an alert, as a draft',
  body: NewAlert,
  reply: Alert,
  status: 201,
  idempotent: true,
});
export const getAlert = defineRoute({
  method: 'GET',
  path: '/alerts/:key',
  scope: 'alerts:read',
  tag,
  summary: 'One alert',
  params: KeyParams,
  reply: Alert,
});
export const changeAlert = defineRoute({
  method: 'PATCH',
  path: '/alerts/:key',
  scope: 'alerts:write',
  tag,
  summary: 'Save a new version; the active one stays until another is activated',
  params: KeyParams,
  body: AlertChange,
  reply: Alert,
});
export const archiveAlert = defineRoute({
  method: 'DELETE',
  path: '/alerts/:key',
  scope: 'alerts:write',
  tag,
  summary: 'Archive an alert: it fires no more, its firings stay',
  params: KeyParams,
  status: 204,
});
export const activateAlert = defineRoute({
  method: 'POST',
  path: '/alerts/:key/activate',
  scope: 'alerts:write',
  tag,
  summary: 'Activate the newest or a given version; an older one is a roll back',
  params: KeyParams,
  body: ActivateRule,
  reply: Alert,
});
export const pauseAlert = defineRoute({
  method: 'POST',
  path: '/alerts/:key/pause',
  scope: 'alerts:write',
  tag,
  summary: 'Stop an alert until it is activated again',
  params: KeyParams,
  reply: Alert,
});
export const listAlertVersions = defineRoute({
  method: 'GET',
  path: '/alerts/:key/versions',
  scope: 'alerts:read',
  tag,
  summary: 'Every version and every activation, newest first',
  params: KeyParams,
  reply: RuleHistory,
});
export const listFirings = defineRoute({
  method: 'GET',
  path: '/alerts/:key/firings',
  scope: 'alerts:read',
  tag,
  summary: 'When it fired, for whom, and the facts seen, newest first',
  params: KeyParams,
  query: Closed({ ...PageQuery.properties, customerId: Type.Optional(Id) }),
  reply: pageOf(Firing),
});
