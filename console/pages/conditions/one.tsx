// One named condition: what it stands for, which rules name it, its versions.
import { Button } from '@mantine/core';
import {
  activateCondition,
  archiveCondition,
  changeCondition,
  getCondition,
  listConditionVersions,
  listDependents,
} from '@rapport/sdk/routes';
import type { ConditionDocument } from '@rapport/sdk/schemas';
import { IconPuzzle } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { call, queries } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { toTree } from '../../builder/tree.ts';
import { UnsavedGuard } from '../../parts/form.tsx';
import { Empty, Page, Panel, Tag } from '../../parts/page.tsx';
import { RuleButtons, useDraft } from '../../parts/rule-page.tsx';
import { PageTabs } from '../../parts/tabs.tsx';
import { Status } from '../../parts/time.tsx';
import { Loaded, tellDone, tellTrouble } from '../../parts/trouble.tsx';
import { Versions } from '../../parts/versions.tsx';
import { useWords } from '../../words/words.ts';
import { bodyOf, type ConditionDraft, ConditionEditor } from './editor.tsx';

export const ConditionPage = () => {
  const { key } = useParams({ from: '/frame/conditions/$key' });
  const condition = useQuery({
    queryKey: ['conditions', key],
    queryFn: ({ signal }) => call(getCondition, { params: { key }, signal }),
  });
  return <Loaded query={condition}>{(data) => <Whole condition={data} />}</Loaded>;
};

/** A change of an active condition changes the vocabulary and whoever names it. */
const refresh = async (): Promise<void> => {
  for (const area of ['conditions', 'rules', 'segments', 'promotions', 'alerts'])
    await queries.invalidateQueries({ queryKey: [area] });
};

const Whole = ({ condition }: { condition: ConditionDocument }) => {
  const { t } = useWords();
  const may = useMay();
  const navigate = useNavigate();
  const { tab = 'rule' } = useSearch({ from: '/frame/conditions/$key' });
  const { key, version, activeVersion, status } = condition;
  const mayWrite = may('rules:write') && status !== 'archived';
  const activate = useMutation({
    mutationFn: (which: number) => call(activateCondition, { params: { key }, body: { version: which } }),
    onSuccess: async () => {
      tellDone(t('conditions.activated'));
      await refresh();
    },
    onError: tellTrouble,
  });
  const archive = useMutation({
    mutationFn: (cascade: boolean) => call(archiveCondition, { params: { key }, query: { cascade } }),
    onSuccess: async () => {
      await refresh();
      await navigate({ to: '/conditions' });
    },
    onError: tellTrouble,
  });
  return (
    <Page
      title={condition.name}
      back={{ to: '/conditions', label: t('nav.conditions') }}
      lead={
        <span className="head-tags">
          <Status status={status} />
          <Tag>{t(`conditions.contexts.${condition.context}`)}</Tag>
          <span className="mono">{key}</span>
        </span>
      }
      actions={
        mayWrite && (
          <RuleButtons
            area="conditions"
            ruleKey={key}
            mayPause={false}
            pause={{ isPending: false, mutate: () => undefined }}
            archive={archive}
          >
            {activeVersion !== version && (
              <Button loading={activate.isPending} onClick={() => activate.mutate(version)}>
                {t('conditions.activate', { version })}
              </Button>
            )}
          </RuleButtons>
        )
      }
    >
      <PageTabs
        label={condition.name}
        value={tab}
        onChange={(next) =>
          void navigate({ to: '/conditions/$key', params: { key }, search: { tab: next }, replace: true })
        }
        tabs={[
          {
            value: 'rule',
            label: t('conditions.rule'),
            content: () => <Rule key={version} condition={condition} readOnly={!mayWrite} />,
          },
          { value: 'users', label: t('conditions.usedBy'), content: () => <UsedBy of={key} /> },
          {
            value: 'versions',
            label: t('rule.versions'),
            content: () => (
              <Versions
                area="conditions"
                ruleKey={key}
                load={(signal) => call(listConditionVersions, { params: { key }, signal })}
                onActivate={mayWrite ? (which) => activate.mutate(which) : undefined}
              />
            ),
          },
        ]}
      />
    </Page>
  );
};

const pages = { segment: '/segments/$key', promotion: '/promotions/$key', alert: '/alerts/$key' } as const;

const UsedBy = ({ of }: { of: string }) => {
  const { t } = useWords();
  const dependents = useQuery({
    queryKey: ['conditions', of, 'users'],
    queryFn: ({ signal }) => call(listDependents, { query: { of: `condition:${of}` }, signal }),
    // Other rules are saved on other pages.
    staleTime: 0,
  });
  return (
    <Panel>
      <Loaded query={dependents}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty icon={<IconPuzzle size={30} />} title={t('conditions.unused')} text={t('conditions.unusedText')} />
          ) : (
            <ul className="sample" aria-label={t('conditions.usedBy')}>
              {data.map(({ kind, key, name, status }) => (
                <li key={`${kind} ${key}`}>
                  <Link
                    to={kind in pages ? pages[kind as keyof typeof pages] : '/conditions/$key'}
                    params={{ key }}
                    className="link ellipsis"
                  >
                    {name}
                  </Link>
                  <span className="head-tags">
                    <Tag>{t(`conditions.kinds.${kind}`)}</Tag>
                    <Status status={status} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
};

const draftOf = (condition: ConditionDocument): ConditionDraft => ({
  key: condition.key,
  name: condition.name,
  description: condition.description ?? '',
  tree: toTree(condition.conditions),
  context: condition.context,
});

const Rule = ({ condition, readOnly }: { condition: ConditionDocument; readOnly: boolean }) => {
  const { t } = useWords();
  const { draft, dirty, edit, saved } = useDraft(() => draftOf(condition));
  const save = useMutation({
    mutationFn: (conditions: Record<string, unknown>) =>
      call(changeCondition, {
        params: { key: condition.key },
        headers: { 'If-Match': `"${condition.revision}"` },
        body: bodyOf(draft, conditions),
      }),
    onSuccess: async () => {
      saved();
      tellDone(t('do.saved'));
      await queries.invalidateQueries({ queryKey: ['conditions'] });
    },
  });
  return (
    <>
      <UnsavedGuard dirty={dirty} />
      <ConditionEditor
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
