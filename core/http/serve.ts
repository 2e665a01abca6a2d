// Binds a route contract to a handler that reads as a sentence. What is checked comes from the contract, not from the body of a handler.
import type { AnyRoute, BodyOf, ParamsOf, QueryOf, ReplyOf, RouteSpec } from '@rapport/sdk';
import type { Context } from 'koa';
import type { Actor } from './actor.ts';

export type Call<T> = {
  params: ParamsOf<T>;
  query: QueryOf<T>;
  body: BodyOf<T>;
  actor: Actor;
  requestId: string;
  /** For the few that set headers, cookies or stream; most handlers never look at it. */
  ctx: Context;
};

/** A reply with its own status or headers. */
export class Reply<T = unknown> {
  readonly body: T;
  readonly status: number | undefined;
  readonly headers: Record<string, string>;
  constructor(body: T, options: { status?: number; headers?: Record<string, string> } = {}) {
    this.body = body;
    this.status = options.status;
    this.headers = options.headers ?? {};
  }
}

export type Served = { route: AnyRoute; handle: (call: Call<AnyRoute>) => Promise<unknown> };

export const serve = <T extends RouteSpec>(
  route: T,
  handle: (call: Call<T>) => ReplyOf<T> | Reply<ReplyOf<T>> | Promise<ReplyOf<T> | Reply<ReplyOf<T>>>,
): Served => ({
  route: route as unknown as AnyRoute,
  handle: async (call) => handle(call as unknown as Call<T>),
});
