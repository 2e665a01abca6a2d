// Who is in a segment, since when and why, page by page.
import { listSegmentMembers } from '@rapport/sdk/routes';
import type { Segment } from '@rapport/sdk/schemas';
import { IconUsers } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../api/client.ts';
import { Empty, Panel } from '../../parts/page.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';

export const Members = ({ segment }: { segment: Segment }) => {
  const { t } = useWords();
  const members = useInfiniteQuery({
    queryKey: ['segments', segment.key, 'members', segment.revision, segment.members],
    queryFn: ({ pageParam, signal }) =>
      call(listSegmentMembers, {
        params: { key: segment.key },
        query: { limit: 100, ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });
  return (
    <Panel bare>
      <Loaded query={members}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0)
            return (
              <Empty
                icon={<IconUsers size={30} />}
                title={t('segments.noMembers')}
                text={t(segment.activeVersion === null ? 'segments.noMembersDraft' : 'segments.noMembersText')}
              />
            );
          return (
            <Table
              label={t('segments.members')}
              rows={rows}
              keyOf={({ customerId }) => customerId}
              more={{
                has: members.hasNextPage,
                loading: members.isFetchingNextPage,
                load: () => void members.fetchNextPage(),
              }}
              columns={[
                {
                  key: 'name',
                  title: t('customers.name'),
                  cell: ({ customerId, name }) => (
                    <Link to="/customers/$id" params={{ id: customerId }} className="link">
                      {name ?? customerId.slice(0, 8)}
                    </Link>
                  ),
                },
                {
                  key: 'city',
                  title: t('customers.city'),
                  show: 'extra',
                  cell: ({ city, country }) => [city, country].filter(Boolean).join(', '),
                },
                { key: 'since', title: t('segments.since'), cell: ({ enteredAt }) => <Ago at={enteredAt} /> },
                { key: 'reason', title: t('segments.reason'), show: 'wide', cell: ({ reason }) => reason },
                {
                  key: 'why',
                  title: t('do.actions'),
                  quiet: true,
                  end: true,
                  cell: ({ customerId, name }) => (
                    <Link
                      to="/segments/$key"
                      params={{ key: segment.key }}
                      search={{ tab: 'explain', customer: customerId }}
                      className="link"
                      aria-label={`${t('segments.why')} ${name ?? ''}`}
                    >
                      {t('segments.why')}
                    </Link>
                  ),
                },
              ]}
            />
          );
        }}
      </Loaded>
    </Panel>
  );
};
