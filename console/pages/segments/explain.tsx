// Why a chosen customer is in a segment or not, now or on an earlier day.
import '../../styles/explanation.css';
import { TextInput } from '@mantine/core';
import { explainSegment } from '@rapport/sdk/routes';
import type { Segment } from '@rapport/sdk/schemas';
import { IconUserSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useVocabulary } from '../../api/vocabulary.ts';
import { CustomerPicker } from '../../parts/customer-picker.tsx';
import { Explanation } from '../../parts/explanation.tsx';
import { Empty, Panel, Tag } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';

export const Explain = ({ segment }: { segment: Segment }) => {
  const { t } = useWords();
  const navigate = useNavigate();
  const { customer } = useSearch({ from: '/frame/segments/$key' });
  const [at, setAt] = useState('');
  const vocabulary = useVocabulary();
  const explained = useQuery({
    queryKey: ['segments', segment.key, 'explain', customer, at, segment.revision],
    queryFn: ({ signal }) =>
      call(explainSegment, {
        params: { key: segment.key },
        query: { customer: customer ?? '', ...(at && { at: new Date(at).toISOString() }) },
        signal,
      }),
    enabled: customer !== undefined,
    placeholderData: keepPreviousData,
  });
  const choose = (id: string | null) =>
    void navigate({
      to: '/segments/$key',
      params: { key: segment.key },
      search: { tab: 'explain', ...(id && { customer: id }) },
      replace: true,
    });
  return (
    <Panel>
      <div className="explain-form">
        <CustomerPicker label={t('explain.customer')} value={customer ?? null} onChange={choose} clearable />
        <TextInput
          type="datetime-local"
          label={t('explain.at')}
          value={at}
          onChange={(event) => setAt(event.currentTarget.value)}
        />
      </div>
      {customer === undefined ? (
        <Empty icon={<IconUserSearch size={30} />} title={t('explain.choose')} text={t('explain.chooseText')} />
      ) : (
        <Loaded query={explained}>
          {(data) => (
            <div className="grid" aria-live="polite">
              <p className="explain-verdict">
                {data.matches === null ? (
                  <Tag tone="warn">{t('explain.matchesUnknown')}</Tag>
                ) : (
                  <Tag tone={data.matches ? 'good' : 'bad'}>
                    {t(data.matches ? 'explain.matches' : 'explain.matchesNot')}
                  </Tag>
                )}
                {data.member ? <Tag tone="brand">{t('explain.member')}</Tag> : <Tag>{t('explain.memberNot')}</Tag>}
                {data.enteredAt && (
                  <span className="small dim">
                    {t('explain.since')} <Ago at={data.enteredAt} />
                  </span>
                )}
              </p>
              <Explanation result={data.explanation.conditions} vocabulary={vocabulary.data} />
            </div>
          )}
        </Loaded>
      )}
    </Panel>
  );
};
