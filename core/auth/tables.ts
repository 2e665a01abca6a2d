// The tables of access: staff, sessions, apps and tokens. None speaks of customers.
import { dayMs, type TablePolicy } from '../declared.ts';
import { sessionLifetimes } from './sessions.ts';

// What ends at a time of its own.
const untilExpiry = { column: 'expires_at', ms: 0 } as const;

export const accessTables: readonly TablePolicy[] = [
  { table: 'users', owner: 'shop', grows: 'with settings' },
  {
    table: 'sessions',
    owner: 'shop',
    grows: 'with time',
    keepFor: [untilExpiry, { column: 'last_seen_at', ms: sessionLifetimes.idleMs }],
  },
  { table: 'account_links', owner: 'shop', grows: 'with time', keepFor: untilExpiry },
  { table: 'login_attempts', owner: 'shop', grows: 'with time', keepFor: { column: 'updated_at', ms: dayMs } },
  { table: 'oauth_clients', owner: 'shop', grows: 'with settings' },
  { table: 'oauth_grants', owner: 'shop', grows: 'with settings' },
  // Used ones stay as long as this, so that a second use is seen.
  { table: 'oauth_codes', owner: 'shop', grows: 'with time', keepFor: { column: 'expires_at', ms: dayMs } },
  { table: 'oauth_tokens', owner: 'shop', grows: 'with time', keepFor: untilExpiry },
];
