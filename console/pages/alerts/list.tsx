// Alerts: what is watched, and when it last fired.
import { Button } from '@mantine/core';
import { IconBell, IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useAlerts, useFirings } from '../../api/figures.ts';
import { useMay } from '../../api/session.ts';
import { Empty, Page, Panel } from '../../parts/page.tsx';
import { RuleState } from '../../parts/rule-state.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';

export const Alerts = () => {
  const { t } = useWords();
  const may = useMay();
  const alerts = useAlerts();
  const { firings } = useFirings(50);
  const create = may('alerts:write') && (
    <Button component={Link} to="/alerts/new" leftSection={<IconPlus size={16} />}>
      {t('alerts.new')}
    </Button>
  );
  return (
    <Page title={t('nav.alerts')} lead={t('alerts.lead')} actions={create}>
      <Panel bare>
        <Loaded query={alerts}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty
                icon={<IconBell size={32} />}
                title={t('alerts.none')}
                text={t('alerts.noneText')}
                action={create}
              />
            ) : (
              <Table
                label={t('nav.alerts')}
                rows={data.filter(({ status }) => status !== 'archived')}
                keyOf={({ key }) => key}
                columns={[
                  {
                    key: 'name',
                    title: t('rule.name'),
                    cell: ({ key, name, trigger }) => (
                      <div className="two-lines">
                        <Link to="/alerts/$key" params={{ key }} className="link">
                          {name}
                        </Link>
                        <span className="small dim ellipsis">
                          {t(`alerts.triggers.${trigger.kind}`)}
                          {trigger.kind === 'event' && `: ${trigger.types.join(', ')}`}
                          {trigger.kind === 'segment' && `: ${trigger.segment}`}
                        </span>
                      </div>
                    ),
                  },
                  { key: 'status', title: t('rule.status'), cell: (row) => <RuleState rule={row} /> },
                  {
                    key: 'actions',
                    title: t('alerts.actions'),
                    show: 'extra',
                    cell: ({ actions }) => actions.map(({ kind }) => t(`alerts.kinds.${kind}`)).join(', '),
                  },
                  {
                    key: 'fired',
                    title: t('alerts.lastFired'),
                    cell: ({ key }) => <Ago at={firings.find(({ alert }) => alert === key)?.at} />,
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
};
