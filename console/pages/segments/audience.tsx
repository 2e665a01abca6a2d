// Who would be in, while the rule is being written: a count, how long it took, and a few of them.
import { Loader } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { usePreview } from '../../builder/live.ts';
import { Panel } from '../../parts/page.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';

type AudienceProps = { settled: unknown; valid: boolean; open: number };

export const Audience = ({ settled, valid, open }: AudienceProps) => {
  const { t } = useWords();
  const format = useFormat();
  const preview = usePreview(settled, valid);
  const { data } = preview;
  return (
    <Panel
      title={t('segments.audience')}
      className="audience"
      actions={preview.isFetching && <Loader size={14} aria-label={t('say.loading')} />}
    >
      <div aria-live="polite" aria-atomic="true">
        <div className="big num" data-old={preview.isPlaceholderData || !valid || undefined}>
          {data ? format.number(data.count) : '–'}
        </div>
        <div className="small dim">
          {data
            ? t('segments.counted', { count: data.count, ms: Math.max(1, Math.round(data.tookMs)) })
            : t('segments.countHint')}
        </div>
      </div>
      {open > 0 && <p className="small warn-text">{t('builder.open', { count: open })}</p>}
      {valid && <Trouble error={preview.error} retry={() => void preview.refetch()} />}
      {data && data.sample.length > 0 && (
        <ul className="sample" aria-label={t('segments.sample')}>
          {data.sample.map(({ id, name, city, country }) => (
            <li key={id}>
              <Link to="/customers/$id" params={{ id }} className="link ellipsis">
                {name ?? id.slice(0, 8)}
              </Link>
              <span className="small dim ellipsis">{[city, country].filter(Boolean).join(', ')}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
};
