// Promotions: which run, what they give, how much of them is used.
import { Button } from '@mantine/core';
import { IconDiscount, IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { usePromotions } from '../../api/figures.ts';
import { useMay } from '../../api/session.ts';
import { later } from '../../parts/later.tsx';
import { Empty, Page, Panel } from '../../parts/page.tsx';
import { RuleState } from '../../parts/rule-state.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { type GrantParams, useGrantText } from './grant-text.ts';

const TryCart = later(async () => (await import('./cart.tsx')).TryCart);

export const Promotions = () => {
  const { t } = useWords();
  const format = useFormat();
  const may = useMay();
  const grantText = useGrantText();
  const promotions = usePromotions();
  const create = may('promotions:write') && (
    <Button component={Link} to="/promotions/new" leftSection={<IconPlus size={16} />}>
      {t('promotions.new')}
    </Button>
  );
  return (
    <Page title={t('nav.promotions')} lead={t('promotions.lead')} actions={create}>
      <div className="grid">
        <Panel bare>
          <Loaded query={promotions}>
            {({ data }) =>
              data.length === 0 ? (
                <Empty
                  icon={<IconDiscount size={32} />}
                  title={t('promotions.none')}
                  text={t('promotions.noneText')}
                  action={create}
                />
              ) : (
                <Table
                  label={t('nav.promotions')}
                  rows={data.filter(({ status }) => status !== 'archived')}
                  keyOf={({ key }) => key}
                  columns={[
                    {
                      key: 'name',
                      title: t('rule.name'),
                      cell: ({ key, name, event }) => (
                        <div className="two-lines">
                          <Link to="/promotions/$key" params={{ key }} className="link">
                            {name}
                          </Link>
                          <span className="small dim ellipsis">
                            {grantText((event as { params: GrantParams }).params)}
                          </span>
                        </div>
                      ),
                    },
                    { key: 'status', title: t('rule.status'), cell: (row) => <RuleState rule={row} /> },
                    { key: 'used', title: t('promotions.used'), end: true, cell: ({ use }) => format.number(use.used) },
                    {
                      key: 'priority',
                      title: t('rule.priority'),
                      end: true,
                      show: 'extra',
                      cell: ({ priority }) => format.number(priority),
                    },
                    {
                      key: 'updated',
                      title: t('rule.updated'),
                      show: 'extra',
                      cell: ({ updatedAt }) => <Ago at={updatedAt} />,
                    },
                  ]}
                />
              )
            }
          </Loaded>
        </Panel>
        <TryCart />
      </div>
    </Page>
  );
};
