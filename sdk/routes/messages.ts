// Templates with preview, and messages.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import {
  Message,
  MessageContent,
  MessageStatus,
  NewMessage,
  NewTemplate,
  Template,
  TemplateChange,
  TemplatePreview,
} from '../schemas/messages.ts';
import { CascadeQuery } from '../schemas/rule-documents.ts';
import { Closed, Id, IdParams, KeyParams, PageQuery, pageOf } from '../schemas/shared.ts';

const tag = 'messages';

export const listTemplates = defineRoute({
  method: 'GET',
  path: '/templates',
  scope: 'templates:read',
  tag,
  summary: 'Message templates',
  query: PageQuery,
  reply: pageOf(Template),
});
export const createTemplate = defineRoute({
  method: 'POST',
  path: '/templates',
  scope: 'templates:write',
  tag,
  summary: 'Make a template',
  body: NewTemplate,
  reply: Template,
  status: 201,
});
export const getTemplate = defineRoute({
  method: 'GET',
  path: '/templates/:key',
  scope: 'templates:read',
  tag,
  summary: 'One template',
  params: KeyParams,
  reply: Template,
});
export const changeTemplate = defineRoute({
  method: 'PATCH',
  path: '/templates/:key',
  scope: 'templates:write',
  tag,
  summary: 'Change a template',
  params: KeyParams,
  body: TemplateChange,
  reply: Template,
});
export const deleteTemplate = defineRoute({
  method: 'DELETE',
  path: '/templates/:key',
  scope: 'templates:write',
  tag,
  summary: 'Delete a template; refused while alerts name it',
  params: KeyParams,
  query: CascadeQuery,
  status: 204,
});
export const previewTemplate = defineRoute({
  method: 'POST',
  path: '/templates/preview',
  scope: 'templates:read',
  tag,
  summary: 'Render a template or a draft as a customer would get it',
  body: TemplatePreview,
  reply: MessageContent,
});

export const sendMessage = defineRoute({
  method: 'POST',
  path: '/messages',
  scope: 'messages:write',
  tag,
  summary: 'Queue a message; one per send key',
  body: NewMessage,
  reply: Message,
  status: 202,
  idempotent: true,
});
export const getMessage = defineRoute({
  method: 'GET',
  path: '/messages/:id',
  scope: 'messages:read',
  tag,
  summary: 'One message and what became of it',
  params: IdParams,
  reply: Message,
});
export const listMessages = defineRoute({
  method: 'GET',
  path: '/messages',
  scope: 'messages:read',
  tag,
  summary: 'Messages, newest first',
  query: Closed({
    ...PageQuery.properties,
    customerId: Type.Optional(Id),
    status: Type.Optional(MessageStatus),
  }),
  reply: pageOf(Message),
});
