// The plugins: what each does, whether it runs, and what waits for consent.
import '../../styles/plugins.css';
import { Button, FileButton } from '@mantine/core';
import { installPlugin, listPlugins } from '@rapport/sdk/routes';
import type { Plugin } from '@rapport/sdk/schemas';
import { IconPlug, IconUpload } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { call, queries } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { Empty, Page, Panel, Tag } from '../../parts/page.tsx';
import { Loaded, tellTrouble } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';
import { idParam } from './plugin-id.ts';
import { localText } from './settings-schema.ts';
import { PluginState } from './state.tsx';

export const Plugins = () => {
  const { t } = useWords();
  const may = useMay();
  const navigate = useNavigate();
  const plugins = useQuery({ queryKey: ['plugins'], queryFn: ({ signal }) => call(listPlugins, { signal }) });
  const install = useMutation({
    mutationFn: (file: File) => call(installPlugin, { body: file, headers: { 'Content-Type': 'application/gzip' } }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['plugins'] });
      await navigate({ to: '/plugins/$id', params: { id: idParam(id) } });
    },
    onError: tellTrouble,
  });
  return (
    <Page
      title={t('nav.plugins')}
      lead={t('plugins.lead')}
      actions={
        may('plugins:write') && (
          <FileButton
            accept=".tgz,.tar.gz,application/gzip"
            onChange={(file) => file && install.mutate(file)}
            inputProps={{ 'aria-label': t('plugins.upload') }}
          >
            {(props) => (
              <Button {...props} variant="default" leftSection={<IconUpload size={16} />} loading={install.isPending}>
                {t('plugins.upload')}
              </Button>
            )}
          </FileButton>
        )
      }
    >
      <Loaded query={plugins}>
        {({ data }) =>
          data.length === 0 ? (
            <Panel>
              <Empty icon={<IconPlug size={32} />} title={t('plugins.none')} text={t('plugins.noneText')} />
            </Panel>
          ) : (
            <ul className="cards">
              {data.map((plugin) => (
                <Card key={plugin.id} plugin={plugin} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
};

const Card = ({ plugin }: { plugin: Plugin }) => {
  const { t, language } = useWords();
  const { provides } = plugin;
  const kinds = (['recommenders', 'scorers', 'channels', 'hooks', 'recordTypes', 'schedules', 'http'] as const).filter(
    (kind) => (provides[kind]?.length ?? 0) > 0,
  );
  return (
    <li className="panel card">
      <div className="card-head">
        <Link to="/plugins/$id" params={{ id: idParam(plugin.id) }} className="card-link">
          {localText(plugin.title, language)}
        </Link>
        <PluginState plugin={plugin} />
      </div>
      <p>{localText(plugin.description, language)}</p>
      <div className="tags">
        {kinds.map((kind) => (
          <Tag key={kind}>{t(`plugins.provides.${kind}`)}</Tag>
        ))}
      </div>
      <div className="small dim mono">
        {plugin.id} {plugin.version}
      </div>
    </li>
  );
};
