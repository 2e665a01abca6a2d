// Which app speaks: client_secret_basic, client_secret_post, or none for public apps. One method a request; an app that has
// a secret must show it, with PKCE too.
import type { Context } from 'koa';
import type { Db } from '../../data/database.ts';
import { type Members, Refusal } from '../forms.ts';
import type { ClientRow } from './client-store.ts';
import type { Clients } from './clients.ts';

export const authenticateClient = async (
  ctx: Context,
  form: Members,
  deps: { db: Db; clients: Clients },
): Promise<ClientRow> => {
  const basic = readBasic(ctx.get('authorization'));
  if (basic && form.client_secret !== undefined)
    throw new Refusal('invalid_request', 'Send the client credentials in one place, header or body.');
  if (basic && form.client_id !== undefined && form.client_id !== basic.id)
    throw new Refusal('invalid_request', 'client_id differs from the one in the Authorization header.');
  const id = basic?.id ?? form.client_id;
  const secret = basic ? basic.secret : form.client_secret;
  if (id === undefined) throw unknown(ctx);
  const client = await deps.clients.findActive(deps.db, id);
  if (!client) throw unknown(ctx);
  const proven = client.kind === 'public' ? !secret : secret !== undefined && deps.clients.hasSecret(client, secret);
  if (!proven) throw unknown(ctx);
  return client;
};

const unknown = (ctx: Context): Refusal =>
  new Refusal('invalid_client', 'The client is unknown or its credentials are wrong.', 401, {
    ...(ctx.get('authorization') !== '' && { 'WWW-Authenticate': 'Basic realm="rapport"' }),
  });

const readBasic = (header: string): { id: string; secret: string } | undefined => {
  if (header === '') return undefined;
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1];
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? [];
  const refused = new Refusal('invalid_client', 'The Authorization header is not Basic credentials.', 401, {
    'WWW-Authenticate': 'Basic realm="rapport"',
  });
  if (id === undefined || secret === undefined) throw refused;
  try {
    // Both are form-encoded before they are joined (RFC 6749 section 2.3.1).
    const parts = { id: decode(id), secret: decode(secret) };
    if (parts.id.includes('\0')) throw refused;
    return parts;
  } catch {
    throw refused;
  }
};

const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
