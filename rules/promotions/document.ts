// A promotion as a document: what is refused at save beyond the shapes of the contract, and how a version is kept and shown.
import type { NewPromotion, Promotion, PromotionParams } from '@rapport/sdk/schemas';
import { toIso } from '../../core/index.ts';
import type { RuleContent, RuleDocument } from '../documents/documents.ts';
import { PromotionInvalid } from '../errors.ts';

const at = '/event/params';
const money = ['amount', 'maxAmount', 'budget'] as const;
type Target = PromotionParams['target'];
const reduces: ReadonlySet<Target> = new Set<Target>(['line', 'freeItem', 'order', 'shipping']);

const refuse = (pointer: string, why: string): never => {
  throw new PromotionInvalid(why, { pointer: `${at}${pointer}` });
};

/** Throws PromotionInvalid with a pointer to the member at fault. Schedules are checked where they are read (calendar.ts). */
export const checkParams = (params: PromotionParams): void => {
  const { target, bp, amount, buy, get } = params;
  if (target === 'line' || target === 'order') {
    if (bp !== undefined && amount !== undefined) refuse('/amount', 'Give bp or amount, not both.');
    if (bp === undefined && amount === undefined) refuse('', `A ${target} grant needs bp or amount.`);
  }
  if (target === 'shipping' && bp !== undefined && amount !== undefined)
    refuse('/amount', 'Give bp or amount, not both; neither makes shipping free.');
  if (target === 'freeItem') {
    if (amount !== undefined) refuse('/amount', 'A free item takes bp (cheaper) or nothing (free), no amount.');
    if (buy === undefined) refuse('/buy', 'A freeItem grant needs buy, how many units a round buys.');
    if (get === undefined) refuse('/get', 'A freeItem grant needs get, how many units a round gives.');
  } else {
    for (const member of ['buy', 'get', 'maxRounds'] as const)
      if (params[member] !== undefined) refuse(`/${member}`, `Only a freeItem grant has ${member}.`);
  }
  if (!reduces.has(target)) {
    for (const member of ['bp', 'amount', 'maxAmount'] as const)
      if (params[member] !== undefined) refuse(`/${member}`, `A ${target} grant takes no money off, so no ${member}.`);
    if (params.limits?.budget !== undefined)
      refuse('/limits/budget', `A ${target} grant takes no money off, so no budget.`);
  }
  for (const member of ['points', 'tier', 'coupon'] as const) {
    if (target === member && params[member] === undefined) refuse(`/${member}`, `A ${member} grant needs ${member}.`);
    if (target !== member && params[member] !== undefined)
      refuse(`/${member}`, `Only a ${member} grant has ${member}.`);
  }
  // A level and a coupon are not money: their own rules take them away.
  if (params.onReturn === 'recalculate' && (target === 'tier' || target === 'coupon'))
    refuse('/onReturn', `A ${target} grant has nothing to work out again.`);
  const member = money.find((name) => (name === 'budget' ? params.limits?.budget : params[name]) !== undefined);
  if (member && params.currency === undefined) refuse('/currency', `${member} is money, so currency is needed.`);
  if (params.limits?.budgetMode !== undefined && params.limits.budget === undefined)
    refuse('/limits/budgetMode', 'budgetMode without a budget says nothing.');
};

/** Any money member binds the promotion to its currency. */
export const isBoundToCurrency = (params: PromotionParams): boolean =>
  params.amount !== undefined || params.maxAmount !== undefined || params.limits?.budget !== undefined;

export const paramsOf = (content: Pick<RuleContent, 'params'>): PromotionParams =>
  (content.params as { params: PromotionParams }).params;

/** The pool a promotion's codes are in: its own unless it names one. */
export const poolOf = (key: string, params: PromotionParams): string => params.code?.pool ?? key;

/** The members of a request as the documents keep them; absent members stay absent. */
export const toContent = (written: Partial<NewPromotion>): Partial<RuleContent> => ({
  name: written.name,
  description: written.description,
  priority: written.priority,
  conditions: written.conditions && confirmed(written.conditions, written.confirmEveryone),
  params: written.event && { type: written.event.type ?? 'grant', params: written.event.params },
  tests: written.tests,
});

// The confirmation belongs to the version: it is asked again whenever the version is checked again.
const confirmed = (conditions: Record<string, unknown>, confirm: boolean | undefined): Record<string, unknown> =>
  confirm && Array.isArray(conditions.all) && conditions.all.length === 0
    ? { ...conditions, confirmEveryone: true }
    : conditions;

/** As the API shows it; `use` is of all its versions, `spent` in minor units. */
export const toPromotion = (document: RuleDocument, use: { used: number; spent: number }): Promotion => ({
  key: document.key,
  kind: 'promotion',
  name: document.name,
  description: document.description,
  priority: document.priority,
  status: document.status,
  version: document.version,
  activeVersion: document.activeVersion,
  revision: document.revision,
  conditions: document.conditions,
  event: document.params,
  tests: document.tests,
  use,
  broken: document.broken,
  createdAt: toIso(document.createdAt),
  updatedAt: toIso(document.updatedAt),
});
