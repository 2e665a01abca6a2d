// Rows of oauth_clients.
import type { ClientGrant } from '@rapport/sdk/schemas';
import type { Db } from '../../data/database.ts';
import { type Page, page } from '../../data/page.ts';

export type ClientRow = {
  id: string;
  name: string;
  kind: 'confidential' | 'public';
  secret_hash: string | null;
  grants: string;
  scopes: string;
  redirect_uris: string;
  status: 'active' | 'disabled';
  created_at: number;
  secret_changed_at: number | null;
};

export const grantsOf = (row: ClientRow): ClientGrant[] => row.grants.split(' ') as ClientGrant[];
export const scopesOf = (row: { scopes: string }): string[] => row.scopes.split(' ').filter(Boolean);
export const redirectUrisOf = (row: ClientRow): string[] => row.redirect_uris.split(' ').filter(Boolean);

export const createClientStore = (db: Db) => ({
  find: (id: string): Promise<ClientRow | undefined> => db('oauth_clients').where({ id }).first(),
  list: (options: { limit: number; cursor?: string }): Promise<Page<ClientRow>> =>
    page<ClientRow>(db('oauth_clients'), { sort: { column: 'id', direction: 'desc' }, ...options }),
  insert: (row: ClientRow) => db('oauth_clients').insert(row),
  update: (id: string, change: Partial<ClientRow>) => db('oauth_clients').where({ id }).update(change),
  delete: (id: string): Promise<number> => db('oauth_clients').where({ id }).delete(),
});
