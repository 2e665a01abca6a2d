// One promotion: its rule and grant, a cart to try it on, its codes, who used it, its versions.
import { Button } from '@mantine/core';
import {
  activatePromotion,
  archivePromotion,
  changePromotion,
  getPromotion,
  listPromotionVersions,
  pausePromotion,
} from '@rapport/sdk/routes';
import type { Promotion, PromotionParams } from '@rapport/sdk/schemas';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { call, queries } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { toTree } from '../../builder/tree.ts';
import { UnsavedGuard } from '../../parts/form.tsx';
import { later } from '../../parts/later.tsx';
import { Page } from '../../parts/page.tsx';
import { RuleButtons, useDraft } from '../../parts/rule-page.tsx';
import { PageTabs } from '../../parts/tabs.tsx';
import { Status } from '../../parts/time.tsx';
import { Loaded, tellDone, tellTrouble } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { bodyOf, type PromotionDraft, PromotionEditor } from './editor.tsx';
import { useGrantText } from './grant-text.ts';

const TryCart = later(async () => (await import('./cart.tsx')).TryCart);
const Codes = later(async () => (await import('./use.tsx')).Codes);
const Redemptions = later(async () => (await import('./use.tsx')).Redemptions);
const Versions = later(async () => (await import('../../parts/versions.tsx')).Versions);

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
  const navigate = useNavigate();
  const grantText = useGrantText();
  const { tab = 'rule' } = useSearch({ from: '/frame/promotions/$key' });
  const { key, version, activeVersion, status, use } = promotion;
  const params = paramsOf(promotion);
  const mayWrite = may('promotions:write') && status !== 'archived';
  const refresh = () => queries.invalidateQueries({ queryKey: ['promotions'] });
  const act = { onSuccess: refresh, onError: tellTrouble };
  const activate = useMutation({
    mutationFn: (which: number) => call(activatePromotion, { params: { key }, body: { version: which } }),
    ...act,
  });
  const pause = useMutation({ mutationFn: () => call(pausePromotion, { params: { key }, body: {} }), ...act });
  const archive = useMutation({
    mutationFn: (cascade: boolean) => call(archivePromotion, { params: { key }, query: { cascade } }),
    ...act,
  });
  return (
    <Page
      title={promotion.name}
      back={{ to: '/promotions', label: t('nav.promotions') }}
      lead={
        <span className="head-tags">
          <Status status={status} />
          <span>{grantText(params)}</span>
          <span className="num">
            {t('promotions.usedTimes', { count: use.used, formatted: format.number(use.used) })}
          </span>
          {use.spent > 0 && (
            <span className="num">{t('promotions.spent', { amount: format.money(use.spent, params.currency) })}</span>
          )}
          <span className="mono">{key}</span>
        </span>
      }
      actions={
        mayWrite && (
          <RuleButtons area="promotions" ruleKey={key} mayPause={status === 'active'} pause={pause} archive={archive}>
            {(status !== 'active' || activeVersion !== version) && (
              <Button loading={activate.isPending} onClick={() => activate.mutate(version)}>
                {t('promotions.activate', { version })}
              </Button>
            )}
          </RuleButtons>
        )
      }
    >
      <PageTabs
        label={promotion.name}
        value={tab}
        onChange={(next) =>
          void navigate({ to: '/promotions/$key', params: { key }, search: { tab: next }, replace: true })
        }
        tabs={[
          {
            value: 'rule',
            label: t('promotions.rule'),
            content: () => <Rule key={version} promotion={promotion} readOnly={!mayWrite} />,
          },
          { value: 'try', label: t('promotions.try'), content: () => <TryCart highlight={key} /> },
          {
            value: 'codes',
            label: t('promotions.codes'),
            content: () => <Codes promotionKey={key} mayWrite={mayWrite} />,
          },
          { value: 'used', label: t('promotions.used'), content: () => <Redemptions promotionKey={key} /> },
          {
            value: 'versions',
            label: t('rule.versions'),
            content: () => (
              <Versions
                area="promotions"
                ruleKey={key}
                load={(signal) => call(listPromotionVersions, { params: { key }, signal })}
                onActivate={mayWrite ? (which) => activate.mutate(which) : undefined}
              />
            ),
          },
        ]}
      />
    </Page>
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

const Rule = ({ promotion, readOnly }: { promotion: Promotion; readOnly: boolean }) => {
  const { t } = useWords();
  const { draft, dirty, edit, saved } = useDraft(() => draftOf(promotion));
  const save = useMutation({
    mutationFn: (conditions: Record<string, unknown>) =>
      call(changePromotion, { params: { key: promotion.key }, body: bodyOf(draft, conditions) }),
    onSuccess: async () => {
      saved();
      tellDone(t('do.saved'));
      await queries.invalidateQueries({ queryKey: ['promotions'] });
    },
  });
  return (
    <>
      <UnsavedGuard dirty={dirty} />
      <PromotionEditor
        draft={draft}
        readOnly={readOnly}
        error={save.error}
        onChange={edit}
        footer={(ready, conditions) => (
          <Button loading={save.isPending} disabled={!ready || !dirty} onClick={() => save.mutate(conditions)}>
            {t('segments.saveVersion')}
          </Button>
        )}
      />
    </>
  );
};
