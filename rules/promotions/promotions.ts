// Promotions as documents: written, checked, activated, paused, archived. What they are worth is the resolver's.
import type { NewPromotion, Promotion, PromotionChange, RuleHistory, RuleStatus } from '@rapport/sdk/schemas';
import { type Actor, Conflict, type Db, type Page, type Platform } from '../../core/index.ts';
import { createChecks } from '../documents/checks.ts';
import { createDocuments, type KindSpec, type RuleDocument } from '../documents/documents.ts';
import { usesNamed } from '../documents/uses.ts';
import { PromotionInvalid } from '../errors.ts';
import type { VocabularySource } from '../language/index.ts';
import { readSchedule } from './calendar.ts';
import { checkParams, paramsOf, toContent, toPromotion } from './document.ts';
import type { Membership } from './effects.ts';
import { createUsageStore } from './usage-store.ts';

type Deps = { platform: Platform; members: Membership; vocabulary: VocabularySource };

/**
 * Each write makes or moves a version, with its audit row. `ifMatch` is the revision the caller saw.
 * Orders that were redeemed keep the version they were redeemed with.
 */
export const createPromotionDocuments = ({ platform, members, vocabulary }: Deps) => {
  const { database, clock } = platform;
  const checks = createChecks({ vocabulary, clock });

  const checkNamed: KindSpec['checkNamed'] = async (content, key, trx) => {
    const { coupon, tier } = paramsOf(content);
    if (coupon) await checkCoupon(coupon.promotion, key, trx);
    if (tier) await checkLevel(tier.level);
  };

  const check: KindSpec['check'] = async (content, _key, trx) => {
    const params = paramsOf(content);
    checkParams(params);
    readSchedule(params.schedule, (await vocabulary.current(trx)).zone);
    if (content.conditions === null)
      throw new PromotionInvalid('A promotion needs conditions.', { pointer: '/conditions' });
    const confirmEveryone = content.conditions.confirmEveryone === true;
    const options = { context: 'cart', confirmEveryone } as const;
    const { conditions, dependencies } = await checks.conditions(content.conditions, options, trx);
    const kept = { ...content, conditions: confirmEveryone ? { ...conditions, confirmEveryone } : { ...conditions } };
    // On every save, not only before activation: a promotion whose own tests fail is not written at all.
    await checks.tests(kept, 'cart', trx);
    return { content: kept, dependencies };
  };

  const documents = createDocuments(platform, {
    kind: 'promotion',
    check,
    checkNamed,
    uses: (content) => {
      const { coupon, tier } = paramsOf(content);
      return [
        ...usesNamed('promotion', coupon?.promotion, '/event/params/coupon/promotion'),
        ...usesNamed('level', tier?.level, '/event/params/tier/level'),
      ];
    },
  });

  const checkCoupon = async (coupon: string, key: string, trx: Db): Promise<void> => {
    const pointer = '/event/params/coupon/promotion';
    const found = coupon === key ? undefined : await documents.find(coupon, trx);
    if (!found) throw new PromotionInvalid(`There is no other promotion ${coupon} to give a coupon of.`, { pointer });
    if (!paramsOf(found).code?.required)
      throw new PromotionInvalid(`The promotion ${coupon} takes no code, so there is no coupon of it.`, { pointer });
  };

  const checkLevel = async (level: string): Promise<void> => {
    const levels = await members.listLevels();
    if (!levels.some((known) => known.key === level))
      throw new PromotionInvalid(`There is no level ${level}.`, { pointer: '/event/params/tier/level' });
  };

  const show = async (...found: RuleDocument[]): Promise<Promotion[]> => {
    const use = await createUsageStore(database.reader).find(found.map(({ key }) => key));
    return found.map((document) => toPromotion(document, use.get(document.key) ?? { used: 0, spent: 0 }));
  };
  const showOne = async (document: RuleDocument): Promise<Promotion> => (await show(document))[0]!;

  const setStatus = async (actor: Actor, document: RuleDocument, status: RuleStatus | undefined) => {
    const { key, revision } = document;
    if (status === 'active') return documents.activate(actor, key, undefined, revision);
    if (status === undefined || status === document.status) return document;
    if (status === 'paused') return documents.pause(actor, key, { ifMatch: revision });
    if (status === 'archived') return documents.archive(actor, key, { ifMatch: revision });
    throw new Conflict('A promotion that ran is never a draft again; pause it.', { pointer: '/status' });
  };

  return {
    documents,
    get: (key: string): Promise<RuleDocument> => documents.get(key),
    show: async (key: string): Promise<Promotion> => showOne(await documents.get(key)),
    history: (key: string): Promise<RuleHistory> => documents.history(key),

    list: async (query: { status?: RuleStatus; limit?: number; cursor?: string }): Promise<Page<Promotion>> => {
      const { data, next } = await documents.list(query);
      return { data: await show(...data), next };
    },

    /** Throws PromotionInvalid with a pointer, and Conflict for a status a new one cannot have. */
    create: async (actor: Actor, written: NewPromotion): Promise<Promotion> => {
      if (written.status === 'paused' || written.status === 'archived')
        throw new Conflict('A new promotion is a draft or active.', { pointer: '/status' });
      const document = await documents.create(actor, { ...toContent(written), key: written.key, name: written.name });
      return showOne(await setStatus(actor, document, written.status));
    },

    change: async (actor: Actor, key: string, change: PromotionChange, ifMatch?: number): Promise<Promotion> =>
      showOne(await setStatus(actor, await documents.save(actor, key, toContent(change), ifMatch), change.status)),

    activate: async (actor: Actor, key: string, version?: number, ifMatch?: number): Promise<Promotion> =>
      showOne(await documents.activate(actor, key, version, ifMatch)),
    pause: async (actor: Actor, key: string, ifMatch?: number): Promise<Promotion> =>
      showOne(await documents.pause(actor, key, { ifMatch })),
    archive: async (actor: Actor, key: string, options: { ifMatch?: number; cascade?: boolean }): Promise<void> =>
      void (await documents.archive(actor, key, options)),
  };
};

export type PromotionDocuments = ReturnType<typeof createPromotionDocuments>;
