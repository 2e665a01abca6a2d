// What a host function for plugins is: a name, the scope it needs, the shape of what it is given, what it does.

import type { Manifest } from '@rapport/sdk/schemas';
import type { Static, TSchema } from 'typebox';

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
  signal: AbortSignal;
  /** To be said before the world outside may change. */
  acting: () => void;
  /** Counts against the quotas of the call and the day; throws a refusal when they are used up. */
  spend: (meter: Meter, amount: number) => Promise<void>;
};

/** A refusal the plugin sees as an error with this code. `DENIED` and `LIMIT`, when not caught, become the outcome of the call. */
export class Refusal extends Error {
  readonly code: 'DENIED' | 'LIMIT' | 'INVALID' | 'FAILED';
  constructor(code: Refusal['code'], message: string) {
    super(message);
    this.code = code;
  }
}

type Spec<T extends TSchema> = {
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
