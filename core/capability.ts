// What a host function for plugins is: a name, the scope it needs, the shape of what it is given, what it does. A module declares
// those over its own data; names make `ctx`, scopes are what a manifest may ask for.

import type { Manifest } from '@rapport/sdk/schemas';
import { type Static, type TSchema, Type } from 'typebox';
import type { Actor } from './http/actor.ts';

/** What a plugin's use is counted in, against the quotas of a call and of a day. */
export type Meter = 'rows' | 'fetches' | 'mails' | 'bytesOut' | 'writes' | 'events';

export type Grant = {
  has: (scope: string) => boolean;
  /** Personal members of customers that may be seen in clear. */
  personal: ReadonlySet<string>;
};

export type CapabilityCall = {
  plugin: { id: string; version: string; manifest: Manifest; settings: Record<string, unknown> };
  grant: Grant;
  /** The plugin as who it is to services: what they write carries its name, in the audit and as the source. */
  actor: Actor;
  /** A copy in which personal members that were not granted are masked, however deep they sit. */
  mask: <T>(value: T) => T;
  signal: AbortSignal;
  /** To be said before the world outside may change. */
  acting: () => void;
  /** Counts against the quotas of the call and the day; throws a refusal when they are used up. */
  spend: (meter: Meter, amount: number) => Promise<void>;
};

/**
 * A refusal the plugin sees as an error with this code. `DENIED` and `LIMIT`, when not caught, become the outcome of the call.
 * `FAILED`: the other side did not do it and may later; `REJECTED`: it never will, as with a mailbox that does not exist.
 */
export class Refusal extends Error {
  readonly code: 'DENIED' | 'LIMIT' | 'INVALID' | 'FAILED' | 'REJECTED';
  constructor(code: Refusal['code'], message: string) {
    super(message);
    this.code = code;
  }
}

type Spec<T extends TSchema> = {
  /** As in `ctx`: `customers.list` is a member of a group, `emit` a function. */
  name: string;
  /** A scope of the grant; none for what is the plugin's own anyway. */
  scope?: string;
  /** Makes one object of the arguments as the plugin wrote them. */
  read: (args: unknown[]) => unknown;
  input: T;
  run: (input: Static<T>, call: CapabilityCall) => Promise<unknown>;
  /** True when the world outside may have changed: such a call is not run again after a crash. */
  acts?: (input: Static<T>) => boolean;
};
export type Capability = Spec<TSchema>;

export const capability = <const T extends TSchema>(spec: Spec<T>): Capability => spec as unknown as Capability;

/** Shapes that inputs of capabilities are made of. */
export const given = {
  id: Type.String({ minLength: 1, maxLength: 64 }),
  text: Type.String({ minLength: 1, maxLength: 200 }),
  time: Type.String({ format: 'date-time' }),
  paging: {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    cursor: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  closed: { additionalProperties: false },
  /** The arguments of a function that takes one object, or nothing. */
  options: ([first]: unknown[]): unknown => first ?? {},
};

/** A span of time over somebody's rows or everybody's, as text in and as ms out. */
export const span = {
  members: {
    customerId: Type.Optional(given.id),
    since: Type.Optional(given.time),
    until: Type.Optional(given.time),
  },
  of: ({ customerId, since, until }: { customerId?: string; since?: string; until?: string }): Span => ({
    customerId,
    since: since === undefined ? undefined : Date.parse(since),
    until: until === undefined ? undefined : Date.parse(until),
  }),
};
export type Span = { customerId?: string; since?: number; until?: number };
