// Queues messages: one row per send key, one job per row, written with the change that asked for it. Delivery is in delivery.ts.

import type { Message, MessageStatus, NewMessage } from '@rapport/sdk/schemas';
import {
  type Actor,
  CustomerNotFound,
  type Db,
  defineError,
  InvalidRequest,
  type Platform,
  transact,
} from '../../core/index.ts';
import { createMessageStore, type MessageRow, toMessage } from './store.ts';
import { checkContent, type Templates } from './templates.ts';

export const MessageNotFound = defineError(
  'MESSAGE_NOT_FOUND',
  404,
  'No such message.',
  (id: string) => `No message ${id}.`,
);

export const sendQueue = 'messages';

/** `source` says who asked, like `alert:big-order`; it is shown beside the message. */
export type SendRequest = NewMessage & { sendKey: string; source?: string };

/**
 * A message that is queued is not yet a message that is sent: `get` shows how it ended, and why. `sendKey`
 * holds over all channels and for as long as its message is kept: with the key of an earlier message the
 * content of the new one is not looked at.
 */
export const createMessages = (platform: Platform, templates: Templates) => {
  const { database, clock, ids, jobs, audit } = platform;

  /** Queues in the caller's transaction. Answers the message's id; the id of the first one when the send key was used before. */
  const send = async (trx: Db, request: SendRequest): Promise<string> => {
    const store = createMessageStore(trx);
    const row = toRow(request, ids.next(), clock.now());
    if (!(await store.insert(row))) return (await store.findByKey(request.sendKey))!.id;
    await jobs.enqueue(trx, {
      queue: sendQueue,
      uniqueKey: row.id,
      key: row.customer_id ?? undefined,
      payload: { id: row.id },
    });
    return row.id;
  };

  return {
    send,
    /** What the API does: checks everything first, then queues, with an audit row. */
    request: async (input: NewMessage, actor: Actor): Promise<Message> => {
      await check(input);
      const id = await transact(database.writer, async (trx) => {
        if (input.customerId && !(await createMessageStore(trx).findRecipient(input.customerId))) {
          throw new CustomerNotFound(input.customerId, { pointer: '/customerId' });
        }
        const made = await send(trx, {
          ...input,
          sendKey: input.sendKey ?? `api:${ids.next()}`,
          source: `${actor.kind}:${actor.id}`,
        });
        await audit.record(trx, {
          actor,
          action: 'message.queued',
          subject: { kind: 'message', id: made },
          details: { channel: input.channel, purpose: input.purpose },
        });
        return made;
      });
      return toMessage((await createMessageStore(database.writer).find(id))!);
    },
    /** Throws MessageNotFound. The address and subject are in it; who may see them is for the caller to decide. */
    get: async (id: string): Promise<Message> => {
      const row = await createMessageStore(database.reader).find(id);
      if (!row) throw new MessageNotFound(id);
      return toMessage(row);
    },
    list: (options: { limit: number; cursor?: string; customerId?: string; status?: MessageStatus }) =>
      createMessageStore(database.reader).list(options),
  };

  async function check(input: NewMessage): Promise<void> {
    if ((input.customerId === undefined) === (input.to === undefined))
      throw new InvalidRequest('Give customerId or to, one of them.', { pointer: '/customerId' });
    if (input.to !== undefined && input.purpose !== 'staff')
      throw new InvalidRequest('A fixed address is for staff: purpose must be "staff".', { pointer: '/purpose' });
    if ((input.template === undefined) === (input.content === undefined))
      throw new InvalidRequest('Give template or content, one of them.', { pointer: '/template' });
    if (input.content) checkContent(input.content, '/content');
    if (input.template && (await templates.get(input.template)).channel !== input.channel) {
      throw new InvalidRequest(`The template is not for the channel ${input.channel}.`, { pointer: '/template' });
    }
  }
};

export type Messages = ReturnType<typeof createMessages>;

const toRow = (request: SendRequest, id: string, now: number): MessageRow => ({
  id,
  customer_id: request.customerId ?? null,
  channel: request.channel,
  purpose: request.purpose,
  address: request.to ?? null,
  template: request.template ?? null,
  content: request.content ? JSON.stringify(request.content) : null,
  variables: JSON.stringify(request.variables ?? {}),
  subject: null,
  status: 'queued',
  reason: null,
  send_key: request.sendKey,
  source: request.source ?? null,
  plugin: null,
  provider_id: null,
  created_at: now,
  sent_at: null,
});
