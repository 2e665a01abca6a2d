// Who is asking. Made by the auth middleware, passed to every handler, written into the audit.
import type { Scope } from '@rapport/sdk';

export type Actor = {
  kind: 'user' | 'client' | 'plugin' | 'system' | 'anonymous';
  id: string;
  name: string;
  role?: string;
  scopes: ReadonlySet<Scope>;
  /** The token was granted to a client by this user. */
  onBehalfOf?: string;
  sessionId?: string;
};

export const anonymous: Actor = { kind: 'anonymous', id: '', name: 'anonymous', scopes: new Set() };

/** Rapport itself: jobs, the command line, first start. */
export const system: Actor = { kind: 'system', id: 'system', name: 'Rapport', scopes: new Set() };

export const mayReadPersonalData = (actor: Actor): boolean => actor.kind === 'system' || actor.scopes.has('pii');
