// How a promotion is used: its pool of codes and its redemptions.
import { Button, Textarea, TextInput } from '@mantine/core';
import { addPromotionCodes, listPromotionCodes, listPromotionRedemptions } from '@rapport/sdk/routes';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { CustomerLink } from '../../parts/customer-link.tsx';
import { fieldError, unplaced } from '../../parts/form.tsx';
import { Empty, Panel, Tag } from '../../parts/page.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded, Trouble, tellDone } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';

export const Codes = ({ promotionKey, mayWrite }: { promotionKey: string; mayWrite: boolean }) => {
  const { t } = useWords();
  const codes = useInfiniteQuery({
    queryKey: ['promotions', promotionKey, 'codes'],
    queryFn: ({ pageParam, signal }) =>
      call(listPromotionCodes, {
        params: { key: promotionKey },
        query: { limit: 100, ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });
  return (
    <div className="grid">
      {mayWrite && <AddCodes promotionKey={promotionKey} />}
      <Panel bare>
        <Loaded query={codes}>
          {({ pages }) => {
            const rows = pages.flatMap(({ data }) => data);
            if (rows.length === 0) return <Empty title={t('promotions.noCodes')} text={t('promotions.noCodesText')} />;
            return (
              <Table
                label={t('promotions.codes')}
                rows={rows}
                keyOf={({ code }) => code}
                more={{
                  has: codes.hasNextPage,
                  loading: codes.isFetchingNextPage,
                  load: () => void codes.fetchNextPage(),
                }}
                columns={[
                  {
                    key: 'code',
                    title: t('promotions.code'),
                    cell: ({ code }) => <span className="mono">{code}</span>,
                  },
                  {
                    key: 'used',
                    title: t('promotions.used'),
                    end: true,
                    cell: ({ used, uses }) => `${used} / ${uses ?? '∞'}`,
                  },
                  {
                    key: 'made',
                    title: t('customers.created'),
                    show: 'extra',
                    cell: ({ createdAt }) => <Ago at={createdAt} />,
                  },
                  {
                    key: 'ends',
                    title: t('promotions.to'),
                    show: 'extra',
                    cell: ({ expiresAt }) => <Ago at={expiresAt} />,
                  },
                ]}
              />
            );
          }}
        </Loaded>
      </Panel>
    </div>
  );
};

const AddCodes = ({ promotionKey }: { promotionKey: string }) => {
  const { t } = useWords();
  const [given, setGiven] = useState('');
  const [count, setCount] = useState('10');
  const [pattern, setPattern] = useState('');
  const [uses, setUses] = useState<string>();
  const list = given.split(/[\s,，]+/).filter(Boolean);
  // A code that is given is known to many, one that is drawn is for one.
  const wanted = uses ?? (list.length > 0 ? '' : '1');
  const add = useMutation({
    mutationFn: () =>
      call(addPromotionCodes, {
        params: { key: promotionKey },
        body: {
          ...(list.length > 0 ? { codes: list } : { count: Number(count), ...(pattern && { pattern }) }),
          uses: wanted === '' ? null : Number(wanted),
        },
      }),
    onSuccess: async ({ added }) => {
      tellDone(t('promotions.codesAdded', { count: added }));
      setGiven('');
      await queries.invalidateQueries({ queryKey: ['promotions', promotionKey, 'codes'] });
    },
  });
  return (
    <Panel title={t('promotions.addCodes')}>
      <div className="two-fields">
        <Textarea
          label={t('promotions.givenCodes')}
          autosize
          minRows={1}
          maxRows={4}
          value={given}
          onChange={(event) => setGiven(event.currentTarget.value)}
          error={fieldError(add.error, '/codes')}
        />
        <TextInput
          label={t('promotions.generate')}
          type="number"
          min={1}
          max={10_000}
          disabled={list.length > 0}
          value={count}
          onChange={(event) => setCount(event.currentTarget.value)}
          error={fieldError(add.error, '/count')}
        />
        <TextInput
          label={t('promotions.pattern')}
          placeholder="SPRING-****"
          disabled={list.length > 0}
          value={pattern}
          onChange={(event) => setPattern(event.currentTarget.value)}
          error={fieldError(add.error, '/pattern')}
        />
        <TextInput
          label={t('promotions.codeUses')}
          description={t('promotions.codeUsesHint')}
          type="number"
          min={1}
          value={wanted}
          onChange={(event) => setUses(event.currentTarget.value)}
          error={fieldError(add.error, '/uses')}
        />
      </div>
      <Trouble error={unplaced(add.error, ['/codes', '/count', '/pattern', '/uses'])} />
      <div className="form-foot">
        <Button loading={add.isPending} onClick={() => add.mutate()}>
          {t('promotions.addCodes')}
        </Button>
      </div>
    </Panel>
  );
};

export const Redemptions = ({ promotionKey }: { promotionKey: string }) => {
  const { t } = useWords();
  const format = useFormat();
  const used = useInfiniteQuery({
    queryKey: ['promotions', promotionKey, 'redemptions'],
    queryFn: ({ pageParam, signal }) =>
      call(listPromotionRedemptions, {
        params: { key: promotionKey },
        query: { limit: 100, ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });
  return (
    <Panel bare>
      <Loaded query={used}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0) return <Empty title={t('promotions.notUsed')} />;
          return (
            <Table
              label={t('promotions.used')}
              rows={rows}
              keyOf={({ id }) => id}
              more={{ has: used.hasNextPage, loading: used.isFetchingNextPage, load: () => void used.fetchNextPage() }}
              columns={[
                {
                  key: 'order',
                  title: t('customers.order'),
                  cell: ({ orderId }) => <span className="mono">{orderId}</span>,
                },
                {
                  key: 'customer',
                  title: t('explain.customer'),
                  show: 'extra',
                  cell: ({ customerId }) => customerId && <CustomerLink id={customerId} />,
                },
                {
                  key: 'amount',
                  title: t('customers.discount'),
                  end: true,
                  cell: ({ amount, currency }) => format.money(amount, currency),
                },
                {
                  key: 'state',
                  title: t('rule.status'),
                  cell: ({ status }) => (
                    <Tag tone={status === 'redeemed' ? 'good' : 'warn'}>
                      {t(`promotions.states.${status as 'redeemed'}`)}
                    </Tag>
                  ),
                },
                {
                  key: 'at',
                  title: t('promotions.used'),
                  show: 'extra',
                  cell: ({ redeemedAt }) => <Ago at={redeemedAt} />,
                },
              ]}
            />
          );
        }}
      </Loaded>
    </Panel>
  );
};
