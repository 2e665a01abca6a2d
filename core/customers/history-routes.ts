// A customer's timeline, merges, export and erasure over HTTP.
import {
  deleteCustomer,
  eraseCustomer,
  exportCustomer,
  getTimeline,
  listMerges,
  mergeCustomer,
  unmergeCustomer,
} from '@rapport/sdk/routes';
import type { Database } from '../data/database.ts';
import { BadCursor } from '../errors.ts';
import { mayReadPersonalData } from '../http/actor.ts';
import { Reply, type Served, serve } from '../http/serve.ts';
import type { Merging } from './merge.ts';
import type { Privacy } from './privacy.ts';
import type { CustomerService } from './service.ts';
import { createTimelineStore, type TimelinePosition } from './timeline-store.ts';

type Deps = { customers: CustomerService; merging: Merging; privacy: Privacy; database: Database };

export const historyRoutes = ({ customers, merging, privacy, database }: Deps): Served[] => [
  serve(getTimeline, async ({ params, query, actor }) => {
    await customers.get(params.id, actor);
    const limit = query.limit ?? 50;
    const entries = await createTimelineStore(database.reader).list(params.id, {
      limit: limit + 1,
      before: query.cursor === undefined ? undefined : readPosition(query.cursor),
      kinds: query.kind === undefined ? undefined : new Set(query.kind.split(',')),
      personal: mayReadPersonalData(actor),
    });
    const data = entries.slice(0, limit);
    const last = data.at(-1);
    return {
      data: data.map(({ position: _, ...entry }) => entry),
      next: entries.length > limit && last ? writePosition(last.position) : null,
    };
  }),
  serve(mergeCustomer, ({ params, body, actor }) => merging.merge(params.id, body.into, actor)),
  serve(unmergeCustomer, ({ params, body, actor }) => merging.unmerge(params.id, body.mergeId, actor)),
  serve(listMerges, async ({ params, actor }) => {
    await customers.get(params.id, actor);
    return { data: await merging.list(params.id) };
  }),
  serve(exportCustomer, ({ params, actor }) => privacy.export(params.id, actor)),
  serve(eraseCustomer, ({ params, actor }) => privacy.erase(params.id, actor)),
  serve(deleteCustomer, async ({ params, actor }) => {
    await privacy.erase(params.id, actor);
    return new Reply(undefined, { status: 204 });
  }),
];

const writePosition = ({ at, id }: TimelinePosition): string =>
  Buffer.from(JSON.stringify([at, id])).toString('base64url');

const readPosition = (cursor: string): TimelinePosition => {
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (Number.isSafeInteger(at) && typeof id === 'string') return { at: at as number, id };
  } catch {}
  throw new BadCursor();
};
