// Idempotency-Key: the first reply to a key is kept for a day and given again; the same key with another request is refused.
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Db } from '../data/database.ts';
import { IdempotencyKeyReused, InvalidRequest, RequestInProgress } from '../errors.ts';
import type { Actor } from './actor.ts';
import { createIdempotencyStore } from './idempotency-store.ts';
import { Reply } from './serve.ts';

export type Idempotency = {
  run: (request: { key: string; actor: Actor; request: unknown }, work: () => Promise<unknown>) => Promise<unknown>;
  sweep: () => Promise<number>;
};

const keepMs = 24 * 3600 * 1000;
// A claim without a reply older than this belongs to a process that died.
const abandonedMs = 60_000;

export const createIdempotency = (deps: { db: Db; clock: Clock }): Idempotency => {
  const store = createIdempotencyStore(deps.db);
  return {
    run: async ({ key, actor, request }, work) => {
      if (key.length > 255)
        throw new InvalidRequest('Idempotency-Key has at most 255 characters.', {
          pointer: '/headers/idempotency-key',
        });
      const owner = `${actor.kind}:${actor.id}`;
      const hash = createHash('sha256').update(JSON.stringify(request)).digest('hex');
      const now = deps.clock.now();
      if (!(await store.claim(owner, key, hash, now, now - abandonedMs))) {
        const kept = await store.find(owner, key);
        if (kept && kept.request_hash !== hash)
          throw new IdempotencyKeyReused('This Idempotency-Key came with another request before.');
        if (!kept?.reply)
          throw new RequestInProgress('The first request with this Idempotency-Key is still running.', {
            headers: { 'Retry-After': '1' },
          });
        return new Reply(JSON.parse(kept.reply) as unknown, {
          status: kept.status ?? undefined,
          headers: { 'Idempotent-Replayed': 'true' },
        });
      }
      try {
        const result = await work();
        const reply = result instanceof Reply ? result : new Reply(result);
        await store.keep(owner, key, reply.status ?? null, JSON.stringify(reply.body ?? null));
        return result;
      } catch (error) {
        // Nothing was done, so the key is free again.
        await store.release(owner, key);
        throw error;
      }
    },
    sweep: () => store.deleteBefore(deps.clock.now() - keepMs),
  };
};
