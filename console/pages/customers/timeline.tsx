// What happened with a customer, newest first, narrowed by kind.
import { Button } from '@mantine/core';
import { getTimeline } from '@rapport/sdk/routes';
import type { TimelineEntry } from '@rapport/sdk/schemas';
import {
  IconActivity,
  IconArrowsJoin2,
  IconCoin,
  IconCrown,
  IconMail,
  IconNote,
  IconReceiptRefund,
  IconShieldCheck,
  IconShoppingBag,
  type TablerIcon,
} from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { Empty, Panel } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { type createFormat, useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';

const icons: Record<string, TablerIcon> = {
  event: IconActivity,
  order: IconShoppingBag,
  refund: IconReceiptRefund,
  consent: IconShieldCheck,
  level: IconCrown,
  points: IconCoin,
  merge: IconArrowsJoin2,
  message: IconMail,
  record: IconNote,
};
const kinds = ['event', 'order', 'consent', 'points', 'message'] as const;

export const Timeline = ({ customerId }: { customerId: string }) => {
  const { t } = useWords();
  const [kind, setKind] = useState('');
  const timeline = useInfiniteQuery({
    queryKey: ['customers', customerId, 'timeline', kind],
    queryFn: ({ pageParam, signal }) =>
      call(getTimeline, {
        params: { id: customerId },
        query: { limit: 40, ...(kind && { kind }), ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
  return (
    <Panel bare>
      {/* biome-ignore lint/a11y/useSemanticElements: a row of toggles */}
      <div className="kind-filter" role="group" aria-label={t('customers.filter')}>
        {['', ...kinds].map((each) => (
          <button key={each} type="button" className="kind" aria-pressed={kind === each} onClick={() => setKind(each)}>
            {each === '' ? t('customers.kindsAll') : t(`customers.kinds.${each as (typeof kinds)[number]}`)}
          </button>
        ))}
      </div>
      <Loaded query={timeline} rows={6}>
        {({ pages }) => {
          const entries = pages.flatMap(({ data }) => data);
          if (entries.length === 0)
            return <Empty icon={<IconActivity size={28} />} title={t('customers.noTimeline')} />;
          return (
            <>
              <ol className="timeline">
                {entries.map((entry) => (
                  <Entry key={`${entry.kind}-${entry.id}`} entry={entry} />
                ))}
              </ol>
              {timeline.hasNextPage && (
                <div className="more">
                  <Button
                    variant="default"
                    size="xs"
                    loading={timeline.isFetchingNextPage}
                    onClick={() => void timeline.fetchNextPage()}
                  >
                    {t('do.more')}
                  </Button>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
};

const Entry = ({ entry }: { entry: TimelineEntry }) => {
  const { t } = useWords();
  const format = useFormat();
  const Icon = icons[entry.kind] ?? IconNote;
  const text = detailOf(entry, format);
  return (
    <li>
      <span className="timeline-icon" aria-hidden="true">
        <Icon size={15} stroke={1.8} />
      </span>
      <div className="timeline-text">
        <span>
          <span className="dim">{t(`customers.kinds.${entry.kind as (typeof kinds)[number]}`)}</span>{' '}
          <strong>{entry.title}</strong>
        </span>
        {text && <span className="small dim">{text}</span>}
      </div>
      <span className="small dim">
        <Ago at={entry.at} />
      </span>
    </li>
  );
};

/** One line out of what an entry carries: money where there is some, an event's properties, else what its title does not say. */
const detailOf = ({ kind, title, data }: TimelineEntry, format: ReturnType<typeof createFormat>): string => {
  const { currency, total, amount, properties, quantity, ...rest } = data;
  const sum = typeof total === 'number' ? total : amount;
  if (typeof sum === 'number' && typeof currency === 'string')
    return [format.money(sum, currency), typeof quantity === 'number' ? `× ${quantity}` : ''].filter(Boolean).join(' ');
  const plain = (kind === 'event' ? (properties ?? {}) : rest) as Record<string, unknown>;
  return Object.entries(plain)
    .filter(([name, value]) => !/(^|[a-z])id$/i.test(name) && ['string', 'number', 'boolean'].includes(typeof value))
    .filter(([, value]) => !title.includes(String(value)))
    .slice(0, 4)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(' · ');
};
