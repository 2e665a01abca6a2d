// A new OAuth app, and its secret, which is shown this once.
import { Alert, Button, Checkbox, Group, Modal, MultiSelect, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { grantableScopes, type Scope } from '@rapport/sdk';
import { createClient } from '@rapport/sdk/routes';
import type { Client } from '@rapport/sdk/schemas';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { CopyField } from '../../parts/copy-field.tsx';
import { fieldError, unplaced } from '../../parts/form.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';

type Made = { client: Client; clientSecret: string | null };
const kinds = ['confidential', 'public'] as const;
const grants = ['authorization_code', 'client_credentials', 'refresh_token'] as const;
type Grant = (typeof grants)[number];

export const NewClient = ({ onClose, onMade }: { onClose: () => void; onMade: (made: Made) => void }) => {
  const { t } = useWords();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<(typeof kinds)[number]>('confidential');
  const [chosen, setChosen] = useState<Grant[]>(['authorization_code', 'refresh_token']);
  const [scopes, setScopes] = useState<string[]>(['customers:read']);
  const [redirects, setRedirects] = useState('');
  const make = useMutation({
    mutationFn: () =>
      call(createClient, {
        body: {
          name,
          kind,
          grants: chosen,
          scopes: scopes as Scope[],
          redirectUris: redirects.split(/\s+/).filter(Boolean),
        },
      }),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ['clients'] });
      onMade(made);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('developers.new')}
      closeButtonProps={{ 'aria-label': t('do.close') }}
    >
      <form onSubmit={submit} className="fields">
        <TextInput
          label={t('rule.name')}
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fieldError(make.error, '/name')}
        />
        <NativeSelect
          label={t('developers.kind')}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as (typeof kinds)[number])}
          data={kinds.map((value) => ({ value, label: t(`developers.kinds.${value}`) }))}
          error={fieldError(make.error, '/kind')}
        />
        <Checkbox.Group
          label={t('developers.mayUse')}
          value={chosen}
          onChange={(value) => setChosen(value as Grant[])}
          error={fieldError(make.error, '/grants')}
        >
          <Group mt={6}>
            {grants.map((grant) => (
              <Checkbox key={grant} value={grant} label={t(`developers.grants.${grant}`)} />
            ))}
          </Group>
        </Checkbox.Group>
        <MultiSelect
          label={t('developers.scopes')}
          data={[...grantableScopes]}
          searchable
          hidePickedOptions
          value={scopes}
          onChange={setScopes}
          error={fieldError(make.error, '/scopes')}
        />
        {chosen.includes('authorization_code') && (
          <Textarea
            label={t('developers.redirects')}
            description={t('developers.redirectsHint')}
            autosize
            minRows={1}
            value={redirects}
            onChange={(event) => setRedirects(event.currentTarget.value)}
            error={fieldError(make.error, '/redirectUris')}
          />
        )}
        <Trouble error={unplaced(make.error, ['/name', '/kind', '/grants', '/scopes', '/redirectUris'])} />
        <Group justify="flex-end">
          <Button type="submit" loading={make.isPending}>
            {t('do.create')}
          </Button>
        </Group>
      </form>
    </Modal>
  );
};

export const Secret = ({ client, clientSecret, onClose }: Made & { onClose: () => void }) => {
  const { t } = useWords();
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={client.name}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('do.close') }}
    >
      <div className="fields">
        <CopyField label={t('developers.clientId')} value={client.id} />
        {clientSecret && (
          <>
            <CopyField label={t('developers.secret')} value={clientSecret} />
            <Alert variant="default">{t('developers.secretOnce')}</Alert>
          </>
        )}
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('developers.kept')}</Button>
        </Group>
      </div>
    </Modal>
  );
};
