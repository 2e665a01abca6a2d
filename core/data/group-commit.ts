// Many requests, one transaction: what arrives while a commit is running goes into the next one together. Each is answered
// after its commit, and refused alone: a request that breaks a group is tried again by itself. This is not a buffer that
// could lose something: nothing is answered before it is stored. What plugins caused (causes.ts) and what they did not are
// never in one transaction, so that each notice knows its cause.

import { atDepth, causedDepth } from '../causes.ts';
import { Failure } from '../errors.ts';
import type { Db } from './database.ts';
import { apart, isUnited } from './transact.ts';

type Waiting<I, O> = { item: I; depth: number; resolve: (value: O) => void; reject: (error: unknown) => void };

export const createGroupCommit = <I, O>(options: {
  /** Where `commit` writes: a call that is one transaction (`unite`) joins no group. */
  db: Db;
  /** One transaction; an answer per item, a Failure where an item is refused. */
  commit: (items: readonly I[]) => Promise<readonly (O | Failure)[]>;
  sizeOf: (item: I) => number;
  /** Most rows in one transaction. */
  most: number;
}) => {
  const queue: Waiting<I, O>[] = [];
  let running = false;

  const take = (): Waiting<I, O>[] => {
    let size = 0;
    let count = 0;
    const fits = ({ item, depth }: Waiting<I, O>): boolean =>
      depth === queue[0]!.depth && (count === 0 || size + options.sizeOf(item) <= options.most);
    while (count < queue.length && fits(queue[count]!)) size += options.sizeOf(queue[count++]!.item);
    return queue.splice(0, count);
  };

  const settle = async (group: Waiting<I, O>[]): Promise<void> => {
    try {
      const answers = await atDepth(group[0]!.depth, () => options.commit(group.map(({ item }) => item)));
      for (const [i, waiting] of group.entries()) {
        const answer = answers[i]!;
        if (answer instanceof Failure) waiting.reject(answer);
        else waiting.resolve(answer);
      }
    } catch (error) {
      if (group.length === 1) group[0]!.reject(error);
      else for (const waiting of group) await settle([waiting]);
    }
  };

  const run = async (): Promise<void> => {
    running = true;
    while (queue.length > 0) await settle(take());
    running = false;
  };

  return {
    add: (item: I): Promise<O> =>
      new Promise((resolve, reject) => {
        const waiting = { item, depth: causedDepth(), resolve, reject };
        if (isUnited(options.db)) return void settle([waiting]);
        queue.push(waiting);
        // On the next turn, so that requests that were read together are stored together.
        if (!running) {
          running = true;
          apart(() => setImmediate(() => void run()));
        }
      }),
  };
};
