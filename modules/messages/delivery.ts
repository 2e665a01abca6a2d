// Works the queue of messages: may it go, to which address, what does it say, which channel takes it. Everything that can change
// between asking and sending (consent, erasure, address) is looked at here, at the last moment.

import type { ChannelAddress } from '@rapport/sdk';
import type { MessageContent } from '@rapport/sdk/schemas';
import {
  afterCommit,
  createGroupCommit,
  type Db,
  defineCounter,
  defineJob,
  Failure,
  fromJson,
  type JobContext,
  type JobSpec,
  NotNow,
  type Platform,
  TryLater,
  transact,
} from '../../core/index.ts';
import { sendQueue } from './messages.ts';
import type { Renderer } from './renderer.ts';
import { createMessageStore, type MessageRow, type Recipient } from './store.ts';
import type { CustomerMember } from './template-variables.ts';
import { contentFor, type Templates } from './templates.ts';

/** What a channel is given. `idempotencyKey` is the same at every attempt, so a provider can tell a repeat. */
export type Outgoing = MessageContent & {
  id: string;
  channel: string;
  to: string | null;
  idempotencyKey: string;
  customerId: string | null;
};

/**
 * What a channel answers. `retry`: the same message may go later. `unavailable`: nobody was there to take or to check it; it waits,
 * until `until` (ms) where that is known.
 */
export type ChannelAnswer =
  | { kind: 'accepted'; plugin: string; providerId: string | null }
  | { kind: 'unavailable'; plugin: string; reason: string; until: number | undefined }
  | { kind: 'refused'; plugin: string | null; reason: string; retry: boolean; retryAfterMs?: number };

export type Channel = {
  /** Which address of the customer it needs; `undefined` while nobody offers it. */
  addressOf: (channel: string) => Promise<ChannelAddress | undefined>;
  /** Through plugins whose channel needs that address. */
  send: (message: Outgoing, options: { address: ChannelAddress }) => Promise<ChannelAnswer>;
};
export const noChannel = (channel: string): ChannelAnswer => ({
  kind: 'refused',
  plugin: null,
  reason: `no plugin sends through ${channel}`,
  retry: true,
});

/** `dropped` was not let go (consent, erasure, no address), `failed` was tried and cannot be sent. */
type Ending = {
  status: 'sent' | 'failed' | 'dropped';
  reason: string | null;
  plugin?: string | null;
  providerId?: string | null;
  address?: string | null;
  subject?: string;
};

type Ended = { row: MessageRow; ending: Ending };

const mostEndings = 100;
/** When a message is tried again that a filter could not look at. */
const unavailableMs = 60_000;

/** `outcome`: the status a message ended with. */
export const messagesTotal = defineCounter({
  name: 'rapport_messages_total',
  help: 'Messages by channel and outcome.',
  labels: ['channel', 'outcome'],
});

/**
 * Ends each message once, as `sent`, `failed` or `dropped`, with `message.sent` or `message.failed` (also
 * for `dropped`) in the same transaction. A channel may be given one message twice, when the process stops
 * between its answer and the commit: the idempotency key is there for that. Messages to one customer go in
 * the order they were queued.
 */
