// A route as a value: method, path, who may call it, and the shapes in and out.
// The server validates with it, OpenAPI is generated from it, the client is typed by it. Not a router.
import type { Static, TObject, TSchema } from 'typebox';
import type { Scope } from './scopes.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Who may call: anyone (`public`), anybody signed in (`signed-in`), staff with a session only (`staff`), or holders of a scope. */
export type Access = 'public' | 'signed-in' | 'staff' | Scope;

export type RouteSpec<
  P extends TObject = TObject,
  Q extends TObject = TObject,
  B extends TSchema = TSchema,
  R extends TSchema = TSchema,
> = {
  method: Method;
  /** Under `/api/v1` unless `root` is set; parameters as `:name`. */
  path: string;
  /** Mount at the server's root instead of `/api/v1` (OAuth, health). */
  root?: boolean;
  scope: Access;
  summary: string;
  tag: string;
  params?: P;
  query?: Q;
  body?: B;
  reply?: R;
  /** Status on success; 200 by default. */
  status?: number;
  /** Largest accepted body in bytes; 1 MiB by default. */
  maxBody?: number;
  /** The handler reads the request stream itself (uploads); `body` is then only documentation. */
  rawBody?: boolean;
  /** Content type of the reply when it is not JSON. */
  replyType?: string;
  /** What a call takes of the caller's rate limit; 1 for GET and 2 for the rest by default, 0 for no limit. */
  cost?: number;
  /** The handler honours `Idempotency-Key`: the same key and body answer the first reply again. */
  idempotent?: boolean;
};

export type AnyRoute = RouteSpec<TObject, TObject, TSchema, TSchema>;
type In<S> = S extends TSchema ? Static<S> : undefined;

/** Of a route: the types of its parameters, query, body and reply, from its schemas. */
export type ParamsOf<T> = T extends { params: infer P } ? In<P> : Record<string, never>;
export type QueryOf<T> = T extends { query: infer Q } ? In<Q> : Record<string, never>;
export type BodyOf<T> = T extends { body: infer B } ? In<B> : undefined;
export type ReplyOf<T> = T extends { reply: infer R } ? In<R> : unknown;

/** Declares a route. Schemas keep their exact types, so handlers and the client are checked against them. */
export const defineRoute = <const T extends RouteSpec>(spec: T): T => spec;
