// Named conditions over HTTP.
import * as routes from '@rapport/sdk/routes';
import { Reply, type Served, serve } from '../../core/index.ts';
import { etagOf, revisionOf } from '../documents/documents.ts';
import type { Conditions } from './service.ts';

const withEtag = <T extends { revision: number }>(body: T): Reply<T> => new Reply(body, { headers: etagOf(body) });

export const conditionRoutes = (conditions: Conditions): Served[] => [
  serve(routes.listConditions, ({ query: { limit = 50, ...rest } }) => conditions.list({ ...rest, limit })),
  serve(routes.createCondition, async ({ body, actor }) => withEtag(await conditions.create(body, actor))),
  serve(routes.getCondition, async ({ params }) => withEtag(await conditions.get(params.key))),
  serve(routes.changeCondition, async ({ params, body, actor, ctx }) =>
    withEtag(await conditions.change(params.key, body, actor, revisionOf(ctx.get('if-match')))),
  ),
  serve(routes.archiveCondition, ({ params, query: { cascade }, actor, ctx }) =>
    conditions.archive(params.key, actor, { ifMatch: revisionOf(ctx.get('if-match')), cascade }),
  ),
  serve(routes.activateCondition, async ({ params, body, actor, ctx }) =>
    withEtag(await conditions.activate(params.key, body.version, actor, revisionOf(ctx.get('if-match')))),
  ),
  serve(routes.listConditionVersions, ({ params }) => conditions.history(params.key)),
];
