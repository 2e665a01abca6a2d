// Segments: documents with versions, preview while editing, members, and why somebody is in or out.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import { ActivateRule, CascadeQuery, RuleHistory, RuleStatus, VersionNumber } from '../schemas/rule-documents.ts';
import {
  CustomerSegment,
  NewSegment,
  Segment,
  SegmentChange,
  SegmentExplanation,
  SegmentImpact,
  SegmentMember,
  SegmentMemberChange,
  SegmentPreview,
  SegmentPreviewRequest,
  SegmentTemplate,
  SegmentType,
} from '../schemas/segments.ts';
import { Closed, Id, IdParams, Key, KeyParams, PageQuery, pageOf, Time } from '../schemas/shared.ts';

const tag = 'segments';

export const listSegments = defineRoute({
  method: 'GET',
  path: '/segments',
  scope: 'segments:read',
  tag,
  summary: 'Segments, by key',
  query: Closed({
    ...PageQuery.properties,
    status: Type.Optional(RuleStatus),
    type: Type.Optional(SegmentType),
  }),
  reply: pageOf(Segment),
});
export const createSegment = defineRoute({
  method: 'POST',
  path: '/segments',
  scope: 'segments:write',
  tag,
  summary: 'Make a segment, as a draft',
  body: NewSegment,
  reply: Segment,
  status: 201,
  idempotent: true,
});
export const getSegment = defineRoute({
  method: 'GET',
  path: '/segments/:key',
  scope: 'segments:read',
  tag,
  summary: 'One segment',
  params: KeyParams,
  reply: Segment,
});
export const changeSegment = defineRoute({
  method: 'PATCH',
  path: '/segments/:key',
  scope: 'segments:write',
  tag,
  summary: 'Save a new version; the active one stays until another is activated',
  params: KeyParams,
  body: SegmentChange,
  reply: Segment,
});
export const archiveSegment = defineRoute({
  method: 'DELETE',
  path: '/segments/:key',
  scope: 'segments:write',
  tag,
  summary: 'Archive a segment: it has no members any more, its history stays',
  params: KeyParams,
  query: CascadeQuery,
  status: 204,
});
export const previewSegment = defineRoute({
  method: 'POST',
  path: '/segments/preview',
  scope: 'segments:read',
  tag,
  summary: 'Count and sample who would be in; stops when the caller goes away',
  body: SegmentPreviewRequest,
  reply: SegmentPreview,
});
export const listSegmentTemplates = defineRoute({
  method: 'GET',
  path: '/segments/templates',
  scope: 'segments:read',
  tag,
  summary: 'Ready-made conditions to begin with',
  reply: Closed({ data: Type.Array(SegmentTemplate) }),
});
export const getSegmentImpact = defineRoute({
  method: 'POST',
  path: '/segments/:key/impact',
  scope: 'segments:read',
  tag,
  summary: 'Who would come and go if a version were activated now',
  params: KeyParams,
  body: Closed({ version: Type.Optional(VersionNumber) }),
  reply: SegmentImpact,
});
export const activateSegment = defineRoute({
  method: 'POST',
  path: '/segments/:key/activate',
  scope: 'segments:write',
  tag,
  summary: 'Activate the newest or a given version; an older one is a roll back',
  params: KeyParams,
  body: ActivateRule,
  reply: Segment,
});
export const pauseSegment = defineRoute({
  method: 'POST',
  path: '/segments/:key/pause',
  scope: 'segments:write',
  tag,
  summary: 'Stop following changes; members stay as they are',
  params: KeyParams,
  reply: Segment,
});
export const rebuildSegment = defineRoute({
  method: 'POST',
  path: '/segments/:key/rebuild',
  scope: 'segments:write',
  tag,
  summary: 'Compute the membership again, as a job',
  params: KeyParams,
  reply: Segment,
  status: 202,
});
export const snapshotSegment = defineRoute({
  method: 'POST',
  path: '/segments/:key/snapshot',
  scope: 'segments:write',
  tag,
  summary: 'Freeze the members of now as a segment of its own',
  params: KeyParams,
  body: Closed({ key: Key, name: Type.String({ minLength: 1, maxLength: 200 }) }),
  reply: Segment,
  status: 201,
  idempotent: true,
});
export const listSegmentMembers = defineRoute({
  method: 'GET',
  path: '/segments/:key/members',
  scope: 'segments:read',
  tag,
  summary: 'Members, by customer id',
  params: KeyParams,
  query: PageQuery,
  reply: pageOf(SegmentMember),
});
export const changeSegmentMembers = defineRoute({
  method: 'POST',
  path: '/segments/:key/members',
  scope: 'segments:write',
  tag,
  summary: 'Put customers on a static list, or take them off',
  params: KeyParams,
  body: SegmentMemberChange,
  reply: Closed({ added: Type.Integer(), removed: Type.Integer() }),
});
export const explainSegment = defineRoute({
  method: 'GET',
  path: '/segments/:key/explain',
  scope: 'segments:read',
  tag,
  summary: 'Why a customer is in or out, condition by condition, now or at a past time',
  params: KeyParams,
  query: Closed({ customer: Id, at: Type.Optional(Time), version: Type.Optional(VersionNumber) }),
  reply: SegmentExplanation,
});
export const listSegmentVersions = defineRoute({
  method: 'GET',
  path: '/segments/:key/versions',
  scope: 'segments:read',
  tag,
  summary: 'Every version and every activation, newest first',
  params: KeyParams,
  reply: RuleHistory,
});
export const listCustomerSegments = defineRoute({
  method: 'GET',
  path: '/customers/:id/segments',
  scope: 'segments:read',
  tag,
  summary: 'The segments a customer is in, and was in',
  params: IdParams,
  reply: Closed({ data: Type.Array(CustomerSegment) }),
});
