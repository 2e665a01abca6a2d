// HTTP of templates and messages.

import {
  changeTemplate,
  createTemplate,
  deleteTemplate,
  getMessage,
  getTemplate,
  listMessages,
  listTemplates,
  previewTemplate,
  sendMessage,
} from '@rapport/sdk/routes';
import type { Message } from '@rapport/sdk/schemas';
import {
  type Actor,
  CustomerNotFound,
  type Database,
  InvalidRequest,
  mayReadPersonalData,
  type Served,
  serve,
} from '../../core/index.ts';
import { customerVariables } from './delivery.ts';
import type { Messages } from './messages.ts';
import type { Renderer } from './renderer.ts';
import { createMessageStore } from './store.ts';
import { checkContent, contentFor, type Templates } from './templates.ts';

type Deps = { database: Database; messages: Messages; templates: Templates; renderer: Renderer };

// What somebody without the right to personal data sees in a preview.
const example = {
  id: 'example',
  name: 'Ada Example',
  firstName: 'Ada',
  lastName: 'Example',
  email: 'ada@example.com',
  city: 'London',
  country: 'GB',
};

/**
 * A preview sends nothing and asks for no consent. Who may not read personal data sees an invented
 * customer in it, and messages without their address and subject.
 */
export const messageRoutes = ({ database, messages, templates, renderer }: Deps): Served[] => [
  serve(listTemplates, ({ query }) => templates.list({ limit: query.limit ?? 50, cursor: query.cursor })),
  serve(createTemplate, ({ body, actor }) => templates.create(body, actor)),
  serve(getTemplate, ({ params }) => templates.get(params.key)),
  serve(changeTemplate, ({ params, body, actor }) => templates.change(params.key, body, actor)),
  serve(deleteTemplate, ({ params, query, actor }) => templates.remove(params.key, actor, query)),
  serve(previewTemplate, async ({ body, actor }) => {
    if ((body.template === undefined) === (body.content === undefined))
      throw new InvalidRequest('Give template or content, one of them.', { pointer: '/template' });
    if (body.content) checkContent(body.content, '/content');
    const found = body.customerId
      ? await createMessageStore(database.reader).findRecipient(body.customerId)
      : undefined;
    if (body.customerId && !found) throw new CustomerNotFound(body.customerId, { pointer: '/customerId' });
    const recipient = mayReadPersonalData(actor) ? found : undefined;
    const language = body.language ?? recipient?.language ?? null;
    const chosen = body.template
      ? contentFor(await templates.get(body.template), language)
      : { content: body.content!, language: language ?? 'en' };
    const data = { ...body.variables, customer: recipient ? customerVariables(recipient) : example };
    return renderer.render({ ...chosen, data, timeZone: recipient?.time_zone ?? undefined });
  }),
  serve(sendMessage, ({ body, actor }) => messages.request(body, actor)),
  serve(getMessage, async ({ params, actor }) => shownTo(actor, await messages.get(params.id))),
  serve(listMessages, async ({ query, actor }) => {
    const found = await messages.list({ ...query, limit: query.limit ?? 50 });
    return { data: found.data.map((message) => shownTo(actor, message)), next: found.next };
  }),
];

// The address and the subject are personal data.
const shownTo = (actor: Actor, message: Message): Message =>
  mayReadPersonalData(actor) ? message : { ...message, to: null, subject: null };
