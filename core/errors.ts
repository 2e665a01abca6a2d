// The catalogue of errors. The code is API: clients branch on it. Private causes stay in the log, never in the reply.

export type Problem = {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  pointer?: string;
  [member: string]: unknown;
};

/** An error a caller may see. `pointer` is a JSON pointer (RFC 6901) into the request, where a member is at fault. */
export class Failure extends Error {
  readonly code: string;
  readonly status: number;
  readonly pointer: string | undefined;
  readonly headers: Record<string, string>;
  /** Further members of the problem, such as the list of what is in the way. */
  readonly members: Record<string, unknown>;
  constructor(code: string, status: number, detail: string, options: FailureOptions = {}) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.status = status;
    this.pointer = options.pointer;
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }
}

export type FailureOptions = {
  pointer?: string;
  cause?: unknown;
  headers?: Record<string, string>;
  members?: Record<string, unknown>;
};

const catalogue = new Map<string, { status: number; summary: string }>();

/** Every error defined so far, for docs/errors.md. */
export const listErrors = (): { code: string; status: number; summary: string }[] =>
  [...catalogue].map(([code, entry]) => ({ code, ...entry }));

/** Declares an error of the catalogue: its code, HTTP status, what it means, and how its detail reads. */
export const defineError = <A extends unknown[]>(
  code: string,
  status: number,
  summary: string,
  detail: (...args: A) => string,
) => {
  catalogue.set(code, { status, summary });
  return class extends Failure {
    constructor(...args: [...A, FailureOptions?]) {
      const last = args.length > detail.length ? (args.at(-1) as FailureOptions) : undefined;
      super(code, status, detail(...(args.slice(0, detail.length) as unknown as A)), last);
    }
  };
};

const text = (detail: string): string => detail;

// Requests
export const BadCursor = defineError(
  'BAD_CURSOR',
  400,
  'The cursor is not one this list gave out.',
  () => 'The cursor is not one this list gave out.',
);
export const InvalidRequest = defineError(
  'INVALID_REQUEST',
  400,
  'A member of the request does not fit its schema.',
  text,
);
export const MalformedJson = defineError('MALFORMED_JSON', 400, 'The body is not JSON.', text);
export const JsonTooDeep = defineError(
  'JSON_TOO_DEEP',
  400,
  'The body nests deeper, or has more members, than accepted.',
  text,
);
export const BodyTooLarge = defineError(
  'BODY_TOO_LARGE',
  413,
  'The body is larger than this route accepts.',
  (limit: number) => `The body is larger than ${limit} bytes.`,
);
export const UnsupportedMediaType = defineError(
  'UNSUPPORTED_MEDIA_TYPE',
  415,
  'The content type is not one this route reads.',
  text,
);
export const RouteNotFound = defineError(
  'ROUTE_NOT_FOUND',
  404,
  'No such address.',
  (path: string) => `Nothing at ${path}.`,
);
export const MethodNotAllowed = defineError(
  'METHOD_NOT_ALLOWED',
  405,
  'The address exists, not with this method.',
  text,
);
export const TooManyRequests = defineError('TOO_MANY_REQUESTS', 429, 'Too many requests; see Retry-After.', text);
export const VersionConflict = defineError('VERSION_CONFLICT', 412, 'The record changed since it was read.', text);
export const IdempotencyKeyReused = defineError(
  'IDEMPOTENCY_KEY_REUSED',
  422,
  'The key was used before with another request.',
  text,
);
export const RequestInProgress = defineError('REQUEST_IN_PROGRESS', 409, 'The same request is being worked on.', text);
export const Internal = defineError(
  'INTERNAL',
  500,
  'Something failed here; the request id leads to the log.',
  () => 'Something failed on our side. Quote the request id.',
);
export const Unavailable = defineError(
  'UNAVAILABLE',
  503,
  'The database does not take writes right now; see Retry-After.',
  text,
);
export const Conflict = defineError('CONFLICT', 409, 'It clashes with something that exists.', text);

// Access
export const Unauthenticated = defineError(
  'UNAUTHENTICATED',
  401,
  'Nobody is signed in, or the token is not valid.',
  text,
);
export const Forbidden = defineError('FORBIDDEN', 403, 'Signed in, but not allowed.', text);
export const InsufficientScope = defineError(
  'INSUFFICIENT_SCOPE',
  403,
  'The token or role lacks a scope.',
  (scope: string) => `This needs the scope ${scope}.`,
);
export const CsrfRefused = defineError('CSRF_REFUSED', 403, 'The CSRF token or the Origin is missing or wrong.', text);

export const InvalidCredentials = defineError(
  'INVALID_CREDENTIALS',
  401,
  'E-mail, password or one-time code is wrong.',
  () => 'E-mail, password or one-time code is wrong.',
);
export const TotpRequired = defineError(
  'TOTP_REQUIRED',
  401,
  'The account has a second factor: send its code as `totp`.',
  () => 'Send the one-time code of your authenticator as totp.',
);
export const LinkInvalid = defineError(
  'LINK_INVALID',
  410,
  'The invitation or reset link was used, has expired, or never was.',
  () => 'This link was used, has expired, or never was. Ask for a new one.',
);
export const UserNotFound = defineError('USER_NOT_FOUND', 404, 'No such user.', (id: string) => `No user ${id}.`);
export const EmailTaken = defineError('EMAIL_TAKEN', 409, 'An account has this e-mail.', text);
export const LastOwner = defineError(
  'LAST_OWNER',
  409,
  'It would leave nobody who owns this installation.',
  () => 'This is the last owner. Make another one first.',
);
export const ScopeNotHeld = defineError(
  'SCOPE_NOT_HELD',
  403,
  'Nobody gives, through a role or an app, what they do not hold.',
  (scopes: string) => `You cannot give what you do not hold: ${scopes}.`,
);
export const ClientNotFound = defineError(
  'CLIENT_NOT_FOUND',
  404,
  'No such OAuth app.',
  (id: string) => `No OAuth app ${id}.`,
);
export const InvalidClientSettings = defineError(
  'INVALID_CLIENT_SETTINGS',
  400,
  "The app's grants, kind and redirect addresses do not fit together.",
  text,
);
export const SessionNotFound = defineError(
  'SESSION_NOT_FOUND',
  404,
  'No such session.',
  (id: string) => `No session ${id}.`,
);
export const GrantNotFound = defineError('GRANT_NOT_FOUND', 404, 'No such grant.', (id: string) => `No grant ${id}.`);

// Customers
export const CustomerNotFound = defineError(
  'CUSTOMER_NOT_FOUND',
  404,
  'No such customer.',
  (id: string) => `No customer ${id}.`,
);
export const IdentityTaken = defineError(
  'IDENTITY_TAKEN',
  409,
  'Another customer has this e-mail, phone or external id.',
  text,
);

export const RuleInUse = defineError(
  'RULE_IN_USE',
  409,
  'Rules that run, or drafts, name it; `dependents` lists them. With `cascade=true` they are paused.',
  text,
);
