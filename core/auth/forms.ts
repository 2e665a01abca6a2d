// How the OAuth endpoints read a request and fail: forms with no repeated member, errors in OAuth's own shape (RFC 6749 5.2),
// nothing cached, no word of what went wrong inside.
import type { Context } from 'koa';
import { Failure } from '../errors.ts';
import { readBody } from '../http/limits.ts';
import { Reply } from '../http/serve.ts';
import type { Log } from '../log.ts';

export type Members = Record<string, string>;

const maxForm = 64 * 1024;

export const noStore = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };

/** A refusal the caller may read. `error` is one of OAuth's codes. */
export class Refusal extends Error {
  readonly error: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  constructor(error: string, description: string, status = 400, headers: Record<string, string> = {}) {
    super(description);
    this.error = error;
    this.status = status;
    this.headers = headers;
  }
}

export const readForm = async (ctx: Context): Promise<Members> => {
  const type = (ctx.get('content-type').split(';')[0] ?? '').trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded')
    throw new Refusal('invalid_request', 'Send the body as application/x-www-form-urlencoded.');
  const { members, repeated } = readMembers(await readBody(ctx.req, maxForm));
  if (repeated.length > 0) throw new Refusal('invalid_request', `Given more than once: ${repeated.join(', ')}.`);
  return members;
};

/** Members without a value count as absent (RFC 6749 section 3.1); those given twice are named. */
export const readMembers = (text: string): { members: Members; repeated: string[] } => {
  const members: Members = Object.create(null) as Members;
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
    if (value.includes('\0')) throw new Refusal('invalid_request', `A character of ${name} is not allowed.`);
    if (value !== '') members[name] = value;
  }
  return { members, repeated: [...repeated] };
};

/** Runs the work of an endpoint and turns whatever it throws into OAuth's error document. */
export const answerOAuth = async (ctx: Context, log: Log, work: () => Promise<unknown>): Promise<Reply> => {
  try {
    return new Reply(await work(), { headers: noStore });
  } catch (error) {
    const { error: code, message, status, headers } = toRefusal(error, ctx, log);
    return new Reply({ error: code, error_description: message }, { status, headers: { ...noStore, ...headers } });
  }
};

// What the databases say when they cannot take a write now; the rest of their words stays in the log.
const busy = /^(SQLITE_(BUSY|LOCKED|FULL|READONLY|IOERR)|57P0\d|53\d{3}|25006|ECONN\w+)$/;

export const toRefusal = (error: unknown, ctx: Context, log: Log): Refusal => {
  if (error instanceof Refusal) return error;
  if (error instanceof Failure && error.status < 500)
    return new Refusal('invalid_request', error.message, error.status, error.headers);
  log.error({ requestId: ctx.state.requestId as string, path: ctx.path, err: error }, 'OAuth request failed');
  const passing =
    busy.test((error as { code?: string }).code ?? '') || (error as { name?: string }).name === 'KnexTimeoutError';
  return passing
    ? new Refusal('temporarily_unavailable', 'Try again shortly.', 503, { 'Retry-After': '2' })
    : new Refusal('server_error', 'Something failed on our side. Quote the X-Request-Id.', 500);
};
