// The action `message` of alerts: what it must be to be saved, and the message it queues in the transaction of the firing.
import type { AlertAction } from '@rapport/sdk/schemas';
import { type Db, defineAction, InvalidRequest } from '../../core/index.ts';
import { ChannelUnknown } from './errors.ts';
import type { SendRequest } from './messages.ts';
import { TemplateInvalid } from './renderer.ts';
import { findUnknownVariable } from './template-variables.ts';
import { checkContent, type Templates } from './templates.ts';

type MessageAction = Extract<AlertAction, { kind: 'message' }>;
/** What installed plugins provide, like `channel:email`: also those nobody consented to yet, and those that are switched off. */
export type Naming = { listNames: (db: Db) => Promise<ReadonlySet<string>> };
type Messages = Naming & { send: (trx: Db, request: SendRequest) => Promise<string>; templates: Templates };

/** What a template of an alert sees beside `customer`. */
const alertVariables = ['alert', 'firing', 'at', 'customerId', 'cause'];

/**
 * What is wrong is refused when the alert is saved, with a pointer below the action. Running it queues one
 * message for each key of a firing: a firing that is run again queues nothing new. It promises no
 * delivery, which consent, the address and the channel decide later.
 */
export const messageAction = (messages: Messages) =>
  defineAction({
    kind: 'message',
    uses: ({ channel, template }) => ({ channel, template }),
    check: async (action, at, trx) => {
      checkAddressing(action, at);
      await checkChannel(messages, action.channel, `${at}/channel`, trx);
      if (action.content) {
        checkContent(action.content, `${at}/content`);
        refuseUnknownVariables(action.content, `${at}/content`, action.to === undefined);
      }
      if (action.template === undefined) return;
      const pointer = `${at}/template`;
      const template = await messages.templates.find(action.template, trx);
      if (!template) throw new InvalidRequest(`There is no template ${action.template}.`, { pointer });
      if (template.channel !== action.channel)
        throw new InvalidRequest(`The template ${action.template} is for the channel ${template.channel}.`, {
          pointer,
        });
      for (const content of Object.values(template.contents))
        refuseUnknownVariables(content, pointer, action.to === undefined);
    },
    run: (trx, { channel, to, template, content, purpose }, { key, source, customerId, firing }) =>
      messages.send(trx, {
        channel,
        ...(to === undefined ? { customerId } : { to }),
        ...(template !== undefined && { template }),
        ...(content !== undefined && { content }),
        purpose: purpose ?? (to === undefined ? 'service' : 'staff'),
        variables: { alert: firing.alert, firing: firing.id, at: firing.at, customerId, cause: firing.cause },
        sendKey: key,
        source,
      }),
  });

/** A message waits for a plugin that is switched off; one for a channel that nobody brings would wait for ever. */
const checkChannel = async ({ listNames }: Naming, channel: string, pointer: string, trx: Db): Promise<void> => {
  const names = await listNames(trx);
  if (names.has(`channel:${channel}`)) return;
  const known = [...names].flatMap((name) => (name.startsWith('channel:') ? [name.slice('channel:'.length)] : []));
  throw new ChannelUnknown(channel, known, { pointer });
};

const checkAddressing = (action: MessageAction, at: string): void => {
  if ((action.template === undefined) === (action.content === undefined))
    throw new InvalidRequest('Give template or content, one of them.', { pointer: `${at}/template` });
  if (action.to !== undefined && action.purpose !== undefined && action.purpose !== 'staff')
    throw new InvalidRequest('A fixed address is for staff: purpose must be "staff".', { pointer: `${at}/purpose` });
  if (action.to === undefined && action.purpose === 'staff')
    throw new InvalidRequest('A message to the customer cannot have the purpose "staff".', {
      pointer: `${at}/purpose`,
    });
};

const refuseUnknownVariables = (content: Record<string, string | undefined>, at: string, toCustomer: boolean): void => {
  for (const [part, source = ''] of Object.entries(content)) {
    const unknown = findUnknownVariable(source, alertVariables, toCustomer);
    if (unknown !== undefined)
      throw new TemplateInvalid(`${part}: there is no variable {{${unknown}}} here`, { pointer: `${at}/${part}` });
  }
};
