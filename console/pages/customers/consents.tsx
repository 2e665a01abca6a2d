// What a customer agreed to, by channel and purpose; given or withdrawn here with what shows it.
import { Button, Group, Modal, NativeSelect, TextInput } from '@mantine/core';
import { changeConsents, listConsents } from '@rapport/sdk/routes';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { fieldError } from '../../parts/form.tsx';
import { Panel, Tag } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded, Trouble } from '../../parts/trouble.tsx';
import { useWords, wordsFor } from '../../words/words.ts';

const channels = ['email', 'sms', 'phone', 'push', 'post'] as const;
const purposes = ['marketing', 'service', 'profiling'] as const;

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

const RecordConsent = ({ customerId, onClose }: { customerId: string; onClose: () => void }) => {
  const { t } = useWords();
  const [channel, setChannel] = useState<string>('email');
  const [purpose, setPurpose] = useState<string>('marketing');
  const [proof, setProof] = useState('');
  const save = useMutation({
    mutationFn: (status: 'granted' | 'denied') =>
      call(changeConsents, {
        params: { id: customerId },
        body: {
          consents: [{ channel, purpose, status, source: 'console', ...(proof.trim() && { proof: proof.trim() }) }],
        },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['customers', customerId] });
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('customers.consentAdd')}
      closeButtonProps={{ 'aria-label': t('do.close') }}
    >
      <div className="fields">
        <NativeSelect
          label={t('customers.channel')}
          value={channel}
          onChange={(event) => setChannel(event.currentTarget.value)}
          data={channels.map((value) => ({ value, label: t(`customers.channels.${value}`) }))}
        />
        <NativeSelect
          label={t('customers.purpose')}
          value={purpose}
          onChange={(event) => setPurpose(event.currentTarget.value)}
          data={purposes.map((value) => ({ value, label: t(`customers.purposes.${value}`) }))}
        />
        <TextInput
          label={t('customers.proof')}
          description={t('customers.proofHint')}
          value={proof}
          onChange={(event) => setProof(event.currentTarget.value)}
          error={fieldError(save.error, '/consents/0/proof')}
        />
        <Trouble error={save.error} />
      </div>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" loading={save.isPending} onClick={() => save.mutate('denied')}>
          {t('customers.deny')}
        </Button>
        <Button loading={save.isPending} onClick={() => save.mutate('granted')}>
          {t('customers.grant')}
        </Button>
      </Group>
    </Modal>
  );
};
