// Segments: which there are, which run, and how many belong.
import { Button, SegmentedControl } from '@mantine/core';
import { IconPlus, IconTargetArrow } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useSegments } from '../../api/figures.ts';
import { useMay } from '../../api/session.ts';
import { Empty, Page, Panel, Tag } from '../../parts/page.tsx';
import { RuleState } from '../../parts/rule-state.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';

export const Segments = () => {
  const { t } = useWords();
  const format = useFormat();
  const may = useMay();
  const navigate = useNavigate();
  const { status = 'all' } = useSearch({ from: '/frame/segments' });
  const segments = useSegments();
  const create = may('segments:write') && (
    <Button component={Link} to="/segments/new" leftSection={<IconPlus size={16} />}>
      {t('segments.new')}
    </Button>
  );
  return (
    <Page title={t('nav.segments')} lead={t('segments.lead')} actions={create}>
      <Loaded query={segments}>
        {({ data }) =>
          data.length === 0 ? (
            <Panel>
              <Empty
                icon={<IconTargetArrow size={32} />}
                title={t('overview.biggestEmpty')}
                text={t('overview.biggestEmptyText')}
                action={create}
              />
            </Panel>
          ) : (
            <>
              <div className="filters">
                <SegmentedControl
                  size="xs"
                  aria-label={t('rule.status')}
                  value={status}
                  onChange={(value) =>
                    void navigate({ to: '/segments', search: value === 'all' ? {} : { status: value }, replace: true })
                  }
                  data={[
                    { value: 'all', label: t('rule.all') },
                    { value: 'active', label: t('status.active') },
                    { value: 'draft', label: t('status.draft') },
                    { value: 'archived', label: t('status.archived') },
                  ]}
                />
              </div>
              <Panel bare>
                <Table
                  label={t('nav.segments')}
                  keyOf={({ key }) => key}
                  rows={data.filter((row) => (status === 'all' ? row.status !== 'archived' : row.status === status))}
                  columns={[
                    {
                      key: 'name',
                      title: t('rule.name'),
                      cell: ({ key, name, description }) => (
                        <div className="two-lines">
                          <Link to="/segments/$key" params={{ key }} className="link">
                            {name}
                          </Link>
                          <span className="small dim ellipsis">{description ?? key}</span>
                        </div>
                      ),
                    },
                    {
                      key: 'status',
                      title: t('rule.status'),
                      cell: (row) => <RuleState rule={row} />,
                    },
                    {
                      key: 'type',
                      title: t('segments.type'),
                      show: 'extra',
                      cell: ({ type }) => <Tag>{t(`segments.types.${type}`)}</Tag>,
                    },
                    {
                      key: 'members',
                      title: t('segments.members'),
                      end: true,
                      cell: ({ members }) => format.number(members),
                    },
                    {
                      key: 'version',
                      title: t('rule.version'),
                      end: true,
                      show: 'extra',
                      cell: ({ activeVersion, version }) => activeVersion ?? `(${version})`,
                    },
                    {
                      key: 'updated',
                      title: t('rule.updated'),
                      show: 'extra',
                      cell: ({ updatedAt }) => <Ago at={updatedAt} />,
                    },
                  ]}
                />
              </Panel>
            </>
          )
        }
      </Loaded>
    </Page>
  );
};
