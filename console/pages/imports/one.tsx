// One import: how far it is, what came of it, what was refused and corrected; a dry run can be run for real.
import '../../styles/imports.css';
import { Button, Progress } from '@mantine/core';
import { cancelImport, commitImport, getImport } from '@rapport/sdk/routes';
import type { Import } from '@rapport/sdk/schemas';
import { IconDownload } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { call, queries } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { Figures } from '../../parts/figure.tsx';
import { Page, Panel, Tag } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded, Trouble, tellDone, tellTrouble } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords, wordsFor } from '../../words/words.ts';
import { ImportState } from './state.tsx';

const ended = (status: string): boolean => status === 'done' || status === 'failed' || status === 'cancelled';

export const ImportPage = () => {
  const { id } = useParams({ from: '/frame/imports/$id' });
  const query = useQuery({
    queryKey: ['imports', 'one', id],
    queryFn: ({ signal }) => call(getImport, { params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data && ended(state.data.status) ? false : 700),
  });
  return <Loaded query={query}>{(data) => <Whole item={data} />}</Loaded>;
};

const Whole = ({ item }: { item: Import }) => {
  const { t } = useWords();
  const format = useFormat();
  const may = useMay();
  const navigate = useNavigate();
  const running = !ended(item.status);
  const { id } = item;
  const commit = useMutation({
    mutationFn: () => call(commitImport, { params: { id } }),
    onSuccess: async (next) => {
      tellDone(t('imports.committed'));
      await queries.invalidateQueries({ queryKey: ['imports'] });
      await navigate({ to: '/imports/$id', params: { id: next.id } });
    },
  });
  const cancel = useMutation({
    mutationFn: () => call(cancelImport, { params: { id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['imports'] }),
    onError: tellTrouble,
  });
  const mayWrite = may('imports:write');
  return (
    <Page
      title={item.fileName ?? t(`imports.whats.${item.what}`)}
      back={{ to: '/imports', label: t('nav.imports') }}
      lead={
        <span className="head-tags">
          <ImportState status={item.status} />
          {item.dryRun && <Tag>{t('imports.dryRun')}</Tag>}
          <span>{t(`imports.whats.${item.what}`)}</span>
          <Ago at={item.createdAt} />
          <span>{t('imports.by', { name: item.createdBy })}</span>
        </span>
      }
      actions={
        <>
          {item.rejected > 0 && may('pii') && (
            <Button
              component="a"
              href={`/api/v1/imports/${encodeURIComponent(id)}/rejects`}
              download
              variant="default"
              leftSection={<IconDownload size={16} />}
            >
              {t('imports.rejectsFile')}
            </Button>
          )}
          {running && mayWrite && (
            <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              {t('imports.stop')}
            </Button>
          )}
          {item.dryRun && item.status === 'done' && mayWrite && (
            <Button loading={commit.isPending} disabled={item.accepted === 0} onClick={() => commit.mutate()}>
              {t('imports.commit')}
            </Button>
          )}
        </>
      }
    >
      <div className="grid">
        <Trouble error={commit.error} />
        {running && (
          <Panel>
            <Progress value={item.progress.percent} size="lg" animated aria-label={t('imports.statuses.running')} />
            <div className="small dim num" style={{ marginTop: 6 }} role="status">
              {format.percent(item.progress.percent / 100)} ·{' '}
              {t('imports.rate', { rate: format.number(item.progress.rowsPerSecond) })}
              {item.progress.etaSeconds !== null && ` · ${t('imports.eta', { seconds: item.progress.etaSeconds })}`}
            </div>
          </Panel>
        )}
        {item.error && (
          <p className="notice" role="alert">
            {item.error.detail}
          </p>
        )}
        <Figures
          figures={[
            { label: t('imports.read'), value: format.number(item.read) },
            { label: t('imports.accepted'), value: format.number(item.accepted) },
            { label: t('imports.rejected'), value: format.number(item.rejected) },
            ...tables(item.created).map(([name, count]) => ({
              label: `${t('imports.created')}: ${wordsFor(t, `imports.tables.${name}`, name)}`,
              value: format.number(count),
            })),
            ...tables(item.updated).map(([name, count]) => ({
              label: `${t('imports.updated')}: ${wordsFor(t, `imports.tables.${name}`, name)}`,
              value: format.number(count),
            })),
          ]}
        />
        <div className="columns">
          {item.rejects.length > 0 && <Rejects item={item} />}
          {item.corrections.length > 0 && <Corrections item={item} />}
        </div>
      </div>
    </Page>
  );
};

const tables = (counts: unknown): [string, number][] =>
  Object.entries(counts as Record<string, number>).filter(([, count]) => count > 0);

const Rejects = ({ item }: { item: Import }) => {
  const { t } = useWords();
  const format = useFormat();
  return (
    <Panel title={t('imports.rejects')} bare>
      <p className="pad tags">
        {tables(item.rejectedBy).map(([code, count]) => (
          <Tag key={code} tone="warn">
            {code} · {format.number(count)}
          </Tag>
        ))}
      </p>
      <ul className="lines">
        {item.rejects.map(({ row, field, code, reason }) => (
          <li key={`${row}-${field}-${code}`}>
            <span className="two-lines">
              <span>{reason}</span>
              <span className="small dim">
                {t('imports.row')} {row}
                {field && ` · ${field}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
};

const Corrections = ({ item }: { item: Import }) => {
  const { t } = useWords();
  return (
    <Panel title={t('imports.corrections')} bare>
      <ul className="lines">
        {item.corrections.map(({ row, field, kind, from, to }) => (
          <li key={`${row}-${field}-${kind}`}>
            <span className="two-lines">
              <span className="correction">
                <del>{from ?? '•••'}</del> → <ins>{to ?? '•••'}</ins>
              </span>
              <span className="small dim">
                {t('imports.row')} {row} · {field} · {kind}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
};
