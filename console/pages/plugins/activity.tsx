// What a plugin's calls came to, and what it logged.
import { listPluginLogs, listPluginRuns } from '@rapport/sdk/routes';
import { useInfiniteQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { Empty, Panel, Tag } from '../../parts/page.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords, wordsFor } from '../../words/words.ts';

const pages = { initialPageParam: '', getNextPageParam: (last: { next: string | null }) => last.next };

export const Runs = ({ id }: { id: string }) => {
  const { t } = useWords();
  const format = useFormat();
  const runs = useInfiniteQuery({
    queryKey: ['plugins', id, 'runs'],
    queryFn: ({ pageParam, signal }) =>
      call(listPluginRuns, { params: { id }, query: { limit: 100, ...(pageParam && { cursor: pageParam }) }, signal }),
    ...pages,
  });
  return (
    <Panel bare>
      <Loaded query={runs}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.data);
          if (rows.length === 0) return <Empty title={t('plugins.noRuns')} />;
          return (
            <Table
              label={t('plugins.runs')}
              rows={rows}
              keyOf={(run) => run.id}
              more={{ has: runs.hasNextPage, loading: runs.isFetchingNextPage, load: () => void runs.fetchNextPage() }}
              columns={[
                {
                  key: 'hook',
                  title: t('plugins.hook'),
                  cell: ({ hook, provider, reason }) => (
                    <div className="two-lines">
                      <span className="mono">
                        {hook} {provider && <span className="dim">{provider}</span>}
                      </span>
                      {reason && <span className="small dim">{reason}</span>}
                    </div>
                  ),
                },
                {
                  key: 'outcome',
                  title: t('plugins.outcome'),
                  cell: ({ outcome }) => (
                    <Tag tone={outcome === 'ok' ? 'good' : 'bad'}>
                      {wordsFor(t, `plugins.outcomes.${outcome}`, outcome)}
                    </Tag>
                  ),
                },
                {
                  key: 'count',
                  title: t('plugins.calls'),
                  end: true,
                  show: 'extra',
                  cell: ({ count }) => format.number(count),
                },
                {
                  key: 'ms',
                  title: 'ms',
                  end: true,
                  show: 'extra',
                  cell: ({ wallMs, slowestMs }) => `${Math.round(wallMs)} / ${Math.round(slowestMs)}`,
                },
                { key: 'at', title: t('plugins.when'), cell: ({ at }) => <Ago at={at} /> },
              ]}
            />
          );
        }}
      </Loaded>
    </Panel>
  );
};

export const Logs = ({ id }: { id: string }) => {
  const { t } = useWords();
  const logs = useInfiniteQuery({
    queryKey: ['plugins', id, 'logs'],
    queryFn: ({ pageParam, signal }) =>
      call(listPluginLogs, { params: { id }, query: { limit: 100, ...(pageParam && { cursor: pageParam }) }, signal }),
    ...pages,
  });
  return (
    <Panel bare>
      <Loaded query={logs}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.data);
          if (rows.length === 0) return <Empty title={t('plugins.noLogs')} />;
          return (
            <Table
              label={t('plugins.logs')}
              rows={rows}
              keyOf={(line) => line.id}
              more={{ has: logs.hasNextPage, loading: logs.isFetchingNextPage, load: () => void logs.fetchNextPage() }}
              columns={[
                {
                  key: 'level',
                  title: t('plugins.level'),
                  cell: ({ level }) => (
                    <Tag tone={level === 'error' ? 'bad' : level === 'warn' ? 'warn' : 'plain'}>{level}</Tag>
                  ),
                },
                {
                  key: 'message',
                  title: t('plugins.message'),
                  cell: ({ message, fields }) => (
                    <div className="two-lines">
                      <span>{message}</span>
                      {fields !== null && <span className="small dim mono">{JSON.stringify(fields)}</span>}
                    </div>
                  ),
                },
                { key: 'at', title: t('plugins.when'), cell: ({ at }) => <Ago at={at} /> },
              ]}
            />
          );
        }}
      </Loaded>
    </Panel>
  );
};
