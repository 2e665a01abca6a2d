// The catalogue's errors of messages that are refused before they are written.
import { defineError } from '../../core/index.ts';

export const ChannelUnknown = defineError(
  'CHANNEL_UNKNOWN',
  422,
  'No installed plugin brings the channel.',
  (channel: string, known: readonly string[]) =>
    `No installed plugin brings the channel "${channel}"; ${known.length === 0 ? 'there are none' : `there are ${known.join(', ')}`}.`,
);
