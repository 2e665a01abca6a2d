// Levels and points over HTTP.

import { changeLevel, getMember, listLevels, listPoints, postPoints, putLevel } from '@rapport/sdk/routes';
import { type Served, serve } from '../../core/index.ts';
import type { Members } from './members.ts';

export const memberRoutes = (members: Members): Served[] => [
  serve(listLevels, async () => ({ data: await members.listLevels() })),
  serve(putLevel, ({ params, body, actor }) => members.putLevel(params.key, body, actor)),
  serve(getMember, ({ params, actor }) => members.get(params.id, actor)),
  serve(changeLevel, ({ params, body, actor }) => members.changeLevel(params.id, body, actor)),
  serve(listPoints, ({ params, query, actor }) => members.listPoints(params.id, query, actor)),
  serve(postPoints, ({ params, body, actor }) => members.post(params.id, body, actor)),
];
