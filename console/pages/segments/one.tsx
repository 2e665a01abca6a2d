// One segment: its rule with the live count, its members, why somebody is in or out, its versions.
import { Button } from '@mantine/core';
import {
  activateSegment,
  archiveSegment,
  changeSegment,
  getSegment,
  listSegmentVersions,
  pauseSegment,
} from '@rapport/sdk/routes';
import type { Segment } from '@rapport/sdk/schemas';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { toTree } from '../../builder/tree.ts';
import { UnsavedGuard } from '../../parts/form.tsx';
import { later } from '../../parts/later.tsx';
import { Page, Tag } from '../../parts/page.tsx';
import { RuleButtons, useDraft } from '../../parts/rule-page.tsx';
import { PageTabs } from '../../parts/tabs.tsx';
import { Status } from '../../parts/time.tsx';
import { Loaded, tellDone, tellTrouble } from '../../parts/trouble.tsx';
import { Versions } from '../../parts/versions.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { bodyOf, type SegmentDraft, SegmentEditor } from './editor.tsx';
import { Members } from './members.tsx';

const ActivateSegment = later(async () => (await import('./activate.tsx')).ActivateSegment, null);
const Explain = later(async () => (await import('./explain.tsx')).Explain);

export const SegmentPage = () => {
  const { key } = useParams({ from: '/frame/segments/$key' });
  const segment = useQuery({
    queryKey: ['segments', key],
    queryFn: ({ signal }) => call(getSegment, { params: { key }, signal }),
    // Membership is being brought up to date: follow it until it is.
    refetchInterval: ({ state }) => (state.data?.buildJob ? 1000 : false),
  });
  return <Loaded query={segment}>{(data) => <SegmentView segment={data} />}</Loaded>;
};

const SegmentView = ({ segment }: { segment: Segment }) => {
  const { t } = useWords();
  const format = useFormat();
  const navigate = useNavigate();
  const may = useMay();
  const { tab = 'rule' } = useSearch({ from: '/frame/segments/$key' });
  const [activating, setActivating] = useState<number>();
  const { key } = segment;
  const mayWrite = may('segments:write') && segment.status !== 'archived';
  const refresh = () => queries.invalidateQueries({ queryKey: ['segments'] });
  const activate = useMutation({
    mutationFn: (version: number) => call(activateSegment, { params: { key }, body: { version } }),
    onSuccess: async () => {
      setActivating(undefined);
      tellDone(t('segments.activated'));
      await refresh();
    },
    onError: tellTrouble,
  });
  const pause = useMutation({
    mutationFn: () => call(pauseSegment, { params: { key } }),
    onSuccess: refresh,
    onError: tellTrouble,
  });
  const archive = useMutation({
    mutationFn: (cascade: boolean) => call(archiveSegment, { params: { key }, query: { cascade } }),
    onSuccess: async () => {
      await refresh();
      await navigate({ to: '/segments' });
    },
    onError: tellTrouble,
  });
  return (
    <Page
      title={segment.name}
      back={{ to: '/segments', label: t('nav.segments') }}
      lead={
        <span className="head-tags">
          <Status status={segment.status} />
          <Tag>{t(`segments.types.${segment.type}`)}</Tag>
          <span className="num">
            {t('segments.count', { count: segment.members, formatted: format.number(segment.members) })}
          </span>
          {segment.broken && <Tag tone="bad">{t('segments.broken')}</Tag>}
          {segment.buildJob && <Tag tone="info">{t('segments.building')}</Tag>}
          <span className="mono">{segment.key}</span>
        </span>
      }
      actions={
        mayWrite && (
          <RuleButtons
            area="segments"
            ruleKey={key}
            mayPause={segment.status === 'active' && segment.type === 'dynamic'}
            pause={pause}
            archive={archive}
          >
            {segment.type === 'dynamic' && segment.activeVersion !== segment.version && (
              <Button onClick={() => setActivating(segment.version)}>
                {t('segments.activate', { version: segment.version })}
              </Button>
            )}
            {segment.status === 'paused' && segment.activeVersion === segment.version && (
              <Button onClick={() => setActivating(segment.version)}>{t('do.resume')}</Button>
            )}
          </RuleButtons>
        )
      }
    >
      {segment.broken && (
        <p className="notice" role="alert">
          {t('segments.brokenText', { reason: segment.broken })}
        </p>
      )}
      {activating !== undefined && (
        <ActivateSegment
          segmentKey={key}
          version={activating}
          pending={activate.isPending}
          onClose={() => setActivating(undefined)}
          onActivate={() => activate.mutate(activating)}
        />
      )}
      <PageTabs
        label={segment.name}
        value={tab}
        onChange={(next) =>
          void navigate({ to: '/segments/$key', params: { key }, search: { tab: next }, replace: true })
        }
        tabs={[
          ...(segment.conditions
            ? [
                {
                  value: 'rule',
                  label: t('segments.rule'),
                  content: () => <Rule key={segment.version} segment={segment} readOnly={!mayWrite} />,
                },
              ]
            : []),
          { value: 'members', label: t('segments.members'), content: () => <Members segment={segment} /> },
          ...(segment.conditions && may('customers:read')
            ? [{ value: 'explain', label: t('segments.explain'), content: () => <Explain segment={segment} /> }]
            : []),
          {
            value: 'versions',
            label: t('rule.versions'),
            content: () => (
              <Versions
                area="segments"
                ruleKey={key}
                load={(signal) => call(listSegmentVersions, { params: { key }, signal })}
                onActivate={mayWrite ? setActivating : undefined}
              />
            ),
          },
        ]}
      />
    </Page>
  );
};

const Rule = ({ segment, readOnly }: { segment: Segment; readOnly: boolean }) => {
  const { t } = useWords();
  const { draft, dirty, edit, reset, saved } = useDraft(() => draftOf(segment));
  const save = useMutation({
    mutationFn: (conditions: Record<string, unknown>) =>
      call(changeSegment, {
        params: { key: segment.key },
        headers: { 'If-Match': `"${segment.revision}"` },
        body: bodyOf(draft, conditions),
      }),
    onSuccess: async () => {
      saved();
      tellDone(t('do.saved'));
      await queries.invalidateQueries({ queryKey: ['segments'] });
    },
  });
  return (
    <>
      <UnsavedGuard dirty={dirty} />
      <SegmentEditor
        draft={draft}
        readOnly={readOnly}
        error={save.error}
        onChange={edit}
        footer={(ready, conditions) => (
          <>
            <Button loading={save.isPending} disabled={!ready || !dirty} onClick={() => save.mutate(conditions)}>
              {t('segments.saveVersion')}
            </Button>
            {dirty && (
              <Button
                variant="default"
                onClick={() => {
                  reset(draftOf(segment));
                  save.reset();
                }}
              >
                {t('do.cancel')}
              </Button>
            )}
          </>
        )}
      />
    </>
  );
};

const draftOf = (segment: Segment): SegmentDraft => ({
  key: segment.key,
  name: segment.name,
  description: segment.description ?? '',
  tree: toTree(segment.conditions),
  everyone: false,
});
