// One promotion: its rule and grant, a cart to try it on, its codes, who used it, its versions.
import {
  activatePromotion,
  archivePromotion,
  changePromotion,
  getPromotion,
  listPromotionVersions,
  pausePromotion,
} from '@rapport/sdk/routes';
import type { Promotion, PromotionParams } from '@rapport/sdk/schemas';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { call } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { toTree } from '../../builder/tree.ts';
import { later } from '../../parts/later.tsx';
import { RuleDocument, RuleForm, useTab } from '../../parts/rule-document.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { bodyOf, type PromotionDraft, PromotionEditor } from './editor.tsx';
import { useGrantText } from './grant-text.ts';

const TryCart = later(async () => (await import('./cart.tsx')).TryCart);
const Codes = later(async () => (await import('./use.tsx')).Codes);
const Redemptions = later(async () => (await import('./use.tsx')).Redemptions);

export const PromotionPage = () => {
  const { key } = useParams({ from: '/frame/promotions/$key' });
  const query = useQuery({
    queryKey: ['promotions', key],
    queryFn: ({ signal }) => call(getPromotion, { params: { key }, signal }),
  });
  return <Loaded query={query}>{(data) => <Whole promotion={data} />}</Loaded>;
};

const paramsOf = ({ event }: Promotion): PromotionParams => (event as { params: PromotionParams }).params;

const Whole = ({ promotion }: { promotion: Promotion }) => {
  const { t } = useWords();
  const format = useFormat();
  const may = useMay();
  const grantText = useGrantText();
  const { key, version, revision, status, use } = promotion;
  const params = paramsOf(promotion);
  const mayWrite = may('promotions:write') && status !== 'archived';
  return (
    <RuleDocument
      area="promotions"
      rule={promotion}
      mayWrite={mayWrite}
      lead={
        <>
          <span>{grantText(params)}</span>
          <span className="num">
            {t('promotions.usedTimes', { count: use.used, formatted: format.number(use.used) })}
          </span>
          {use.spent > 0 && (
            <span className="num">{t('promotions.spent', { amount: format.money(use.spent, params.currency) })}</span>
          )}
        </>
      }
      activate={(which) => call(activatePromotion, { params: { key }, body: { version: which } })}
      pause={() => call(pausePromotion, { params: { key }, body: {} })}
      archive={(cascade) => call(archivePromotion, { params: { key }, query: { cascade } })}
      versions={(signal) => call(listPromotionVersions, { params: { key }, signal })}
      tab={useTab('rule')}
      tabs={[
        {
          value: 'rule',
          label: t('promotions.rule'),
          content: () => (
            <RuleForm
              key={version}
              area="promotions"
              initial={() => draftOf(promotion)}
              readOnly={!mayWrite}
              Editor={PromotionEditor}
              save={(draft, conditions) =>
                call(changePromotion, {
                  params: { key },
                  headers: { 'If-Match': `"${revision}"` },
                  body: bodyOf(draft, conditions),
                })
              }
            />
          ),
        },
        { value: 'try', label: t('promotions.try'), content: () => <TryCart highlight={key} /> },
        {
          value: 'codes',
          label: t('promotions.codes'),
          content: () => <Codes promotionKey={key} mayWrite={mayWrite} />,
        },
        { value: 'used', label: t('promotions.used'), content: () => <Redemptions promotionKey={key} /> },
      ]}
    />
  );
};

const draftOf = (promotion: Promotion): PromotionDraft => ({
  key: promotion.key,
  name: promotion.name,
  description: promotion.description ?? '',
  priority: promotion.priority,
  tree: toTree(promotion.conditions),
  params: paramsOf(promotion),
});
