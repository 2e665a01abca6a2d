// The versions of a rule and who switched to which, with what that changed; an older version can be made active again.
import { Button } from '@mantine/core';
import type { RuleHistory } from '@rapport/sdk/schemas';
import { useFormat } from '../words/format.ts';
import { useWords } from '../words/words.ts';
import { Panel, Tag } from './page.tsx';
import { Ago } from './time.tsx';

type HistoryProps = { history: RuleHistory; onActivate?: ((version: number) => void) | undefined };

export const History = ({ history, onActivate }: HistoryProps) => {
  const { t } = useWords();
  const format = useFormat();
  return (
    <div className="columns">
      <Panel title={t('rule.versions')} bare>
        <ul className="lines">
          {history.versions.map((version) => (
            <li key={version.version}>
              <span className="two-lines">
                <strong>{t('rule.versionNo', { version: version.version })}</strong>
                <span className="small dim ellipsis">
                  {version.author} · {format.moment(version.createdAt)}
                </span>
              </span>
              {version.active ? (
                <Tag tone="good">{t('status.active')}</Tag>
              ) : (
                onActivate && (
                  <Button size="xs" variant="default" onClick={() => onActivate(version.version)}>
                    {t('rule.activateVersion')}
                  </Button>
                )
              )}
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title={t('rule.activations')} bare>
        {history.activations.length === 0 && <p className="small dim pad">{t('rule.neverActive')}</p>}
        <ul className="lines">
          {history.activations.map((activation) => (
            <li key={`${activation.at}-${activation.version}`} className="activation">
              <div>
                <strong>
                  {activation.from === null
                    ? t('rule.versionNo', { version: activation.version })
                    : `${t('rule.versionNo', { version: activation.from })} → ${activation.version}`}
                </strong>
                <span className="small dim">
                  {' '}
                  {activation.author} · <Ago at={activation.at} />
                </span>
                {activation.diff.length > 0 && (
                  <details className="small">
                    <summary>{t('rule.changes', { count: activation.diff.length })}</summary>
                    <ul className="diff mono">
                      {activation.diff.map(({ pointer, before, after }) => (
                        <li key={pointer}>
                          <span>{pointer}</span>
                          {before !== undefined && <del>{JSON.stringify(before)}</del>}
                          {after !== undefined && <ins>{JSON.stringify(after)}</ins>}
                        </li>
                      ))}
                    </ul>
                  </details>
                )}
              </div>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
};
