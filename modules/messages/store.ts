// Rows of messages, and what a send needs to know of its recipient.

import type { Message, MessageStatus } from '@rapport/sdk/schemas';
import { type Db, type Page, page, toIso, toIsoOrNull } from '../../core/index.ts';

/**
 * `send_key` is unique over all messages. `content` (templates by part) and `variables` are JSON;
 * `address` is what it was sent to, or the fixed address it was queued for. Times are in ms.
 */
export type MessageRow = {
  id: string;
  customer_id: string | null;
  channel: string;
  purpose: Message['purpose'];
  address: string | null;
  template: string | null;
  content: string | null;
  variables: string;
  subject: string | null;
  status: Message['status'];
  reason: string | null;
  send_key: string;
  source: string | null;
  plugin: string | null;
  provider_id: string | null;
  created_at: number;
  sent_at: number | null;
};

/** Also of a customer who was erased or merged away: the caller looks. */
export type Recipient = {
  id: string;
  external_id: string | null;
  name: string | null;
  first_name: string | null;
  last_name: string | null;
  company: string | null;
  email: string | null;
  phone: string | null;
  city: string | null;
  country: string | null;
  language: string | null;
  time_zone: string | null;
  level: string | null;
  erased_at: number | null;
  merged_into: string | null;
};

const recipientColumns = [
  'id',
  'external_id',
  'name',
  'first_name',
  'last_name',
  'company',
  'email',
  'phone',
  'city',
  'country',
  'language',
  'time_zone',
  'level',
  'erased_at',
  'merged_into',
];

export const createMessageStore = (db: Db) => ({
  /** False when the send key was used before: that message stands. */
  insert: async (row: MessageRow): Promise<boolean> =>
    (await db('messages').insert(row).onConflict('send_key').ignore().returning('id')).length > 0,
  find: (id: string): Promise<MessageRow | undefined> => db('messages').where({ id }).first(),
  findByKey: (sendKey: string): Promise<MessageRow | undefined> => db('messages').where({ send_key: sendKey }).first(),
  /** Only a queued message comes to an end, and only once. */
  finish: (id: string, change: Partial<MessageRow>): Promise<number> =>
    db('messages').where({ id, status: 'queued' }).update(change),
  list: async (options: {
    limit: number;
    cursor?: string;
    customerId?: string;
    status?: MessageStatus;
  }): Promise<Page<Message>> => {
    const rows = db('messages');
    if (options.customerId) rows.where({ customer_id: options.customerId });
    if (options.status) rows.where({ status: options.status });
    const found = await page<MessageRow>(rows, {
      limit: options.limit,
      cursor: options.cursor,
      sort: { column: 'id', direction: 'desc' },
    });
    return { data: found.data.map(toMessage), next: found.next };
  },
  findRecipient: (id: string): Promise<Recipient | undefined> =>
    db('customers').select(recipientColumns).where({ id }).first(),
  /** `granted`, `denied` or undefined when nothing was said for this channel and purpose. */
  findConsent: async (customerId: string, channel: string, purpose: string): Promise<string | undefined> =>
    (
      (await db('consents').select('status').where({ customer_id: customerId, channel, purpose }).first()) as
        | { status: string }
        | undefined
    )?.status,
});

export const toMessage = (row: MessageRow): Message => ({
  id: row.id,
  customerId: row.customer_id,
  channel: row.channel,
  purpose: row.purpose,
  to: row.address,
  template: row.template,
  subject: row.subject,
  status: row.status,
  reason: row.reason,
  source: row.source,
  plugin: row.plugin,
  providerId: row.provider_id,
  createdAt: toIso(Number(row.created_at)),
  sentAt: toIsoOrNull(row.sent_at === null ? null : Number(row.sent_at)),
});
