// What a customer agreed to, by channel and purpose; given or withdrawn here with what shows it.
import { Button } from '@mantine/core';
import { listConsents } from '@rapport/sdk/routes';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { later } from '../../parts/later.tsx';
import { Panel, Tag } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useWords, wordsFor } from '../../words/words.ts';

const RecordConsent = later(async () => (await import('./record-consent.tsx')).RecordConsent, null);

export const Consents = ({ customerId, readOnly }: { customerId: string; readOnly: boolean }) => {
  const { t } = useWords();
  const may = useMay();
  const [adding, setAdding] = useState(false);
  const consents = useQuery({
    queryKey: ['customers', customerId, 'consents'],
    queryFn: ({ signal }) => call(listConsents, { params: { id: customerId }, signal }),
  });
  const mayWrite = may('customers:write') && !readOnly;
  return (
    <Panel
      title={t('customers.consent')}
      bare
      actions={
        mayWrite && (
          <Button size="compact-xs" variant="subtle" onClick={() => setAdding(true)}>
            {t('customers.consentAdd')}
          </Button>
        )
      }
    >
      {adding && <RecordConsent customerId={customerId} onClose={() => setAdding(false)} />}
      <Loaded query={consents} rows={2}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="small dim pad">{t('customers.noConsent')}</p>
          ) : (
            <ul className="lines">
              {data.map(({ channel, purpose, status, changedAt, source }) => (
                <li key={`${channel}-${purpose}`}>
                  <span className="two-lines">
                    <span>
                      {wordsFor(t, `customers.channels.${channel}`, channel)} ·{' '}
                      {wordsFor(t, `customers.purposes.${purpose}`, purpose)}
                    </span>
                    <span className="small dim">
                      {source && `${source} · `}
                      <Ago at={changedAt} />
                    </span>
                  </span>
                  <Tag tone={status === 'granted' ? 'good' : 'bad'}>
                    {t(status === 'granted' ? 'customers.granted' : 'customers.denied')}
                  </Tag>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
};
