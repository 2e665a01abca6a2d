// Alerts over HTTP.
import * as routes from '@rapport/sdk/routes';
import { Reply, type Served, serve } from '../../core/index.ts';
import { etagOf, revisionOf } from '../documents/documents.ts';
import type { Alerts } from './service.ts';

const withEtag = <T extends { revision: number }>(body: T): Reply<T> => new Reply(body, { headers: etagOf(body) });

export const alertRoutes = (alerts: Alerts): Served[] => [
  serve(routes.listAlerts, ({ query: { limit = 50, ...rest } }) => alerts.list({ ...rest, limit })),
  serve(routes.createAlert, async ({ body, actor }) => withEtag(await alerts.create(body, actor))),
  serve(routes.getAlert, async ({ params }) => withEtag(await alerts.get(params.key))),
  serve(routes.changeAlert, async ({ params, body, actor, ctx }) =>
    withEtag(await alerts.change(params.key, body, actor, revisionOf(ctx.get('if-match')))),
  ),
  serve(routes.archiveAlert, ({ params, actor, ctx }) =>
    alerts.archive(params.key, actor, revisionOf(ctx.get('if-match'))),
  ),
  serve(routes.activateAlert, async ({ params, body, actor, ctx }) =>
    withEtag(await alerts.activate(params.key, body.version, actor, revisionOf(ctx.get('if-match')))),
  ),
  serve(routes.pauseAlert, async ({ params, actor, ctx }) =>
    withEtag(await alerts.pause(params.key, actor, revisionOf(ctx.get('if-match')))),
  ),
  serve(routes.listAlertVersions, ({ params }) => alerts.history(params.key)),
  serve(routes.listFirings, ({ params, query: { limit = 50, ...rest } }) =>
    alerts.firings(params.key, { ...rest, limit }),
  ),
];
