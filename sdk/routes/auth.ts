// Signing in, people, OAuth clients and grants. The OAuth 2 endpoints themselves are in oauth.ts.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import {
  Client,
  ClientChange,
  ClientWithSecret,
  Credentials,
  Done,
  GrantGiven,
  Invitation,
  InvitationAnswer,
  Me,
  MyChange,
  NewClient,
  NewInvitation,
  NewUser,
  PasswordChange,
  PasswordConfirmation,
  ResetAnswer,
  ResetLink,
  ResetRequest,
  Role,
  Session,
  TotpConfirmation,
  TotpEnrolment,
  User,
  UserChange,
} from '../schemas/auth.ts';
import { Closed, IdParams, PageQuery, pageOf } from '../schemas/shared.ts';

const listOf = <T extends Parameters<typeof Type.Array>[0]>(item: T) => Closed({ data: Type.Array(item) });

export const login = defineRoute({
  method: 'POST',
  path: '/login',
  scope: 'public',
  cost: 10,
  tag: 'access',
  summary: 'Sign in with e-mail and password; sets the session cookie',
  body: Credentials,
  reply: Me,
});
export const logout = defineRoute({
  method: 'POST',
  path: '/logout',
  scope: 'staff',
  tag: 'access',
  summary: 'End this session',
  status: 204,
});
export const getMe = defineRoute({
  method: 'GET',
  path: '/me',
  scope: 'staff',
  tag: 'access',
  summary: 'Who is signed in, with the CSRF token for writes',
  reply: Me,
});
export const changeMe = defineRoute({
  method: 'PATCH',
  path: '/me',
  scope: 'staff',
  tag: 'access',
  summary: 'Change the own name',
  body: MyChange,
  reply: User,
});
export const changePassword = defineRoute({
  method: 'POST',
  path: '/me/password',
  scope: 'staff',
  tag: 'access',
  summary: 'Change the own password; ends every session and starts a new one here',
  body: PasswordChange,
  reply: Me,
});
export const enrolTotp = defineRoute({
  method: 'POST',
  path: '/me/totp',
  scope: 'staff',
  tag: 'access',
  summary: 'Begin a second factor; it counts once it is confirmed',
  body: PasswordConfirmation,
  reply: TotpEnrolment,
});
export const confirmTotp = defineRoute({
  method: 'POST',
  path: '/me/totp/confirm',
  scope: 'staff',
  tag: 'access',
  summary: 'Confirm the second factor with its first code',
  body: TotpConfirmation,
  reply: User,
});
export const disableTotp = defineRoute({
  method: 'POST',
  path: '/me/totp/disable',
  scope: 'staff',
  tag: 'access',
  summary: 'Take the second factor away',
  body: PasswordConfirmation,
  reply: User,
});
export const listSessions = defineRoute({
  method: 'GET',
  path: '/me/sessions',
  scope: 'staff',
  tag: 'access',
  summary: 'Where the own account is signed in',
  reply: listOf(Session),
});
export const endSession = defineRoute({
  method: 'DELETE',
  path: '/me/sessions/:id',
  scope: 'staff',
  tag: 'access',
  summary: 'Sign out one of the own sessions',
  params: IdParams,
  status: 204,
});
export const listGrants = defineRoute({
  method: 'GET',
  path: '/me/grants',
  scope: 'staff',
  tag: 'access',
  summary: 'Apps allowed to act for the own account',
  reply: listOf(GrantGiven),
});
export const revokeGrant = defineRoute({
  method: 'DELETE',
  path: '/me/grants/:id',
  scope: 'staff',
  tag: 'access',
  summary: 'Take an app its permission; its tokens end',
  params: IdParams,
  status: 204,
});

