// Turns whatever was thrown into problem+json. Private causes go to the log; the reply says only what the catalogue says.
import type { Context, Middleware } from 'koa';
import { Failure, Internal, type Problem, Unavailable } from '../errors.ts';
import type { Log } from '../log.ts';

export const failures =
  (log: Log): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const failure = toFailure(error);
      if (failure.status >= 500)
        log.error(
          { requestId: ctx.state.requestId as string, path: ctx.path, err: error, code: failure.code },
          'request failed',
        );
      sendProblem(ctx, failure);
    }
  };

export const toProblem = (failure: Failure): Problem => ({
  type: `https://rapport.dev/errors/${failure.code.toLowerCase().replaceAll('_', '-')}`,
  title: failure.code.toLowerCase().replaceAll('_', ' '),
  status: failure.status,
  code: failure.code,
  detail: failure.message,
  ...(failure.pointer !== undefined && { pointer: failure.pointer }),
  ...failure.members,
});

export const sendProblem = (ctx: Context, failure: Failure): void => {
  ctx.status = failure.status;
  ctx.type = 'application/problem+json';
  ctx.set(failure.headers);
  ctx.body = JSON.stringify(toProblem(failure));
};

// A database that is locked, full, read-only or restarting: the caller may try again; nothing was written.
const passing = new Set([
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_FULL',
  'SQLITE_READONLY',
  'SQLITE_IOERR',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '53100',
  '25006',
  'ECONNREFUSED',
  'ECONNRESET',
]);

const toFailure = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  const code = (error as { code?: string } | null)?.code ?? '';
  const timedOut = (error as { name?: string } | null)?.name === 'KnexTimeoutError';
  if (passing.has(code) || timedOut) {
    return new Unavailable('The database is not taking this right now.', {
      cause: error,
      headers: { 'Retry-After': '2' },
    });
  }
  return new Internal({ cause: error });
};
