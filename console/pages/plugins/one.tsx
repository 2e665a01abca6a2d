// One plugin: what it asks for, its settings, what its calls came to, what it logged.
import '../../styles/plugins.css';
import { Button } from '@mantine/core';
import { disablePlugin, enablePlugin, getPlugin, removePlugin } from '@rapport/sdk/routes';
import type { Plugin } from '@rapport/sdk/schemas';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { call, queries } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { later } from '../../parts/later.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { PageTabs } from '../../parts/tabs.tsx';
import { useTakeAway } from '../../parts/take-away.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded, tellTrouble } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';
import { Consent } from './consent.tsx';
import { idParam } from './plugin-id.ts';
import { localText } from './settings-schema.ts';
import { PluginState } from './state.tsx';

const Runs = later(async () => (await import('./activity.tsx')).Runs);
const Logs = later(async () => (await import('./activity.tsx')).Logs);
const Scorers = later(async () => (await import('./scorers.tsx')).Scorers);
const SettingsForm = later(async () => (await import('./settings-form.tsx')).SettingsForm);

export const PluginPage = () => {
  const { id } = useParams({ from: '/frame/plugins/$id' });
  const query = useQuery({
    queryKey: ['plugins', id],
    queryFn: ({ signal }) => call(getPlugin, { params: { id }, signal }),
  });
  return <Loaded query={query}>{(data) => <Whole plugin={data} />}</Loaded>;
};

const Whole = ({ plugin }: { plugin: Plugin }) => {
  const { t, language } = useWords();
  const may = useMay();
  const navigate = useNavigate();
  const { takeAway, dialog } = useTakeAway();
  const { tab = 'access' } = useSearch({ from: '/frame/plugins/$id' });
  const id = idParam(plugin.id);
  const mayWrite = may('plugins:write');
  const refresh = () => queries.invalidateQueries({ queryKey: ['plugins'] });
  const enable = useMutation({
    mutationFn: () => call(enablePlugin, { params: { id } }),
    onSuccess: refresh,
    onError: tellTrouble,
  });
  const disable = useMutation({
    mutationFn: () => call(disablePlugin, { params: { id } }),
    onSuccess: refresh,
    onError: tellTrouble,
  });
  const remove = useMutation({
    mutationFn: (cascade: boolean) => call(removePlugin, { params: { id }, query: { cascade } }),
    onSuccess: async () => {
      await navigate({ to: '/plugins' });
      await refresh();
    },
    onError: tellTrouble,
  });
  const hasSettings =
    Object.keys((plugin.settingsSchema as { properties?: object } | null)?.properties ?? {}).length > 0;
  const scorers = (plugin.provides.scorers ?? []).map(({ key, title }) => ({
    key,
    title: localText(title, language) ?? key,
  }));
  return (
    <Page
      title={localText(plugin.title, language) ?? plugin.id}
      back={{ to: '/plugins', label: t('nav.plugins') }}
      lead={
        <>
          {localText(plugin.description, language)}
          <br />
          <span className="head-tags">
            <PluginState plugin={plugin} />
            <span className="mono">
              {plugin.id} {plugin.version}
            </span>
            <span>
              {t('plugins.by', { publisher: plugin.publisher })} · {plugin.license}
            </span>
          </span>
        </>
      }
      actions={
        mayWrite && (
          <>
            {plugin.status === 'disabled' && (
              <Button loading={enable.isPending} onClick={() => enable.mutate()}>
                {t('plugins.enable')}
              </Button>
            )}
            {plugin.status === 'enabled' && (
              <Button variant="default" loading={disable.isPending} onClick={() => disable.mutate()}>
                {t('plugins.disable')}
              </Button>
            )}
            {plugin.origin !== 'bundled' && (
              <Button
                variant="default"
                onClick={() =>
                  void takeAway({
                    of: `plugin:${plugin.id}`,
                    title: t('plugins.removeTitle'),
                    text: t('plugins.removeText'),
                    confirm: t('do.remove'),
                    act: (cascade) => remove.mutate(cascade),
                  })
                }
              >
                {t('do.remove')}
              </Button>
            )}
          </>
        )
      }
    >
      {dialog}
      {plugin.disabledReason && (
        <p className="notice" role="alert">
          {plugin.disabledReason}
        </p>
      )}
      {plugin.oldestNoticeAt && (
        <p className="muted">
          {t('plugins.noticesWait', { count: plugin.waitingNotices })} <Ago at={plugin.oldestNoticeAt} />
        </p>
      )}
      <PageTabs
        label={plugin.id}
        value={tab}
        onChange={(next) => void navigate({ to: '/plugins/$id', params: { id }, search: { tab: next }, replace: true })}
        tabs={[
          {
            value: 'access',
            label: t('plugins.access'),
            content: () => <Consent key={plugin.updatedAt} plugin={plugin} mayWrite={mayWrite} />,
          },
          ...(hasSettings
            ? [
                {
                  value: 'settings',
                  label: t('nav.settings'),
                  content: () => (
                    <Panel className="narrow-panel">
                      <SettingsForm key={plugin.updatedAt} plugin={plugin} readOnly={!mayWrite} />
                    </Panel>
                  ),
                },
              ]
            : []),
          ...(scorers.length > 0 && plugin.status === 'enabled' && may('insights:read')
            ? [
                {
                  value: 'scores',
                  label: t('plugins.scorers.title'),
                  content: () => <Scorers scorers={scorers} plugin={plugin.id} />,
                },
              ]
            : []),
          { value: 'runs', label: t('plugins.runs'), content: () => <Runs id={id} /> },
          { value: 'logs', label: t('plugins.logs'), content: () => <Logs id={id} /> },
        ]}
      />
    </Page>
  );
};
