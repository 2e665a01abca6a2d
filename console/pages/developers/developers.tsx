// OAuth apps: made, their secret shown once, rotated, switched off; and the way to the API's own pages.
import { Button } from '@mantine/core';
import { changeClient, deleteClient, listClients, rotateClientSecret } from '@rapport/sdk/routes';
import type { Client } from '@rapport/sdk/schemas';
import { IconApi, IconCode, IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { useConfirm } from '../../parts/form.tsx';
import { later } from '../../parts/later.tsx';
import { Empty, Page, Panel, Tag } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded, tellTrouble } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';

const NewClient = later(async () => (await import('./new-client.tsx')).NewClient, null);
const Secret = later(async () => (await import('./new-client.tsx')).Secret, null);

export const Developers = () => {
  const { t } = useWords();
  const may = useMay();
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<{ client: Client; clientSecret: string | null }>();
  const clients = useInfiniteQuery({
    queryKey: ['clients'],
    queryFn: ({ pageParam, signal }) =>
      call(listClients, { query: { limit: 100, ...(pageParam && { cursor: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });
  const create = may('clients:write') && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
      {t('developers.new')}
    </Button>
  );
  return (
    <Page
      title={t('nav.developers')}
      lead={t('developers.lead')}
      actions={
        <>
          <Button component="a" href="/api/docs" variant="default" leftSection={<IconApi size={17} />}>
            {t('developers.docs')}
          </Button>
          {create}
        </>
      }
    >
      {making && (
        <NewClient
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setSecret(made);
          }}
        />
      )}
      {secret && <Secret {...secret} onClose={() => setSecret(undefined)} />}
      <Loaded query={clients}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          return (
            <Panel title={t('developers.apps')} bare>
              {rows.length === 0 ? (
                <Empty
                  icon={<IconCode size={32} />}
                  title={t('developers.none')}
                  text={t('developers.noneText')}
                  action={create}
                />
              ) : (
                <ul className="apps">
                  {rows.map((client) => (
                    <App key={client.id} client={client} onSecret={setSecret} />
                  ))}
                </ul>
              )}
            </Panel>
          );
        }}
      </Loaded>
    </Page>
  );
};

type AppProps = { client: Client; onSecret: (made: { client: Client; clientSecret: string | null }) => void };

const App = ({ client, onSecret }: AppProps) => {
  const { t } = useWords();
  const may = useMay();
  const { ask, dialog } = useConfirm();
  const refresh = () => queries.invalidateQueries({ queryKey: ['clients'] });
  const params = { id: client.id };
  const rotate = useMutation({
    mutationFn: () => call(rotateClientSecret, { params }),
    onSuccess: (made) => {
      onSecret(made);
      void refresh();
    },
    onError: tellTrouble,
  });
  const change = useMutation({
    mutationFn: (status: 'active' | 'disabled') => call(changeClient, { params, body: { status } }),
    onSuccess: refresh,
    onError: tellTrouble,
  });
  const remove = useMutation({
    mutationFn: () => call(deleteClient, { params }),
    onSuccess: refresh,
    onError: tellTrouble,
  });
  const active = client.status === 'active';
  return (
    <li>
      {dialog}
      <div className="app-text">
        <strong>{client.name}</strong>{' '}
        {active ? <Tag tone="good">{t('status.active')}</Tag> : <Tag tone="warn">{t('status.disabled')}</Tag>}
        <div className="mono dim">{client.id}</div>
        <div className="tags">
          {client.scopes.map((scope) => (
            <Tag key={scope}>{scope}</Tag>
          ))}
        </div>
        <div className="small dim">
          {client.grants.map((grant) => t(`developers.grants.${grant}`)).join(' · ')}
          {client.redirectUris.length > 0 && ` · ${client.redirectUris.join(', ')}`}
          {' · '}
          <Ago at={client.createdAt} />
        </div>
      </div>
      {may('clients:write') && (
        <div className="page-actions">
          {client.kind === 'confidential' && (
            <Button
              size="xs"
              variant="default"
              loading={rotate.isPending}
              onClick={() =>
                ask({
                  title: t('developers.rotateTitle'),
                  text: t('developers.rotateText'),
                  confirm: t('developers.rotate'),
                  act: () => rotate.mutate(),
                })
              }
            >
              {t('developers.rotate')}
            </Button>
          )}
          <Button
            size="xs"
            variant="default"
            loading={change.isPending}
            onClick={() => change.mutate(active ? 'disabled' : 'active')}
          >
            {t(active ? 'plugins.disable' : 'plugins.enable')}
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={remove.isPending}
            onClick={() =>
              ask({
                title: t('developers.removeTitle', { name: client.name }),
                text: t('developers.removeText'),
                confirm: t('do.remove'),
                danger: true,
                act: () => remove.mutate(),
              })
            }
          >
            {t('do.remove')}
          </Button>
        </div>
      )}
    </li>
  );
};
