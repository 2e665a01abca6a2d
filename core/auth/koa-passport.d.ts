// The part of koa-passport we use; the package has no types of its own.
declare module 'koa-passport' {
  import type { Context } from 'koa';
  import type { Strategy } from 'passport';

  type Done = (error: unknown, user?: unknown) => void;

  export class KoaPassport {
    use(name: string, strategy: Strategy): this;
    /** Settles after `done` was called, or without it where the strategy wrote the response itself. */
    authenticate(
      name: string,
      options: { session: false },
      done: Done,
    ): (ctx: Context, next: () => Promise<void>) => Promise<void>;
  }
}
