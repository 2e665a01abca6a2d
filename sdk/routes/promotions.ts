// Promotions: documents and their versions, codes, and what a shop calls at checkout: quote, redeem, cancel.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import { CodesReply, NewCodes, PromotionCodePage } from '../schemas/promotion-codes.ts';
import {
  CancelReply,
  CancelRequest,
  NewPromotion,
  Promotion,
  PromotionChange,
  PromotionPage,
  Quote,
  QuoteRequest,
  RedeemReply,
  RedeemRequest,
  RedemptionPage,
} from '../schemas/promotions.ts';
import { ActivateRule, CascadeQuery, RuleHistory, RuleStatus } from '../schemas/rule-documents.ts';
import { Closed, KeyParams, PageQuery } from '../schemas/shared.ts';

const tag = 'promotions';
const read = { scope: 'promotions:read', tag } as const;
const write = { scope: 'promotions:write', tag } as const;

export const listPromotions = defineRoute({
  ...read,
  method: 'GET',
  path: '/promotions',
  summary: 'Promotions by key',
  query: Closed({ ...PageQuery.properties, status: Type.Optional(RuleStatus) }),
  reply: PromotionPage,
});
export const createPromotion = defineRoute({
  ...write,
  method: 'POST',
  path: '/promotions',
  summary: 'Write a promotion; a draft unless `status` is active',
  body: NewPromotion,
  reply: Promotion,
  status: 201,
  idempotent: true,
});
export const getPromotion = defineRoute({
  ...read,
  method: 'GET',
  path: '/promotions/:key',
  summary: 'One promotion, its newest version, and how much of it is used',
  params: KeyParams,
  reply: Promotion,
});
export const changePromotion = defineRoute({
  ...write,
  method: 'PATCH',
  path: '/promotions/:key',
  summary: 'Make a new version, or set the status; an active version stays until another is activated',
  params: KeyParams,
  body: PromotionChange,
  reply: Promotion,
});
export const archivePromotion = defineRoute({
  ...write,
  method: 'DELETE',
  path: '/promotions/:key',
  summary: 'Archive a promotion; its redemptions and versions stay',
  params: KeyParams,
  query: CascadeQuery,
  status: 204,
});
export const activatePromotion = defineRoute({
  ...write,
  method: 'POST',
  path: '/promotions/:key/activate',
  summary: 'Let a version run: the newest, or an older one to roll back',
  params: KeyParams,
  body: ActivateRule,
  reply: Promotion,
});
export const pausePromotion = defineRoute({
  ...write,
  method: 'POST',
  path: '/promotions/:key/pause',
  summary: 'Stop a promotion for now',
  params: KeyParams,
  body: Closed({}),
  reply: Promotion,
});
export const listPromotionVersions = defineRoute({
  ...read,
  method: 'GET',
  path: '/promotions/:key/versions',
  summary: 'Versions and activations, newest first',
  params: KeyParams,
  reply: RuleHistory,
});
export const listPromotionRedemptions = defineRoute({
  ...read,
  method: 'GET',
  path: '/promotions/:key/redemptions',
  summary: 'Redemptions, newest first',
  params: KeyParams,
  query: PageQuery,
  reply: RedemptionPage,
});
export const addPromotionCodes = defineRoute({
  ...write,
  method: 'POST',
  path: '/promotions/:key/codes',
  summary: 'Put codes into the pool of a promotion: given ones, or generated',
  params: KeyParams,
  body: NewCodes,
  reply: CodesReply,
  status: 201,
  idempotent: true,
});
export const listPromotionCodes = defineRoute({
  ...read,
  method: 'GET',
  path: '/promotions/:key/codes',
  summary: 'Codes of the pool of a promotion',
  params: KeyParams,
  query: PageQuery,
  reply: PromotionCodePage,
});
export const quoteCart = defineRoute({
  ...read,
  method: 'POST',
  path: '/promotions/quote',
  summary: 'What a cart costs now, what was applied and why the rest was not; changes nothing',
  body: QuoteRequest,
  reply: Quote,
});
export const redeemCart = defineRoute({
  ...write,
  method: 'POST',
  path: '/promotions/redeem',
  summary: 'Use the promotions of a cart for an order; the same order again gets the same reply',
  body: RedeemRequest,
  reply: RedeemReply,
  idempotent: true,
});
export const cancelRedemption = defineRoute({
  ...write,
  method: 'POST',
  path: '/promotions/cancel',
  summary: 'Give back what an order used: limits, budgets, codes, points',
  body: CancelRequest,
  reply: CancelReply,
});
