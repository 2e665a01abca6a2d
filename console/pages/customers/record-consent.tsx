// Recording that a customer gave or withdrew consent, with what shows it.
import { Button, Group, Modal, NativeSelect, TextInput } from '@mantine/core';
import { changeConsents } from '@rapport/sdk/routes';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { fieldError } from '../../parts/form.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';

const channels = ['email', 'sms', 'phone', 'push', 'post'] as const;
const purposes = ['marketing', 'service', 'profiling'] as const;

export const RecordConsent = ({ customerId, onClose }: { customerId: string; onClose: () => void }) => {
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