export const invite = defineRoute({
  method: 'POST',
  path: '/invitations',
  scope: 'users:write',
  tag: 'access',
  summary: 'Invite a person; the link is in the reply and goes out by mail where mail is set up',
  body: NewInvitation,
  reply: Invitation,
  status: 201,
});
export const acceptInvitation = defineRoute({
  method: 'POST',
  path: '/invitations/accept',
  scope: 'public',
  cost: 10,
  tag: 'access',
  summary: 'Choose a password with an invitation',
  body: InvitationAnswer,
  reply: Done,
});
export const requestPasswordReset = defineRoute({
  method: 'POST',
  path: '/password/reset',
  scope: 'public',
  cost: 10,
  tag: 'access',
  summary: 'Ask for a reset mail; the answer is the same whether the account exists or not',
  body: ResetRequest,
  reply: Done,
  status: 202,
});
export const confirmPasswordReset = defineRoute({
  method: 'POST',
  path: '/password/reset/confirm',
  scope: 'public',
  cost: 10,
  tag: 'access',
  summary: 'Choose a new password with a reset link; ends every session',
  body: ResetAnswer,
  reply: Done,
});

export const listRoles = defineRoute({
  method: 'GET',
  path: '/roles',
  scope: 'signed-in',
  tag: 'access',
  summary: 'Roles and what each may do',
  reply: listOf(Role),
});
export const listUsers = defineRoute({
  method: 'GET',
  path: '/users',
  scope: 'users:read',
  tag: 'access',
  summary: 'Accounts, newest first',
  query: PageQuery,
  reply: pageOf(User),
});
export const createUser = defineRoute({
  method: 'POST',
  path: '/users',
  scope: 'users:write',
  tag: 'access',
  summary: 'Make an account with a password',
  body: NewUser,
  reply: User,
  status: 201,
});
export const getUser = defineRoute({
  method: 'GET',
  path: '/users/:id',
  scope: 'users:read',
  tag: 'access',
  summary: 'One account',
  params: IdParams,
  reply: User,
});
export const changeUser = defineRoute({
  method: 'PATCH',
  path: '/users/:id',
  scope: 'users:write',
  tag: 'access',
  summary: 'Change name, role or status; suspending ends sessions and tokens',
  params: IdParams,
  body: UserChange,
  reply: User,
});
export const createResetLink = defineRoute({
  method: 'POST',
  path: '/users/:id/reset-link',
  scope: 'users:write',
  tag: 'access',
  summary: 'A reset link to hand over, where there is no mail',
  params: IdParams,
  reply: ResetLink,
  status: 201,
});

export const listClients = defineRoute({
  method: 'GET',
  path: '/clients',
  scope: 'clients:read',
  tag: 'access',
  summary: 'OAuth apps, newest first',
  query: PageQuery,
  reply: pageOf(Client),
});
export const createClient = defineRoute({
  method: 'POST',
  path: '/clients',
  scope: 'clients:write',
  tag: 'access',
  summary: 'Register an OAuth app; its secret is shown this once',
  body: NewClient,
  reply: ClientWithSecret,
  status: 201,
});
export const getClient = defineRoute({
  method: 'GET',
  path: '/clients/:id',
  scope: 'clients:read',
  tag: 'access',
  summary: 'One OAuth app',
  params: IdParams,
  reply: Client,
});
export const changeClient = defineRoute({
  method: 'PATCH',
  path: '/clients/:id',
  scope: 'clients:write',
  tag: 'access',
  summary: 'Change an OAuth app; disabling or narrowing ends its tokens',
  params: IdParams,
  body: ClientChange,
  reply: Client,
});
export const deleteClient = defineRoute({
  method: 'DELETE',
  path: '/clients/:id',
  scope: 'clients:write',
  tag: 'access',
  summary: 'Remove an OAuth app with its grants and tokens',
  params: IdParams,
  status: 204,
});
export const rotateClientSecret = defineRoute({
  method: 'POST',
  path: '/clients/:id/secret',
  scope: 'clients:write',
  tag: 'access',
  summary: 'A new secret, shown this once; the old one ends now',
  params: IdParams,
  reply: ClientWithSecret,
});
