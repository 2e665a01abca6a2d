// Imports: what is running, what came in, what was refused.
import { Button, Progress } from '@mantine/core';
import { listImports } from '@rapport/sdk/routes';
import type { Import } from '@rapport/sdk/schemas';
import { IconFileImport } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { Empty, Page, Panel, Tag } from '../../parts/page.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { ImportState } from './state.tsx';

const busy = ({ status }: Import): boolean => status === 'waiting' || status === 'running';

export const Imports = () => {
  const { t } = useWords();
  const format = useFormat();
  const may = useMay();
  const imports = useInfiniteQuery({
    queryKey: ['imports', 'list'],
    queryFn: ({ pageParam, signal }) =>
      call(listImports, { query: { limit: 50, ...(pageParam && { cursor: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
    refetchInterval: ({ state }) => (state.data?.pages.some(({ data }) => data.some(busy)) ? 1500 : false),
  });
  const start = may('imports:write') && (
    <Button component={Link} to="/imports/new" leftSection={<IconFileImport size={16} />}>
      {t('imports.new')}
    </Button>
  );
  return (
    <Page title={t('nav.imports')} lead={t('imports.lead')} actions={start}>
      <Panel bare>
        <Loaded query={imports}>
          {({ pages }) => {
            const rows = pages.flatMap(({ data }) => data);
            if (rows.length === 0)
              return (
                <Empty
                  icon={<IconFileImport size={32} />}
                  title={t('overview.importsEmpty')}
                  text={t('overview.importsEmptyText')}
                  action={start}
                />
              );
            return (
              <Table
                label={t('nav.imports')}
                rows={rows}
                keyOf={({ id }) => id}
                more={{
                  has: imports.hasNextPage,
                  loading: imports.isFetchingNextPage,
                  load: () => void imports.fetchNextPage(),
                }}
                columns={[
                  {
                    key: 'file',
                    title: t('imports.file'),
                    cell: (row) => (
                      <div className="two-lines">
                        <Link to="/imports/$id" params={{ id: row.id }} className="link ellipsis">
                          {row.fileName ?? t(`imports.whats.${row.what}`)}
                        </Link>
                        <span className="small dim">
                          {t(`imports.whats.${row.what}`)} {row.dryRun && <Tag>{t('imports.dryRun')}</Tag>}
                        </span>
                      </div>
                    ),
                  },
                  {
                    key: 'status',
                    title: t('imports.status'),
                    cell: (row) =>
                      busy(row) ? (
                        <Progress
                          value={row.progress.percent}
                          size="sm"
                          w={90}
                          aria-label={t('imports.statuses.running')}
                        />
                      ) : (
                        <ImportState status={row.status} />
                      ),
                  },
                  {
                    key: 'accepted',
                    title: t('imports.accepted'),
                    end: true,
                    cell: ({ accepted }) => format.number(accepted),
                  },
                  {
                    key: 'rejected',
                    title: t('imports.rejected'),
                    end: true,
                    show: 'extra',
                    cell: ({ rejected }) => format.number(rejected),
                  },
                  {
                    key: 'when',
                    title: t('imports.started'),
                    show: 'extra',
                    cell: ({ createdAt }) => <Ago at={createdAt} />,
                  },
                  {
                    key: 'by',
                    title: t('imports.startedBy'),
                    quiet: true,
                    show: 'wide',
                    cell: ({ createdBy }) => <span className="dim">{createdBy}</span>,
                  },
                ]}
              />
            );
          }}
        </Loaded>
      </Panel>
    </Page>
  );
};
