// Why a rule holds for somebody or not: every condition with what is and what is needed, how near it came, and the rows behind it.

import type { ConditionResult } from '@rapport/sdk/schemas';
import { IconCheck, IconQuestionMark, IconX } from '@tabler/icons-react';
import { readWindow, titleOf, type Vocabulary } from '../api/vocabulary-words.ts';
import { useFormat } from '../words/format.ts';
import { useWords, wordsFor } from '../words/words.ts';
import { Tag } from './page.tsx';

type TreeProps = { result: ConditionResult; vocabulary: Vocabulary | undefined };

export const Explanation = ({ result, vocabulary }: TreeProps) => {
  const { t } = useWords();
  const children = result.all ?? result.any ?? (result.not ? [result.not] : undefined);
  if (!children) return <Leaf result={result} vocabulary={vocabulary} />;
  const title = result.not ? t('explain.not') : t(result.all ? 'explain.all' : 'explain.any');
  return (
    <div className="why-group" data-result={String(result.result ?? 'unknown')}>
      <div className="why-head">
        <Mark holds={result.result ?? null} />
        <strong>{title}</strong>
        {result.condition && <Tag>{t('explain.named', { key: result.condition })}</Tag>}
      </div>
      <div className="why-rows">
        {children.map((child, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the tree is drawn once and has no identities
          <Explanation key={index} result={child} vocabulary={vocabulary} />
        ))}
      </div>
    </div>
  );
};

const Mark = ({ holds }: { holds: boolean | null }) => {
  const { t } = useWords();
  const said = holds === null ? 'explain.unknown' : holds ? 'explain.holds' : 'explain.fails';
  const Icon = holds === null ? IconQuestionMark : holds ? IconCheck : IconX;
  return (
    <span className="why-mark" data-holds={holds ?? 'unknown'} role="img" aria-label={t(said)}>
      <Icon size={13} stroke={2.6} />
    </span>
  );
};

const Leaf = ({ result, vocabulary }: TreeProps) => {
  const { t, language } = useWords();
  const format = useFormat();
  const fact = result.fact ? vocabulary?.facts.get(result.fact) : undefined;
  const operator = result.operator ? vocabulary?.operators.get(result.operator) : undefined;
  const needed =
    titleOf(result.needed, language, '') ||
    `${titleOf(operator?.title, language, result.operator ?? '')} ${show(result.value)}`;
  const evidence = result.evidence ?? [];
  return (
    <div className="why-leaf">
      <div className="why-head">
        <Mark holds={result.result ?? null} />
        <span>
          <strong>{titleOf(fact?.title, language, result.fact ?? result.name ?? '')}</strong>
          {result.params && Object.keys(result.params).length > 0 && (
            <span className="small dim">
              {' '}
              {Object.entries(result.params)
                .map(([name, value]) => paramText(t, name, value))
                .join(' · ')}
            </span>
          )}
        </span>
        {result.condition && <Tag>{t('explain.named', { key: result.condition })}</Tag>}
      </div>
      <dl className="why-facts small">
        <dt>{t('explain.actual')}</dt>
        <dd>{result.known === false ? t('explain.notKept') : show(result.actual ?? result.factResult)}</dd>
        <dt>{t('explain.needed')}</dt>
        <dd>{needed}</dd>
        {result.near && (
          <>
            <dt>{t('explain.near')}</dt>
            <dd>{titleOf(result.near, language, '')}</dd>
          </>
        )}
      </dl>
      {evidence.length > 0 && (
        <details className="small">
          <summary>{t('explain.evidence', { count: evidence.length })}</summary>
          <ul className="why-evidence">
            {evidence.map(({ id, at, ...rest }) => (
              <li key={id}>
                <time dateTime={at}>{format.moment(at)}</time>{' '}
                <span className="dim">
                  {Object.entries(rest)
                    .filter(([, value]) => typeof value !== 'object')
                    .map(([name, value]) => `${name}: ${String(value)}`)
                    .join(' · ')}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
};

const show = (value: unknown): string => {
  if (value === null || value === undefined) return '∅';
  if (Array.isArray(value)) return value.map(show).join(', ') || '∅';
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
};

const paramText = (t: ReturnType<typeof useWords>['t'], name: string, value: unknown): string => {
  if (name === 'within') {
    const window = readWindow(value);
    if (window.kind === 'last')
      return `${t('builder.window.last')} ${window.count} ${t(`builder.window.units.${window.unit}`)}`;
    if (window.kind === 'between') return `${window.from || '…'} – ${window.to || '…'}`;
  }
  return typeof value === 'string' ? wordsFor(t, `builder.choices.${value}`, value) : JSON.stringify(value);
};
