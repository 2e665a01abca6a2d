// One segment: its rule with the live count, its members, why somebody is in or out, its versions.
import {
  activateSegment,
  archiveSegment,
  changeSegment,
  getSegment,
  listSegmentVersions,
  pauseSegment,
} from '@rapport/sdk/routes';
import type { Segment } from '@rapport/sdk/schemas';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { call } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { toTree } from '../../builder/tree.ts';
import { later } from '../../parts/later.tsx';
import { Tag } from '../../parts/page.tsx';
import { RuleDocument, RuleForm, useTab } from '../../parts/rule-document.tsx';
import { Loaded } from '../../parts/trouble.tsx';
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
  return <Loaded query={segment}>{(data) => <Whole segment={data} />}</Loaded>;
};

const Whole = ({ segment }: { segment: Segment }) => {
  const { t } = useWords();
  const format = useFormat();
  const may = useMay();
  const { key, version, revision, status, type, members, conditions, buildJob } = segment;
  const mayWrite = may('segments:write') && status !== 'archived';
  const dynamic = type === 'dynamic';
  const rule = () => (
    <RuleForm
      key={version}
      area="segments"
      initial={() => draftOf(segment)}
      readOnly={!mayWrite}
      Editor={SegmentEditor}
      save={(draft, written) =>
        call(changeSegment, {
          params: { key },
          headers: { 'If-Match': `"${revision}"` },
          body: bodyOf(draft, written),
        })
      }
    />
  );
  return (
    <RuleDocument
      area="segments"
      rule={segment}
      mayWrite={mayWrite}
      lead={
        <>
          <Tag>{t(`segments.types.${type}`)}</Tag>
          <span className="num">{t('segments.count', { count: members, formatted: format.number(members) })}</span>
          {buildJob && <Tag tone="info">{t('segments.building')}</Tag>}
        </>
      }
      activate={dynamic ? (which) => call(activateSegment, { params: { key }, body: { version: which } }) : undefined}
      Confirm={ActivateSegment}
      pause={dynamic ? () => call(pauseSegment, { params: { key } }) : undefined}
      archive={(cascade) => call(archiveSegment, { params: { key }, query: { cascade } })}
      versions={(signal) => call(listSegmentVersions, { params: { key }, signal })}
      tab={useTab('rule')}
      tabs={[
        ...(conditions ? [{ value: 'rule', label: t('segments.rule'), content: rule }] : []),
        { value: 'members', label: t('segments.members'), content: () => <Members segment={segment} /> },
        ...(conditions && may('customers:read')
          ? [{ value: 'explain', label: t('segments.explain'), content: () => <Explain segment={segment} /> }]
          : []),
      ]}
    />
  );
};

const draftOf = (segment: Segment): SegmentDraft => ({
  key: segment.key,
  name: segment.name,
  description: segment.description ?? '',
  tree: toTree(segment.conditions),
  everyone: false,
});
