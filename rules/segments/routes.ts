// Segments over HTTP. A preview is stopped when its caller closes the connection.
import * as routes from '@rapport/sdk/routes';
import { type Call, Reply, type Served, serve } from '../../core/index.ts';
import { etagOf, revisionOf } from '../documents/documents.ts';
import type { Lists } from './lists.ts';
import type { Segments } from './service.ts';

const withEtag = <T extends { revision: number }>(body: T): Reply<T> => new Reply(body, { headers: etagOf(body) });

type Context = Call<typeof routes.previewSegment>['ctx'];

/** Aborted when the connection closes before the answer is out. */
const gone = (ctx: Context): AbortSignal => {
  const leaving = new AbortController();
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) leaving.abort(new Error('the caller went away'));
  });
  if (ctx.res.destroyed) leaving.abort(new Error('the caller went away'));
  return leaving.signal;
};

/** Nobody reads the answer to a call that was given up; what was stopped is no failure of ours. */
const unlessGone = async <T>(ctx: Context, work: (signal: AbortSignal) => Promise<T>): Promise<T | Reply<T>> => {
  const signal = gone(ctx);
  try {
    return await work(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    ctx.respond = false;
    return new Reply(undefined as T);
  }
};

export const segmentRoutes = (segments: Segments, lists: Lists): Served[] => [
  serve(routes.listSegments, ({ query: { limit = 50, type, ...rest } }) =>
    segments.list({ ...rest, limit, variant: type }),
  ),
  serve(routes.createSegment, async ({ body, actor }) => withEtag(await segments.create(body, actor))),
  serve(routes.getSegment, async ({ params }) => withEtag(await segments.get(params.key))),
  serve(routes.changeSegment, async ({ params, body, actor, ctx }) =>
    withEtag(await segments.change(params.key, body, actor, revisionOf(ctx.get('if-match')))),
  ),
  serve(routes.archiveSegment, ({ params, query: { cascade }, actor, ctx }) =>
    segments.archive(params.key, actor, { ifMatch: revisionOf(ctx.get('if-match')), cascade }),
  ),
  serve(routes.previewSegment, ({ body, actor, ctx }) =>
    unlessGone(ctx, (signal) => segments.preview(body, actor, signal)),
  ),
  serve(routes.listSegmentTemplates, () => segments.templates()),
  serve(routes.getSegmentImpact, ({ params, body, actor, ctx }) =>
    unlessGone(ctx, (signal) => segments.impact(params.key, body.version, actor, signal)),
  ),
  serve(routes.activateSegment, async ({ params, body, actor, ctx }) =>
    withEtag(await segments.activate(params.key, body.version, actor, revisionOf(ctx.get('if-match')))),
  ),
  serve(routes.pauseSegment, async ({ params, actor, ctx }) =>
    withEtag(await segments.pause(params.key, actor, revisionOf(ctx.get('if-match')))),
  ),
  serve(routes.rebuildSegment, ({ params }) => segments.rebuild(params.key)),
  serve(routes.snapshotSegment, ({ params, body, actor }) => lists.snapshot(params.key, body, actor)),
  serve(routes.listSegmentMembers, ({ params, query: { limit = 50, cursor }, actor }) =>
    segments.members(params.key, { limit, cursor }, actor),
  ),
  serve(routes.changeSegmentMembers, ({ params, body, actor }) => lists.change(params.key, body, actor)),
  serve(routes.explainSegment, ({ params, query }) =>
    segments.explain(params.key, query.customer, {
      at: query.at === undefined ? undefined : Date.parse(query.at),
      version: query.version,
    }),
  ),
  serve(routes.listSegmentVersions, ({ params }) => segments.history(params.key)),
  serve(routes.listCustomerSegments, ({ params }) => segments.ofCustomer(params.id)),
];
