// One named condition: what it stands for, which rules name it, its versions.
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
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { call } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { toTree } from '../../builder/tree.ts';
import { Empty, Panel, Tag } from '../../parts/page.tsx';
import { RuleDocument, RuleForm, useTab } from '../../parts/rule-document.tsx';
import { Status } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
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

const Whole = ({ condition }: { condition: ConditionDocument }) => {
  const { t } = useWords();
  const may = useMay();
  const { key, version, revision, status } = condition;
  const mayWrite = may('rules:write') && status !== 'archived';
  return (
    <RuleDocument
      area="conditions"
      rule={condition}
      mayWrite={mayWrite}
      lead={<Tag>{t(`conditions.contexts.${condition.context}`)}</Tag>}
      activate={(which) => call(activateCondition, { params: { key }, body: { version: which } })}
      archive={(cascade) => call(archiveCondition, { params: { key }, query: { cascade } })}
      versions={(signal) => call(listConditionVersions, { params: { key }, signal })}
      tab={useTab('rule')}
      tabs={[
        {
          value: 'rule',
          label: t('conditions.rule'),
          content: () => (
            <RuleForm
              key={version}
              area="conditions"
              initial={() => draftOf(condition)}
              readOnly={!mayWrite}
              Editor={ConditionEditor}
              save={(draft, conditions) =>
                call(changeCondition, {
                  params: { key },
                  headers: { 'If-Match': `"${revision}"` },
                  body: bodyOf(draft, conditions),
                })
              }
            />
          ),
        },
        { value: 'users', label: t('conditions.usedBy'), content: () => <UsedBy of={key} /> },
      ]}
    />
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
