// Whether a plugin runs: waiting for consent, off, on, or on but failing.
import type { Plugin } from '@rapport/sdk/schemas';
import { Tag } from '../../parts/page.tsx';
import { useWords } from '../../words/words.ts';

export const PluginState = ({ plugin }: { plugin: Plugin }) => {
  const { t } = useWords();
  if (plugin.status === 'waiting-for-consent') return <Tag tone="warn">{t('plugins.waiting')}</Tag>;
  if (plugin.status === 'disabled') return <Tag>{t('status.disabled')}</Tag>;
  return plugin.circuit === 'closed' ? (
    <Tag tone="good">{t('status.enabled')}</Tag>
  ) : (
    <Tag tone="bad">{t('plugins.failing')}</Tag>
  );
};
