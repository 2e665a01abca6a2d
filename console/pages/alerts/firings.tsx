// When an alert fired, for whom, which facts were seen, and what was done.
import '../../styles/explanation.css';
import { Button } from '@mantine/core';
import { listFirings } from '@rapport/sdk/routes';
import type { Firing } from '@rapport/sdk/schemas';
import { IconBellRinging } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { useVocabulary } from '../../api/vocabulary.ts';
import { titleOf } from '../../api/vocabulary-words.ts';
import { CustomerLink } from '../../parts/customer-link.tsx';
import { Empty, Panel, Tag } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useWords, wordsFor } from '../../words/words.ts';

export const Firings = ({ alertKey }: { alertKey: string }) => {
  const { t } = useWords();
  const firings = useInfiniteQuery({
    queryKey: ['alerts', alertKey, 'firings', 'all'],
    queryFn: ({ pageParam, signal }) =>
      call(listFirings, {
        params: { key: alertKey },
        query: { limit: 50, ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
    refetchInterval: 10_000,
  });
  return (
    <Panel bare>
      <Loaded query={firings}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0)
            return (
              <Empty
                icon={<IconBellRinging size={30} />}
                title={t('alerts.noFirings')}
                text={t('alerts.noFiringsText')}
              />
            );
          return (
            <>
              <ul className="firings">
                {rows.map((firing) => (
                  <One key={firing.id} firing={firing} />
                ))}
              </ul>
              {firings.hasNextPage && (
                <div className="more">
                  <Button
                    variant="default"
                    size="xs"
                    loading={firings.isFetchingNextPage}
                    onClick={() => void firings.fetchNextPage()}
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

const One = ({ firing }: { firing: Firing }) => {
  const { t, language } = useWords();
  const vocabulary = useVocabulary();
  const { cause } = firing;
  const what = cause.segment ? `${cause.segment} · ${cause.moment ?? ''}` : eventType(cause.event);
  return (
    <li>
      <div className="firing-head">
        <CustomerLink id={firing.customerId} />
        <span className="small dim">
          {wordsFor(t, `alerts.triggers.${cause.kind}`, cause.kind)}
          {what && ` · ${what}`}
        </span>
        <span className="small dim firing-at">
          <Ago at={firing.at} />
        </span>
      </div>
      {firing.facts.length > 0 && (
        <dl className="why-facts small">
          {firing.facts.map((fact) => (
            <div key={JSON.stringify([fact.fact, fact.params, fact.operator])} style={{ display: 'contents' }}>
              <dt>{titleOf(vocabulary.data?.facts.get(fact.fact)?.title, language, fact.fact)}</dt>
              <dd>
                <strong>{text(fact.actual)}</strong>{' '}
                <span className="dim">
                  {t('alerts.needed', {
                    needed: `${titleOf(vocabulary.data?.operators.get(fact.operator)?.title, language, fact.operator)} ${text(fact.needed)}`,
                  })}
                </span>
              </dd>
            </div>
          ))}
        </dl>
      )}
      <div className="tags">
        {firing.actions.map((action, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: actions have no identity but their place
          <Tag key={index} tone={action.problem ? 'bad' : 'good'}>
            {wordsFor(t, `alerts.kinds.${action.kind}`, action.kind)}
            {action.problem && `: ${action.problem}`}
          </Tag>
        ))}
      </div>
    </li>
  );
};

const text = (value: unknown): string =>
  value === null || value === undefined ? '∅' : typeof value === 'object' ? JSON.stringify(value) : String(value);

const eventType = (event: unknown): string =>
  typeof event === 'object' && event !== null && 'type' in event ? String(event.type) : '';
