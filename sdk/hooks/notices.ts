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
    handler: 'on',
    providedBy: ['hooks'],
    wallMs: 10_000,
    cpuMs: 2000,
    summary: `Told after ${name.replace('.', ' ').replace('-', ' ')}.`,
    input: Notice,
    output: Type.Unknown(),
    examples: [
      {
        input: {
          id: '0197a3b2-0000-7000-8000-000000000003',
          topic: name,
          customerId: '0197a3b2-0000-7000-8000-000000000001',
          at: '2026-05-04T12:00:00.000Z',
          payload: { customerId: '0197a3b2-0000-7000-8000-000000000001' },
        },
        output: null,
      },
    ],
  });

export const notices = topics.map((topic) => notice(topic));
