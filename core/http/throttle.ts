// How much each caller may ask for: a token bucket per user, app, or address of the nameless, in memory, on each node.
// Costs come from the contracts. This is not the brute-force delay (auth/attempts.ts), which is kept in the database.
import type { AnyRoute } from '@rapport/sdk';
import type { Context } from 'koa';
import type { Clock } from '../clock.ts';
import { TooManyRequests } from '../errors.ts';
import type { Actor } from './actor.ts';

export type Throttle = (ctx: Context, route: AnyRoute, actor: Actor) => void;

/** Seconds of full rate that may be spent at once; what strangers get of the rate; buckets kept. */
export const throttlePolicy = { burstSeconds: 2, anonymousShare: 1 / 20, buckets: 20_000 };

type Bucket = { left: number; at: number };

export const costOf = (route: AnyRoute): number => route.cost ?? (route.method === 'GET' ? 1 : 2);

/** `rate` is in cost units a second; 0 sets no limit. */
export const createThrottle = (deps: { clock: Clock; rate: number }): Throttle => {
  const buckets = new Map<string, Bucket>();
  return (ctx, route, actor) => {
    const cost = costOf(route);
    if (deps.rate === 0 || cost === 0) return;
    const known = actor.kind !== 'anonymous';
    const key = known ? `${actor.kind}:${actor.id}` : `address:${ctx.ip}`;
    const rate = known ? deps.rate : deps.rate * throttlePolicy.anonymousShare;
    const full = Math.max(rate * throttlePolicy.burstSeconds, cost);
    const now = deps.clock.now();
    const kept = buckets.get(key);
    const left = kept ? Math.min(full, kept.left + (Math.max(0, now - kept.at) * rate) / 1000) : full;
    // Written last, so that the oldest entry of the map is the one unused for longest.
    buckets.delete(key);
    if (buckets.size >= throttlePolicy.buckets) buckets.delete(buckets.keys().next().value!);
    buckets.set(key, { left: left < cost ? left : left - cost, at: now });
    if (left >= cost) return;
    const seconds = Math.max(1, Math.ceil((cost - left) / rate));
    throw new TooManyRequests(`Too many requests. Wait ${seconds} s.`, { headers: { 'Retry-After': String(seconds) } });
  };
};
