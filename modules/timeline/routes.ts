// HTTP of the timeline: newest first, a page at a time.
import { getTimeline } from '@rapport/sdk/routes';
import { BadCursor, type Customers, type Database, mayReadPersonalData, type Served, serve } from '../../core/index.ts';
import { createTimelineStore, type TimelinePosition } from './store.ts';

/**
 * 50 entries a page when no `limit` is given. Throws CustomerNotFound, and BadCursor for a cursor that no
 * page gave; an unknown name among the kinds finds nothing.
 */
export const timelineRoutes = ({ customers, database }: { customers: Customers; database: Database }): Served[] => [
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
