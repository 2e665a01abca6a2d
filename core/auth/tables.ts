// The tables of access: staff, sessions, apps and tokens. None speaks of customers.
import type { TablePolicy } from '../declared.ts';

export const accessTables: readonly TablePolicy[] = [
  { table: 'users', owner: 'shop', grows: 'with settings' },
  { table: 'sessions', owner: 'shop', grows: 'with time' },
  { table: 'account_links', owner: 'shop', grows: 'with time' },
  { table: 'login_attempts', owner: 'shop', grows: 'with time' },
  { table: 'oauth_clients', owner: 'shop', grows: 'with settings' },
  { table: 'oauth_grants', owner: 'shop', grows: 'with settings' },
  { table: 'oauth_codes', owner: 'shop', grows: 'with time' },
  { table: 'oauth_tokens', owner: 'shop', grows: 'with time' },
];
