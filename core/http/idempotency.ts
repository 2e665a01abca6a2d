// Idempotency-Key: what a request does and the reply it gets are one transaction, so that the same key again gets the first
// reply and never does the work twice: not after a crash, not after a reply that could not be kept, however long it took.
// A request that fails did nothing and is not remembered: its key is free again, for the same body or a mended one.
import { createHash } from 'node:crypto';
import type { AnyRoute } from '@rapport/sdk';
import type { Clock } from '../clock.ts';
import type { Database } from '../data/database.ts';
import { unite } from '../data/transact.ts';
import { IdempotencyKeyReused, InvalidRequest, RequestInProgress } from '../errors.ts';
import type { Faults } from '../faults.ts';
import type { Actor } from './actor.ts';
import { canonical } from './canonical.ts';
import { createIdempotencyStore, type KeptReply } from './idempotency-store.ts';
import { Reply } from './serve.ts';

export type Idempotency = {
  /** Requests are the same when they mean the same: see `canonical`. */
  run: (request: KeyedRequest, work: () => Promise<unknown>) => Promise<unknown>;
};

type KeyedRequest = { key: string; actor: Actor; route: AnyRoute; path: string; query: unknown; body: unknown };

/** Another one was faster: its reply is the answer. */
class AlreadyDone extends Error {
  readonly kept: KeptReply;
  constructor(kept: KeptReply) {
    super('done by another request');
    this.kept = kept;
  }
}

// A second request waits this long for the first, which runs in the same process, before it is told to come back.
const patienceMs = 10_000;

export const createIdempotency = (deps: { database: Database; clock: Clock; faults: Faults }): Idempotency => {
  const { database, clock, faults } = deps;
  const running = new Map<string, Promise<unknown>>();

  const answer = (kept: KeptReply, hash: string): Reply => {
    if (kept.request_hash !== hash)
      throw new IdempotencyKeyReused('This Idempotency-Key came with another request before.', {
        pointer: '/headers/idempotency-key',
      });
    return new Reply(kept.reply === null ? undefined : (JSON.parse(kept.reply) as unknown), {
      status: kept.status ?? undefined,
      headers: { ...(JSON.parse(kept.headers ?? '{}') as object), 'Idempotent-Replayed': 'true' },
    });
  };

  const once = async (owner: string, key: string, hash: string, work: () => Promise<unknown>): Promise<unknown> => {
    const result = await unite(
      database.writer,
      {
        first: async (trx) => {
          const store = createIdempotencyStore(trx);
          if (!(await store.lock(owner, key))) throw inProgress();
          const kept = await store.find(owner, key);
          if (kept) throw new AlreadyDone(kept);
        },
        last: async (trx, done) => {
          await faults.hit('idempotency.worked');
          const { status = null, body, headers } = done instanceof Reply ? done : new Reply(done);
          await createIdempotencyStore(trx).insert({
            actor: owner,
            key,
            request_hash: hash,
            status,
            reply: body === undefined ? null : JSON.stringify(body),
            headers: JSON.stringify(headers),
            created_at: clock.now(),
          });
          await faults.hit('idempotency.kept');
        },
      },
      work,
    );
    await faults.hit('idempotency.committed');
    return result;
  };

  return {
    run: async ({ key, actor, route, path, query, body }, work) => {
      if (key.length > 255)
        throw new InvalidRequest('Idempotency-Key has at most 255 characters.', {
          pointer: '/headers/idempotency-key',
        });
      const owner = `${actor.kind}:${actor.id}`;
      const text = [route.method, path, canonical(query, route.query), canonical(body, route.body)].join('\n');
      const hash = createHash('sha256').update(text).digest('hex');
      const name = `${owner}\n${key}`;
      const until = performance.now() + patienceMs;
      for (let first = running.get(name); first; first = running.get(name))
        if (!(await endsBefore(first, until))) throw inProgress();
      const mine = attempt();
      running.set(name, mine);
      try {
        return await mine;
      } finally {
        running.delete(name);
      }

      async function attempt(): Promise<unknown> {
        const kept = await createIdempotencyStore(database.reader).find(owner, key);
        if (kept) return answer(kept, hash);
        try {
          return await once(owner, key, hash, work);
        } catch (error) {
          if (error instanceof AlreadyDone) return answer(error.kept, hash);
          throw error;
        }
      }
    },
  };
};

const inProgress = () =>
  new RequestInProgress('The first request with this Idempotency-Key is still running.', {
    headers: { 'Retry-After': '1' },
  });

/** Whether it ended, well or not, before that moment of `performance.now()`. */
const endsBefore = async (work: Promise<unknown>, at: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, at - performance.now()));
  });
  const ended = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
  }
};
