// The OAuth 2 endpoints. They read forms and answer in OAuth's own shapes (RFC 6749), so bodies here are documentation.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';

const AnyQuery = Type.Object({}, { additionalProperties: true });
const Form = Type.Object({}, { additionalProperties: true, description: 'application/x-www-form-urlencoded' });
const tag = 'oauth';

export const getOAuthMetadata = defineRoute({
  method: 'GET',
  path: '/.well-known/oauth-authorization-server',
  root: true,
  scope: 'public',
  tag,
  summary: 'Metadata of the authorization server (RFC 8414)',
  reply: Type.Unknown(),
});
export const authorizePage = defineRoute({
  method: 'GET',
  path: '/oauth/authorize',
  root: true,
  scope: 'public',
  tag,
  summary: 'Sign-in and consent page of the authorization code flow (PKCE S256 required)',
  query: AnyQuery,
  replyType: 'text/html; charset=utf-8',
});
export const authorizeDecision = defineRoute({
  method: 'POST',
  path: '/oauth/authorize',
  root: true,
  scope: 'public',
  tag,
  summary: 'The answer given on the consent page',
  query: AnyQuery,
  body: Form,
  rawBody: true,
  replyType: 'text/html; charset=utf-8',
});
export const authorizeSignIn = defineRoute({
  method: 'POST',
  path: '/oauth/sign-in',
  root: true,
  cost: 10,
  scope: 'public',
  tag,
  summary: 'The sign-in form of the authorization page',
  query: AnyQuery,
  body: Form,
  rawBody: true,
  replyType: 'text/html; charset=utf-8',
});
export const issueToken = defineRoute({
  method: 'POST',
  path: '/oauth/token',
  root: true,
  scope: 'public',
  tag,
  summary: 'Token endpoint: authorization_code, client_credentials, refresh_token',
  query: AnyQuery,
  body: Form,
  rawBody: true,
  reply: Type.Unknown(),
});
export const revokeToken = defineRoute({
  method: 'POST',
  path: '/oauth/revoke',
  root: true,
  scope: 'public',
  tag,
  summary: 'Revoke a token (RFC 7009)',
  query: AnyQuery,
  body: Form,
  rawBody: true,
  reply: Type.Unknown(),
});
export const introspectToken = defineRoute({
  method: 'POST',
  path: '/oauth/introspect',
  root: true,
  scope: 'public',
  tag,
  summary: 'Ask about a token (RFC 7662)',
  query: AnyQuery,
  body: Form,
  rawBody: true,
  reply: Type.Unknown(),
});
