// The ways of signing in, declared once, each a passport strategy under its name. One more, OpenID Connect say, is one more
// entry here and a route that signs in by its name; attempts, session and audit are the same for all of them (login.ts).
import type { Strategy } from 'passport';
import { createLocalStrategy, type LocalDeps } from './local-strategy.ts';

/** By name. A strategy succeeds with the `UserRow` of an account and does not start a session itself. */
export type Strategies = Readonly<Record<string, Strategy>>;

export const createStrategies = (deps: LocalDeps): Strategies => ({ local: createLocalStrategy(deps) });
