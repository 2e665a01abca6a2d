// The overview: how many, what fired, what came in, and the first steps while the installation is empty.
import { Button, Progress } from '@mantine/core';
import { listCustomers } from '@rapport/sdk/routes';
import { IconBellCheck, IconFileImport, IconTargetArrow } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../api/client.ts';
import { useAlerts, useCustomerCount, useFirings, useImports, usePromotions, useSegments } from '../api/figures.ts';
import { useMay } from '../api/session.ts';
import { nameOf } from '../parts/customer-name.ts';
import { Figures } from '../parts/figure.tsx';
import { Avatar, Empty, Page, Panel } from '../parts/page.tsx';
import { Ago, Status, useNow } from '../parts/time.tsx';
import { Loaded } from '../parts/trouble.tsx';
import { useFormat } from '../words/format.ts';
import { useWords } from '../words/words.ts';
import { useSteps } from './setup.tsx';

const week = 7 * 86_400_000;

export const Overview = () => {
  const { t } = useWords();
  const format = useFormat();
  const may = useMay();
  const customers = useCustomerCount();
  const segments = useSegments();
  const promotions = usePromotions();
  const { firings, pending } = useFirings(50);
  const now = useNow(60_000);
  const recent = firings.filter(({ at }) => now - new Date(at).getTime() < week);
  const active = (list: { status: string }[] | undefined) => list?.filter(({ status }) => status === 'active').length;
  return (
    <Page title={t('overview.title')} lead={t('overview.lead')}>
      <div className="grid">
        <FirstSteps />
        <Figures
          figures={[
            ...(may('segments:read')
              ? [
                  {
                    label: t('overview.customers'),
                    value: customers.data === undefined ? undefined : format.number(customers.data),
                    to: '/customers',
                  },
                  { label: t('overview.segments'), value: active(segments.data?.data), to: '/segments' },
                ]
              : []),
            ...(may('promotions:read')
              ? [{ label: t('overview.promotions'), value: active(promotions.data?.data), to: '/promotions' }]
              : []),
            ...(may('alerts:read')
              ? [{ label: t('overview.alertsWeek'), value: pending ? undefined : recent.length, to: '/alerts' }]
              : []),
          ]}
        />
        <div className="columns two">
          {may('alerts:read') && <Attention />}
          {may('segments:read') && <Biggest />}
          {may('imports:read') && <Imports />}
          {may('customers:read') && <Newest />}
        </div>
      </div>
    </Page>
  );
};

const FirstSteps = () => {
  const { t } = useWords();
  const { steps, known } = useSteps();
  const done = steps.filter((step) => step.done).length;
  if (!known || done === steps.length || steps.length === 0) return null;
  return (
    <section className="panel steps-bar" aria-label={t('setup.title')}>
      <strong>{t('setup.title')}</strong>
      <span className="dim small">{t('setup.progress', { done, total: steps.length })}</span>
      <Progress
        value={(done / steps.length) * 100}
        size="sm"
        aria-label={t('setup.title')}
        className="steps-progress"
      />
      <Button component={Link} to="/setup" size="xs" variant="default">
        {t('nav.setup')}
      </Button>
    </section>
  );
};

const Attention = () => {
  const { t } = useWords();
  const alerts = useAlerts();
  const { firings, pending } = useFirings(50);
  const names = new Map(alerts.data?.data.map(({ key, name }) => [key, name]));
  return (
    <Panel title={t('overview.attention')} bare>
      {firings.length === 0 && !pending && (
        <Empty
          icon={<IconBellCheck size={28} />}
          title={t('overview.attentionEmpty')}
          text={t('overview.attentionEmptyText')}
        />
      )}
      <ul className="lines">
        {firings.slice(0, 8).map((firing) => (
          <li key={firing.id}>
            <Link to="/alerts/$key" params={{ key: firing.alert }} className="link ellipsis">
              {names.get(firing.alert) ?? firing.alert}
            </Link>
            <span className="dim small">
              <Ago at={firing.at} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
};

const Biggest = () => {
  const { t } = useWords();
  const format = useFormat();
  const may = useMay();
  const segments = useSegments();
  return (
    <Panel title={t('overview.biggest')} bare>
      <Loaded query={segments}>
        {({ data }) => {
          const active = data.filter(({ status }) => status === 'active').sort((a, b) => b.members - a.members);
          if (active.length === 0)
            return (
              <Empty
                icon={<IconTargetArrow size={28} />}
                title={t('overview.biggestEmpty')}
                text={t('overview.biggestEmptyText')}
                action={
                  may('segments:write') && (
                    <Button component={Link} to="/segments/new" size="xs">
                      {t('overview.newSegment')}
                    </Button>
                  )
                }
              />
            );
          const largest = Math.max(active[0]!.members, 1);
          return (
            <ul className="lines">
              {active.slice(0, 8).map(({ key, name, members }) => (
                <li key={key}>
                  <Link to="/segments/$key" params={{ key }} className="link ellipsis">
                    {name}
                  </Link>
                  <span className="bar" aria-hidden="true">
                    <i style={{ width: `${(members / largest) * 100}%` }} />
                  </span>
                  <span className="num small" style={{ minWidth: '7ch', textAlign: 'right' }}>
                    {format.number(members)}
                  </span>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Panel>
  );
};

const Imports = () => {
  const { t } = useWords();
  const format = useFormat();
  const may = useMay();
  const imports = useImports(6);
  return (
    <Panel title={t('overview.imports')} bare>
      <Loaded query={imports}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty
              icon={<IconFileImport size={28} />}
              title={t('overview.importsEmpty')}
              text={t('overview.importsEmptyText')}
              action={
                may('imports:write') && (
                  <Button component={Link} to="/imports/new" size="xs">
                    {t('overview.importNow')}
                  </Button>
                )
              }
            />
          ) : (
            <ul className="lines">
              {data.map((item) => (
                <li key={item.id}>
                  <Link to="/imports/$id" params={{ id: item.id }} className="link ellipsis">
                    {item.fileName ?? item.what}
                  </Link>
                  <span className="num small dim">{format.number(item.accepted)}</span>
                  <Status status={item.status} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
};

const Newest = () => {
  const { t } = useWords();
  const newest = useQuery({
    queryKey: ['customers', 'newest'],
    queryFn: ({ signal }) => call(listCustomers, { query: { limit: 8, sort: '-createdAt' }, signal }),
  });
  if (newest.data?.data.length === 0) return null;
  return (
    <Panel title={t('overview.newest')} bare>
      <Loaded query={newest}>
        {({ data }) => (
          <ul className="lines">
            {data.map((customer) => (
              <li key={customer.id}>
                <span className="who">
                  <Avatar name={nameOf(customer)} />
                  <Link to="/customers/$id" params={{ id: customer.id }} className="link ellipsis">
                    {nameOf(customer)}
                  </Link>
                </span>
                <span className="dim small ellipsis">
                  {[customer.city, customer.country].filter(Boolean).join(', ')}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
};
