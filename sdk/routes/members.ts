// Membership: levels and points.
import { defineRoute } from '../contract.ts';
import {
  Level,
  LevelBody,
  LevelChange,
  Levels,
  Member,
  PointsPage,
  PointsPosting,
  PointsReply,
} from '../schemas/members.ts';
import { IdParams, KeyParams, PageQuery } from '../schemas/shared.ts';

export const listLevels = defineRoute({
  method: 'GET',
  path: '/levels',
  scope: 'customers:read',
  tag: 'members',
  summary: 'Levels of membership, by rank',
  reply: Levels,
});
export const putLevel = defineRoute({
  method: 'PUT',
  path: '/levels/:key',
  scope: 'customers:write',
  tag: 'members',
  summary: 'Add or change a level',
  params: KeyParams,
  body: LevelBody,
  reply: Level,
});
export const getMember = defineRoute({
  method: 'GET',
  path: '/customers/:id/membership',
  scope: 'customers:read',
  tag: 'members',
  summary: 'Level and points of a customer',
  params: IdParams,
  reply: Member,
});
export const changeLevel = defineRoute({
  method: 'PUT',
  path: '/customers/:id/level',
  scope: 'customers:write',
  tag: 'members',
  summary: 'Move a customer to a level',
  params: IdParams,
  body: LevelChange,
  reply: Member,
});
export const listPoints = defineRoute({
  method: 'GET',
  path: '/customers/:id/points',
  scope: 'customers:read',
  tag: 'members',
  summary: 'The points ledger, newest first',
  params: IdParams,
  query: PageQuery,
  reply: PointsPage,
});
export const postPoints = defineRoute({
  method: 'POST',
  path: '/customers/:id/points',
  scope: 'customers:write',
  tag: 'members',
  summary: 'Earn or spend points',
  params: IdParams,
  body: PointsPosting,
  reply: PointsReply,
  status: 201,
  idempotent: true,
});