export const messageJob = (
  platform: Platform,
  deps: { templates: Templates; renderer: Renderer; channel: Channel },
): JobSpec => {
  const { database, clock, jobs, outbox, metrics } = platform;

  const finish = async (trx: Db, { row, ending }: Ended): Promise<void> => {
    const done = await createMessageStore(trx).finish(row.id, {
      status: ending.status,
      reason: ending.reason,
      plugin: ending.plugin ?? null,
      provider_id: ending.providerId ?? null,
      address: ending.address ?? row.address,
      subject: ending.subject?.slice(0, 998) ?? null,
      sent_at: ending.status === 'sent' ? clock.now() : null,
    });
    if (done === 0) return;
    afterCommit(trx, () => metrics.count(messagesTotal, { channel: row.channel, outcome: ending.status }));
    const topic = ending.status === 'sent' ? 'message.sent' : 'message.failed';
    const payload = {
      customerId: row.customer_id,
      messageId: row.id,
      channel: row.channel,
      status: ending.status,
      reason: ending.reason,
      source: row.source,
    };
    await outbox.emit(trx, { topic, customerId: row.customer_id ?? undefined, payload });
  };

  // Messages that end while a commit is running end together in the next one.
  const ends = createGroupCommit<Ended, void>({
    db: database.writer,
    most: mostEndings,
    sizeOf: () => 1,
    commit: (ended) =>
      transact(database.writer, async (trx) => {
        for (const one of ended) await finish(trx, one);
        return ended.map(() => undefined);
      }),
  });
  const end = (row: MessageRow, ending: Ending): Promise<void> => ends.add({ row, ending });

  const deliver = async (row: MessageRow, context: JobContext): Promise<void> => {
    const store = createMessageStore(database.reader);
    const recipient = row.customer_id ? await store.findRecipient(row.customer_id) : undefined;
    const needs = await deps.channel.addressOf(row.channel);
    const refusal = row.customer_id
      ? await whyNot(row, needs, recipient, (channel) => store.findConsent(row.customer_id!, channel, row.purpose))
      : undefined;
    if (refusal) return end(row, { status: 'dropped', reason: refusal });
    const to = row.address ?? (needs === 'email' || needs === 'phone' ? recipient![needs] : null);
    if (to === null && needs !== undefined && needs !== 'none')
      return end(row, { status: 'dropped', reason: `no address for ${row.channel}` });
    const content = await render(row, recipient);
    if ('fault' in content) return end(row, { status: 'failed', reason: content.fault });
    const outgoing = {
      ...content,
      id: row.id,
      channel: row.channel,
      to,
      idempotencyKey: row.id,
      customerId: row.customer_id,
    };
    const answer = needs ? await deps.channel.send(outgoing, { address: needs }) : noChannel(row.channel);
    const sent = { address: to, subject: content.subject, plugin: answer.plugin };
    if (answer.kind === 'accepted')
      return end(row, { ...sent, status: 'sent', reason: null, providerId: answer.providerId });
    if (answer.kind === 'unavailable') {
      if (!context.job.lastAttempt) throw new NotNow(answer.reason, answer.until ?? clock.now() + unavailableMs);
    } else if (answer.retry && !context.job.lastAttempt) {
      if (answer.retryAfterMs !== undefined) throw new TryLater(answer.reason, clock.now() + answer.retryAfterMs);
      throw new Error(answer.reason);
    }
    return end(row, { ...sent, status: 'failed', reason: answer.reason });
  };

  const render = async (
    row: MessageRow,
    recipient: Recipient | undefined,
  ): Promise<MessageContent | { fault: string }> => {
    const template = row.template ? await deps.templates.find(row.template) : undefined;
    if (row.template && !template) return { fault: `the template ${row.template} is gone` };
    const chosen = template
      ? contentFor(template, recipient?.language ?? null)
      : { content: fromJson<MessageContent>(row.content), language: recipient?.language ?? 'en' };
    const data = {
      ...fromJson<Record<string, unknown>>(row.variables),
      customer: recipient ? customerVariables(recipient) : {},
    };
    try {
      return await deps.renderer.render({ ...chosen, data, timeZone: recipient?.time_zone ?? undefined });
    } catch (error) {
      if (error instanceof Failure) return { fault: error.message };
      throw error;
    }
  };

  return defineJob<{ id: string }>({
    queue: sendQueue,
    concurrency: 16,
    handle: async ({ id }, context) => {
      const row = await createMessageStore(database.reader).find(id);
      if (row?.status === 'queued') await deliver(row, context);
    },
  });
};

/** What a template sees of its customer. */
export const customerVariables = (recipient: Recipient): Record<CustomerMember, unknown> => ({
  id: recipient.id,
  externalId: recipient.external_id,
  name: recipient.name,
  firstName: recipient.first_name ?? recipient.name?.split(' ')[0] ?? null,
  lastName: recipient.last_name,
  company: recipient.company,
  email: recipient.email,
  phone: recipient.phone,
  city: recipient.city,
  country: recipient.country,
  level: recipient.level,
});

// Marketing needs a yes for this channel, or for the kind of address it writes to; service goes unless there is a no. A no to the
// kind of address (`email`, `phone`) holds for every channel that writes to it.
const whyNot = async (
  row: MessageRow,
  needs: ChannelAddress | undefined,
  recipient: Recipient | undefined,
  consent: (channel: string) => Promise<string | undefined>,
): Promise<string | undefined> => {
  if (!recipient || recipient.erased_at !== null) return 'the customer is erased';
  if (recipient.merged_into !== null) return 'the customer was merged';
  const own = await consent(row.channel);
  const general = needs === undefined || needs === 'none' || needs === row.channel ? undefined : await consent(needs);
  if (own === 'denied') return `${row.channel} was declined`;
  if (general === 'denied') return `${needs} was declined`;
  if (row.purpose === 'marketing' && (own ?? general) !== 'granted') return `no consent for ${row.channel}`;
};
