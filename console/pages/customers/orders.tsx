// A customer's orders with their lines and the states they can go to, and the messages sent to them.
import { Button, Group } from '@mantine/core';
import { getOrder, listMessages, listOrders, moveOrder } from '@rapport/sdk/routes';
import { nextOrderStatuses, type Order, type OrderStatus } from '@rapport/sdk/schemas';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { useConfirm } from '../../parts/form.tsx';
import { Empty, Panel } from '../../parts/page.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago, Status } from '../../parts/time.tsx';
import { Loaded, tellTrouble } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';

export const Orders = ({ customerId }: { customerId: string }) => {
  const { t } = useWords();
  const format = useFormat();
  const [open, setOpen] = useState<string>();
  const orders = useInfiniteQuery({
    queryKey: ['customers', customerId, 'orders'],
    queryFn: ({ pageParam, signal }) =>
      call(listOrders, { query: { customerId, limit: 50, ...(pageParam && { cursor: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });
  return (
    <div className="grid">
      <Panel bare>
        <Loaded query={orders}>
          {({ pages }) => {
            const rows = pages.flatMap(({ data }) => data);
            if (rows.length === 0) return <Empty title={t('customers.noOrders')} />;
            return (
              <Table
                label={t('customers.orders')}
                rows={rows}
                keyOf={({ id }) => id}
                more={{
                  has: orders.hasNextPage,
                  loading: orders.isFetchingNextPage,
                  load: () => void orders.fetchNextPage(),
                }}
                columns={[
                  {
                    key: 'order',
                    title: t('customers.order'),
                    cell: (order) => (
                      <button
                        type="button"
                        className="link plain"
                        aria-expanded={open === order.id}
                        onClick={() => setOpen(open === order.id ? undefined : order.id)}
                      >
                        {order.externalId ?? order.id.slice(0, 8)}
                      </button>
                    ),
                  },
                  { key: 'at', title: t('customers.kinds.order'), cell: ({ orderedAt }) => <Ago at={orderedAt} /> },
                  {
                    key: 'status',
                    title: t('rule.status'),
                    show: 'extra',
                    cell: ({ status }) => <Status status={status} />,
                  },
                  {
                    key: 'items',
                    title: t('promotions.quantity'),
                    quiet: true,
                    show: 'extra',
                    end: true,
                    cell: ({ quantity }) => t('customers.items', { count: quantity }),
                  },
                  {
                    key: 'total',
                    title: t('customers.total'),
                    end: true,
                    cell: ({ total, currency }) => format.money(total, currency),
                  },
                ]}
              />
            );
          }}
        </Loaded>
      </Panel>
      {open && <Lines orderId={open} />}
    </div>
  );
};

const Lines = ({ orderId }: { orderId: string }) => {
  const order = useQuery({
    queryKey: ['orders', orderId],
    queryFn: ({ signal }) => call(getOrder, { params: { id: orderId }, signal }),
  });
  return <Loaded query={order}>{(found) => <OrderLines order={found} />}</Loaded>;
};

const OrderLines = ({ order }: { order: Order }) => {
  const { t } = useWords();
  const format = useFormat();
  const may = useMay();
  const { id, externalId, lines, currency, discount, shipping, total, refunded } = order;
  const withheld = order.refunds.reduce((sum, refund) => sum + refund.withheld, 0);
  return (
    <Panel title={`${t('customers.order')} ${externalId ?? id.slice(0, 8)}`} bare>
      <ul className="lines">
        {lines.map((line) => (
          <li key={line.lineNo}>
            <span className="two-lines">
              <span>{line.name ?? line.sku}</span>
              <span className="small dim">
                {line.sku} · {line.quantity} × {format.money(line.unitPrice, currency)}
                {line.returned > 0 && ` · ${t('customers.returned', { count: line.returned })}`}
              </span>
            </span>
            <span className="num">{format.money(line.total, currency)}</span>
          </li>
        ))}
        {discount > 0 && (
          <li>
            <span className="dim">{t('customers.discount')}</span>
            <span className="num">−{format.money(discount, currency)}</span>
          </li>
        )}
        {shipping > 0 && (
          <li>
            <span className="dim">{t('customers.shipping')}</span>
            <span className="num">{format.money(shipping, currency)}</span>
          </li>
        )}
        <li>
          <strong>{t('customers.total')}</strong>
          {refunded > 0 && (
            <span className="small dim">{t('customers.refunded', { amount: format.money(refunded, currency) })}</span>
          )}
          {withheld > 0 && (
            <span className="small dim">{t('customers.withheld', { amount: format.money(withheld, currency) })}</span>
          )}
          <strong className="num">{format.money(total, currency)}</strong>
        </li>
      </ul>
      {may('orders:write') && <NextSteps order={order} />}
    </Panel>
  );
};

/** Only what the order's status allows; what cannot be undone says its effect before it is done. */
const NextSteps = ({ order }: { order: Order }) => {
  const { t } = useWords();
  const format = useFormat();
  const { ask, dialog } = useConfirm();
  const move = useMutation({
    mutationFn: (status: OrderStatus) => call(moveOrder, { params: { id: order.id }, body: { status } }),
    onSuccess: (moved) => {
      queries.setQueryData(['orders', order.id], moved);
      void queries.invalidateQueries({ queryKey: ['customers', order.customerId] });
    },
    onError: tellTrouble,
  });
  const effects: Partial<Record<OrderStatus, string>> = {
    cancelled: t('customers.cancelEffect'),
    refunded: t('customers.refundEffect', { amount: format.money(order.total - order.refunded, order.currency) }),
  };
  const step = (status: OrderStatus): void => {
    const text = effects[status];
    if (text === undefined) move.mutate(status);
    else
      ask({
        title: t(`customers.moves.${status}`),
        text,
        confirm: t(`customers.moves.${status}`),
        danger: true,
        act: () => move.mutate(status),
      });
  };
  return (
    <Group p="md" gap="xs">
      {nextOrderStatuses[order.status].map((status) => (
        <Button
          key={status}
          size="xs"
          variant="default"
          loading={move.isPending && move.variables === status}
          disabled={move.isPending}
          onClick={() => step(status)}
        >
          {t(`customers.moves.${status}`)}
        </Button>
      ))}
      {dialog}
    </Group>
  );
};

export const Messages = ({ customerId }: { customerId: string }) => {
  const { t } = useWords();
  const messages = useQuery({
    queryKey: ['customers', customerId, 'messages'],
    queryFn: ({ signal }) => call(listMessages, { query: { customerId, limit: 50 }, signal }),
  });
  return (
    <Panel bare>
      <Loaded query={messages}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={t('customers.noMessages')} />
          ) : (
            <ul className="lines">
              {data.map((message) => (
                <li key={message.id}>
                  <span className="two-lines">
                    <span className="ellipsis">{message.subject ?? message.template ?? message.channel}</span>
                    <span className="small dim ellipsis">
                      {message.channel} · {message.reason ?? message.to}
                    </span>
                  </span>
                  <span className="small dim">
                    <Ago at={message.sentAt ?? message.createdAt} />
                  </span>
                  <Status status={message.status} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
};
