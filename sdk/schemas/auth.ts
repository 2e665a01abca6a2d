// People and apps that sign in: users, roles, sessions, OAuth clients and what users granted them. Never a secret twice.
import { type Static, Type } from 'typebox';
import { grantableScopes, type Scope } from '../scopes.ts';
import { Closed, Id, Nullable, Time } from './shared.ts';

export const roleNames = ['owner', 'admin', 'marketer', 'service', 'sales', 'developer', 'reviewer', 'viewer'] as const;
export type RoleName = (typeof roleNames)[number];
export const RoleName = Type.Unsafe<RoleName>({ type: 'string', enum: [...roleNames] });

/** Scopes that an OAuth client can be given: hooks of plugins are not among them. */
export const GrantableScope = Type.Unsafe<Scope>({ type: 'string', enum: [...grantableScopes] });
const Scopes = Type.Array(GrantableScope, { uniqueItems: true, maxItems: 100 });

// Not `format: email`: an account like owner@localhost is fine on a machine without a domain.
export const AccountEmail = Type.String({ pattern: '^\\S+@\\S+$', maxLength: 254 });
export const NewPassword = Type.String({ minLength: 12, maxLength: 1000, description: 'At least 12 characters' });
const PersonName = Type.String({ minLength: 1, maxLength: 200 });
const GivenPassword = Type.String({ minLength: 1, maxLength: 1000 });
const LinkToken = Type.String({ minLength: 20, maxLength: 200 });
const TotpCode = Type.String({ pattern: '^\\d{6}$', description: 'Six digits' });

export const UserStatus = Type.Union([Type.Literal('invited'), Type.Literal('active'), Type.Literal('suspended')]);
export const User = Closed({
  id: Id,
  email: Type.String(),
  name: Type.String(),
  role: RoleName,
  status: UserStatus,
  totpEnabled: Type.Boolean(),
  createdAt: Time,
  lastLoginAt: Nullable(Time),
});
export type User = Static<typeof User>;

export const NewUser = Closed({
  email: AccountEmail,
  name: Type.Optional(PersonName),
  role: RoleName,
  password: NewPassword,
});
export type NewUser = Static<typeof NewUser>;

export const UserChange = Closed({
  name: Type.Optional(PersonName),
  role: Type.Optional(RoleName),
  status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('suspended')])),
  /** Takes the second factor away, for somebody who lost the device. */
  totpEnabled: Type.Optional(Type.Literal(false)),
});
export type UserChange = Static<typeof UserChange>;

export const Role = Closed({ name: RoleName, summary: Type.String(), scopes: Type.Array(Type.String()) });

/** `totp` only for accounts with a second factor. */
export const Credentials = Closed({
  email: Type.String({ minLength: 1, maxLength: 254 }),
  password: GivenPassword,
  totp: Type.Optional(TotpCode),
});
export type Credentials = Static<typeof Credentials>;

export const Me = Closed({
  user: User,
  scopes: Type.Array(Type.String()),
  /** Send it as X-CSRF-Token with every write made with the session cookie. */
  csrfToken: Type.String(),
});
export type Me = Static<typeof Me>;

export const MyChange = Closed({ name: PersonName });
export const PasswordChange = Closed({ currentPassword: GivenPassword, password: NewPassword });
export const PasswordConfirmation = Closed({ password: GivenPassword });
/** Shown once, and in force only after a code confirmed it; `uri` is an `otpauth:` address for a QR code. */
export const TotpEnrolment = Closed({ secret: Type.String(), uri: Type.String() });
export const TotpConfirmation = Closed({ code: TotpCode });

export const NewInvitation = Closed({ email: AccountEmail, name: Type.Optional(PersonName), role: RoleName });
export type NewInvitation = Static<typeof NewInvitation>;
/** The token and its link are shown this once; whoever holds them may choose the password. */
export const Invitation = Closed({ user: User, token: Type.String(), link: Type.String(), expiresAt: Time });
export const InvitationAnswer = Closed({
  token: LinkToken,
  name: Type.Optional(PersonName),
  password: NewPassword,
});
export const ResetRequest = Closed({ email: AccountEmail });
export const ResetAnswer = Closed({ token: LinkToken, password: NewPassword });
/** Shown this once; whoever holds the link may choose the password until `expiresAt`. */
export const ResetLink = Closed({ token: Type.String(), link: Type.String(), expiresAt: Time });
export const Done = Closed({ status: Type.Literal('done') });

/** `current` is the session of this request. */
export const Session = Closed({
  id: Id,
  current: Type.Boolean(),
  address: Type.String(),
  userAgent: Type.String(),
  createdAt: Time,
  lastSeenAt: Time,
});

export const clientGrants = ['authorization_code', 'client_credentials', 'refresh_token'] as const;
export type ClientGrant = (typeof clientGrants)[number];
const Grants = Type.Array(Type.Unsafe<ClientGrant>({ type: 'string', enum: [...clientGrants] }), {
  minItems: 1,
  uniqueItems: true,
});
const RedirectUris = Type.Array(Type.String({ minLength: 1, maxLength: 2000 }), { maxItems: 20, uniqueItems: true });
const ClientKind = Type.Union([Type.Literal('confidential'), Type.Literal('public')]);

export const Client = Closed({
  id: Id,
  name: Type.String(),
  kind: ClientKind,
  grants: Grants,
  scopes: Type.Array(Type.String()),
  redirectUris: Type.Array(Type.String()),
  status: Type.Union([Type.Literal('active'), Type.Literal('disabled')]),
  createdAt: Time,
  secretChangedAt: Nullable(Time),
});
export type Client = Static<typeof Client>;

export const NewClient = Closed({
  name: PersonName,
  /** `public` for apps that cannot keep a secret (browser, mobile, desktop). */
  kind: Type.Optional(ClientKind),
  grants: Grants,
  scopes: Scopes,
  redirectUris: Type.Optional(RedirectUris),
});
export type NewClient = Static<typeof NewClient>;

/** A value sets, an absent member keeps; a list replaces the whole list. */
export const ClientChange = Closed({
  name: Type.Optional(PersonName),
  grants: Type.Optional(Grants),
  scopes: Type.Optional(Scopes),
  redirectUris: Type.Optional(RedirectUris),
  status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('disabled')])),
});
export type ClientChange = Static<typeof ClientChange>;

/** `clientSecret` is null for public clients; it is shown this once. */
export const ClientWithSecret = Closed({ client: Client, clientSecret: Nullable(Type.String()) });

/** What a member of staff allowed an app to do on their behalf. */
export const GrantGiven = Closed({
  id: Id,
  client: Closed({ id: Id, name: Type.String() }),
  scopes: Type.Array(Type.String()),
  createdAt: Time,
  lastUsedAt: Nullable(Time),
});
export type GrantGiven = Static<typeof GrantGiven>;
