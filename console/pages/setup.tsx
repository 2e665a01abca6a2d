// First steps on an empty installation. Each is done when the data says so; nothing is ticked by hand.
import { Button } from '@mantine/core';
import type { Scope } from '@rapport/sdk';
import { listOrders, listPlugins, listUsers } from '@rapport/sdk/routes';
import { IconCircleCheckFilled, IconCircleDashed } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../api/client.ts';
import { useCustomerCount, useSegments } from '../api/figures.ts';
import { useMay } from '../api/session.ts';
import { Page } from '../parts/page.tsx';
import { useWords } from '../words/words.ts';

type StepName = 'customers' | 'orders' | 'segment' | 'plugin' | 'colleague';
type Step = { name: StepName; to: string; scope: Scope; done: boolean | undefined };

export const useSteps = (): { steps: (Step & { done: boolean })[]; known: boolean } => {
  const may = useMay();
  const customers = useCustomerCount();
  const segments = useSegments();
  const orders = useQuery({
    queryKey: ['orders', 'any'],
    queryFn: ({ signal }) => call(listOrders, { query: { limit: 1 }, signal }),
    enabled: may('orders:read'),
  });
  const plugins = useQuery({
    queryKey: ['plugins'],
    queryFn: ({ signal }) => call(listPlugins, { signal }),
    enabled: may('plugins:read'),
  });
  const users = useQuery({
    queryKey: ['users', 'two'],
    queryFn: ({ signal }) => call(listUsers, { query: { limit: 2 }, signal }),
    enabled: may('users:read'),
  });
  const all: Step[] = [
    {
      name: 'customers',
      to: '/imports/new',
      scope: 'imports:write',
      done: customers.data === undefined ? undefined : customers.data > 0,
    },
    { name: 'orders', to: '/imports/new', scope: 'imports:write', done: orders.data && orders.data.data.length > 0 },
    {
      name: 'segment',
      to: '/segments/new',
      scope: 'segments:write',
      done: segments.data?.data.some(({ status }) => status === 'active'),
    },
    {
      name: 'plugin',
      to: '/plugins',
      scope: 'plugins:write',
      done: plugins.data?.data.some(({ status }) => status === 'enabled'),
    },
    { name: 'colleague', to: '/settings', scope: 'users:write', done: users.data && users.data.data.length > 1 },
  ];
  const mine = all.filter(({ scope }) => may(scope));
  return {
    steps: mine.map((step) => ({ ...step, done: step.done ?? false })),
    known: mine.every(({ done }) => done !== undefined),
  };
};

export const Setup = () => {
  const { t } = useWords();
  const { steps } = useSteps();
  const done = steps.filter((step) => step.done).length;
  return (
    <Page
      title={t('setup.title')}
      lead={t('setup.lead')}
      actions={
        <Button component={Link} to="/" variant="default">
          {t('setup.hide')}
        </Button>
      }
    >
      <p className="dim small">{t('setup.progress', { done, total: steps.length })}</p>
      <ol className="panel steps">
        {steps.map((step) => (
          <li key={step.name} data-done={step.done || undefined}>
            <span className="step-mark" aria-hidden="true">
              {step.done ? <IconCircleCheckFilled size={22} /> : <IconCircleDashed size={22} />}
            </span>
            <div>
              <h2>{t(`setup.${step.name}`)}</h2>
              <p className="dim">{t(`setup.${step.name}Text`)}</p>
            </div>
            {step.done ? (
              <span className="small dim">{t('setup.done')}</span>
            ) : (
              <Button
                component={Link}
                to={step.to}
                size="xs"
                variant="default"
                aria-label={`${t('setup.start')}: ${t(`setup.${step.name}`)}`}
              >
                {t('setup.start')}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </Page>
  );
};
