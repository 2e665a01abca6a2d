// Named conditions: parts of rules that several rules share.
import { Button } from '@mantine/core';
import { listConditions } from '@rapport/sdk/routes';
import { IconPlus, IconPuzzle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { Empty, Page, Panel, Tag } from '../../parts/page.tsx';
import { RuleState } from '../../parts/rule-state.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';

export const Conditions = () => {
  const { t } = useWords();
  const may = useMay();
  const conditions = useQuery({
    queryKey: ['conditions', 'all'],
    queryFn: ({ signal }) => call(listConditions, { query: { limit: 200 }, signal }),
  });
  const create = may('rules:write') && (
    <Button component={Link} to="/conditions/new" leftSection={<IconPlus size={16} />}>
      {t('conditions.new')}
    </Button>
  );
  return (
    <Page title={t('nav.conditions')} lead={t('conditions.lead')} actions={create}>
      <Panel bare>
        <Loaded query={conditions}>
          {({ data }) => {
            const rows = data.filter(({ status }) => status !== 'archived');
            if (rows.length === 0)
              return (
                <Empty
                  icon={<IconPuzzle size={32} />}
                  title={t('conditions.none')}
                  text={t('conditions.noneText')}
                  action={create}
                />
              );
            return (
              <Table
                label={t('nav.conditions')}
                rows={rows}
                keyOf={({ key }) => key}
                columns={[
                  {
                    key: 'name',
                    title: t('rule.name'),
                    cell: ({ key, name, description }) => (
                      <div className="two-lines">
                        <Link to="/conditions/$key" params={{ key }} className="link">
                          {name}
                        </Link>
                        <span className="small dim ellipsis">{description ?? key}</span>
                      </div>
                    ),
                  },
                  { key: 'status', title: t('rule.status'), cell: (row) => <RuleState rule={row} /> },
                  {
                    key: 'context',
                    title: t('conditions.context'),
                    show: 'extra',
                    cell: ({ context }) => <Tag>{t(`conditions.contexts.${context}`)}</Tag>,
                  },
                  { key: 'version', title: t('rule.version'), end: true, cell: ({ version }) => version },
                  { key: 'updated', title: t('rule.updated'), cell: ({ updatedAt }) => <Ago at={updatedAt} /> },
                ]}
              />
            );
          }}
        </Loaded>
      </Panel>
    </Page>
  );
};
