// What happened, told after commit, at least once, in order per customer. The names are also webhook event names.
import { type Static, Type } from 'typebox';
import { defineHook } from '../hook.ts';
import { Nullable, Time } from '../schemas/shared.ts';
import { type Topic, topics } from '../schemas/topics.ts';

export { type Topic, topics } from '../schemas/topics.ts';

export const Notice = Type.Object({
  /** The same on a second delivery: consumers keep it to tell. */
  id: Type.String(),
  topic: Type.String(),
  customerId: Nullable(Type.String()),
  at: Time,
  /** The row as the API shows it; personal members masked unless granted. */
  payload: Type.Unknown(),
});
export type Notice = Static<typeof Notice>;

const notice = <const T extends Topic>(name: T) =>
  defineHook({
    name,
    kind: 'notify',
    scope: `hook:${name}`,
    timeoutMs: 10_000,
    summary: `Told after ${name.replace('.', ' ').replace('-', ' ')}.`,
    input: Notice,
    output: Type.Unknown(),
  });

export const notices = topics.map((topic) => notice(topic));
