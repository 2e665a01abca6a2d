// Webhooks: what other systems hear, with a log of deliveries and replay.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import { Closed, IdParams, PageQuery, pageOf, Time } from '../schemas/shared.ts';
import { Delivery, NewWebhook, Webhook, WebhookChange, WebhookWithSecret } from '../schemas/webhooks.ts';

const tag = 'webhooks';

export const listWebhooks = defineRoute({
  method: 'GET',
  path: '/webhooks',
  scope: 'webhooks:read',
  tag,
  summary: 'Webhooks',
  query: PageQuery,
  reply: pageOf(Webhook),
});
export const createWebhook = defineRoute({
  method: 'POST',
  path: '/webhooks',
  scope: 'webhooks:write',
  tag,
  summary: 'Make a webhook; its secret is shown this once',
  body: NewWebhook,
  reply: WebhookWithSecret,
  status: 201,
});
export const getWebhook = defineRoute({
  method: 'GET',
  path: '/webhooks/:id',
  scope: 'webhooks:read',
  tag,
  summary: 'One webhook',
  params: IdParams,
  reply: Webhook,
});
export const changeWebhook = defineRoute({
  method: 'PATCH',
  path: '/webhooks/:id',
  scope: 'webhooks:write',
  tag,
  summary: 'Change, pause or resume a webhook',
  params: IdParams,
  body: WebhookChange,
  reply: Webhook,
});
export const deleteWebhook = defineRoute({
  method: 'DELETE',
  path: '/webhooks/:id',
  scope: 'webhooks:write',
  tag,
  summary: 'Delete a webhook and its deliveries',
  params: IdParams,
  status: 204,
});
export const listDeliveries = defineRoute({
  method: 'GET',
  path: '/webhooks/:id/deliveries',
  scope: 'webhooks:read',
  tag,
  summary: 'What was sent, newest first',
  params: IdParams,
  query: PageQuery,
  reply: pageOf(Delivery),
});
export const replayWebhook = defineRoute({
  method: 'POST',
  path: '/webhooks/:id/replay',
  scope: 'webhooks:write',
  tag,
  summary: 'Send failed deliveries again',
  params: IdParams,
  body: Closed({ since: Type.Optional(Time) }),
  reply: Closed({ replayed: Type.Integer() }),
  status: 202,
});
