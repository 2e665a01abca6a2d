// An authorization request, checked: which app, where the answer goes, what is asked. A request whose app or address cannot be
// trusted is shown to the person; every other fault goes back to the app (RFC 6749 section 4.1.2.1).
import type { Scope } from '@rapport/sdk';
import type { Db } from '../../data/database.ts';
import { type Members, Refusal, readMembers } from '../forms.ts';
import { type ClientRow, grantsOf, redirectUrisOf, scopesOf } from './client-store.ts';
import type { Clients } from './clients.ts';
import { matchesRedirect, withQuery } from './redirects.ts';

export type AuthorizationRequest = {
  client: ClientRow;
  redirectUri: string;
  state: string | undefined;
  scopes: Scope[];
  members: Members;
};

/** A fault the app is told by redirect. */
export class RedirectedRefusal extends Error {
  readonly location: string;
  readonly redirectUri: string;
  constructor(redirectUri: string, error: string, description: string, state: string | undefined, iss: string) {
    super(description);
    this.redirectUri = redirectUri;
    this.location = withQuery(redirectUri, { error, error_description: description, state, iss });
  }
}

const visible = /^[\x20-\x7e]{1,2000}$/;

export const readAuthorization = async (
  text: string,
  deps: { db: Db; clients: Clients; iss: string },
): Promise<AuthorizationRequest> => {
  const { members, repeated } = readMembers(text);
  for (const name of ['client_id', 'redirect_uri'])
    if (repeated.includes(name)) throw new Refusal('invalid_request', `${name} is given more than once.`);

  const client = members.client_id && (await deps.clients.findActive(deps.db, members.client_id));
  if (!client) throw new Refusal('invalid_client', 'The app is unknown or disabled.');
  const registered = redirectUrisOf(client);
  const redirectUri = members.redirect_uri ?? (registered.length === 1 ? registered[0] : undefined);
  if (redirectUri === undefined) throw new Refusal('invalid_request', 'redirect_uri is missing.');
  if (!matchesRedirect(redirectUri, registered))
    throw new Refusal('invalid_request', 'redirect_uri is not one the app has registered.');

  const stateFits = members.state === undefined || visible.test(members.state);
  const state = stateFits && !repeated.includes('state') ? members.state : undefined;
  const refuse = (error: string, description: string): never => {
    throw new RedirectedRefusal(redirectUri, error, description, state, deps.iss);
  };
  if (repeated.length > 0) refuse('invalid_request', `Given more than once: ${repeated.join(', ')}.`);
  if (!stateFits) refuse('invalid_request', 'state has characters that are not allowed.');
  if (members.response_type === undefined) refuse('invalid_request', 'response_type is missing.');
  if (members.response_type !== 'code') refuse('unsupported_response_type', 'Only response_type=code is offered.');
  if (members.response_mode !== undefined && members.response_mode !== 'query')
    refuse('invalid_request', 'Only response_mode=query is offered.');
  if (!grantsOf(client).includes('authorization_code'))
    refuse('unauthorized_client', 'The app is not registered for this grant.');
  if (members.code_challenge === undefined) refuse('invalid_request', 'PKCE is required: code_challenge is missing.');
  if (members.code_challenge_method !== 'S256') refuse('invalid_request', 'code_challenge_method must be S256.');
  if (!/^[\w-]{43}$/.test(members.code_challenge!)) refuse('invalid_request', 'code_challenge is malformed.');

  const allowed = scopesOf(client);
  const scopes = members.scope === undefined ? allowed : [...new Set(members.scope.split(' ').filter(Boolean))];
  const excess = scopes.filter((scope) => !allowed.includes(scope));
  if (scopes.length === 0 || excess.length > 0)
    refuse('invalid_scope', excess.length === 0 ? 'No scope.' : 'The app is not registered for a scope it asks for.');
  return { client, redirectUri, state, scopes: scopes as Scope[], members };
};
