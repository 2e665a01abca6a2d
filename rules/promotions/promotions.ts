// Promotions as documents: written, checked, activated, paused, archived. What they are worth is the resolver's.
import type {
  Condition,
  NewPromotion,
  Promotion,
  PromotionChange,
  RuleHistory,
  RuleStatus,
} from '@rapport/sdk/schemas';
import { type Actor, Conflict, type Page, type Platform, PromotionInvalid, RuleTestFailed } from '../../core/index.ts';
import { createDocuments, type KindSpec, type RuleContent, type RuleDocument } from '../documents.ts';
import { acceptConditions, dependenciesOf, runTests, type Vocabulary, type VocabularySource } from '../language.ts';
import { readSchedule } from './calendar.ts';
import { checkParams, paramsOf, toContent, toPromotion } from './document.ts';
import { createUsageStore } from './usage-store.ts';

type Deps = { platform: Platform; vocabulary: VocabularySource };

export const createPromotionDocuments = ({ platform, vocabulary }: Deps) => {
  const { database, clock } = platform;

  const check: KindSpec['check'] = async (content, key) => {
    const words = await vocabulary.current();
    const params = paramsOf(content);
    checkParams(params);
    readSchedule(params.schedule, words.zone);
    if (params.coupon) await checkCoupon(params.coupon.promotion, key);
    if (content.conditions === null)
      throw new PromotionInvalid('A promotion needs conditions.', { pointer: '/conditions' });
    const conditions = acceptConditions(content.conditions, words, {
      context: 'cart',
      confirmEveryone: content.conditions.confirmEveryone === true,
      at: '/conditions',
    });
    await runOwnTests(content, conditions, words);
    const kept = content.conditions.confirmEveryone === true ? { ...conditions, confirmEveryone: true } : conditions;
    return { content: { ...content, conditions: kept }, dependencies: dependenciesOf(conditions, words) };
  };

  /** On every save and before activation: a promotion whose own tests fail is not written at all. */
  const runOwnTests = async ({ tests }: RuleContent, conditions: Condition, words: Vocabulary): Promise<void> => {
    if (tests.length === 0) return;
    const { results } = await runTests(conditions, tests, words, clock.now(), 'cart');
    const failed = results.findIndex((result) => !result.passed);
    if (failed === -1) return;
    const { note, problem, expected } = results[failed]!;
    throw new RuleTestFailed(problem?.detail ?? `Test ${note ?? failed + 1} expects ${expected}.`, {
      pointer: `/tests/${failed}`,
    });
  };

  const documents = createDocuments(platform, { kind: 'promotion', check });

  const checkCoupon = async (coupon: string, key: string): Promise<void> => {
    const pointer = '/event/params/coupon/promotion';
    const found = coupon === key ? undefined : await documents.find(coupon);
    if (!found) throw new PromotionInvalid(`There is no other promotion ${coupon} to give a coupon of.`, { pointer });
    if (!paramsOf(found).code?.required)
      throw new PromotionInvalid(`The promotion ${coupon} takes no code, so there is no coupon of it.`, { pointer });
  };

  const show = async (...found: RuleDocument[]): Promise<Promotion[]> => {
    const use = await createUsageStore(database.reader).find(found.map(({ key }) => key));
    return found.map((document) => toPromotion(document, use.get(document.key) ?? { used: 0, spent: 0 }));
  };
  const showOne = async (document: RuleDocument): Promise<Promotion> => (await show(document))[0]!;

  const setStatus = async (actor: Actor, document: RuleDocument, status: RuleStatus | undefined) => {
    const { key } = document;
    if (status === 'active') return documents.activate(actor, key);
    if (status === undefined || status === document.status) return document;
    if (status === 'paused') return documents.pause(actor, key);
    if (status === 'archived') return documents.archive(actor, key);
    throw new Conflict('A promotion that ran is never a draft again; pause it.', { pointer: '/status' });
  };

  return {
    get: (key: string): Promise<RuleDocument> => documents.get(key),
    show: async (key: string): Promise<Promotion> => showOne(await documents.get(key)),
    history: (key: string): Promise<RuleHistory> => documents.history(key),

    list: async (query: { status?: RuleStatus; limit?: number; cursor?: string }): Promise<Page<Promotion>> => {
      const { data, next } = await documents.list(query);
      return { data: await show(...data), next };
    },

    create: async (actor: Actor, written: NewPromotion): Promise<Promotion> => {
      if (written.status === 'paused' || written.status === 'archived')
        throw new Conflict('A new promotion is a draft or active.', { pointer: '/status' });
      const document = await documents.create(actor, { ...toContent(written), key: written.key, name: written.name });
      return showOne(await setStatus(actor, document, written.status));
    },

    change: async (actor: Actor, key: string, change: PromotionChange): Promise<Promotion> =>
      showOne(await setStatus(actor, await documents.save(actor, key, toContent(change)), change.status)),

    activate: async (actor: Actor, key: string, version?: number): Promise<Promotion> =>
      showOne(await documents.activate(actor, key, version)),
    pause: async (actor: Actor, key: string): Promise<Promotion> => showOne(await documents.pause(actor, key)),
    archive: async (actor: Actor, key: string): Promise<void> => void (await documents.archive(actor, key)),
  };
};

export type PromotionDocuments = ReturnType<typeof createPromotionDocuments>;
