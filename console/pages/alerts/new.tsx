// A new alert, saved as a draft: it watches when it is activated.
import { Button } from '@mantine/core';
import { createAlert } from '@rapport/sdk/routes';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { UnsavedGuard } from '../../parts/form.tsx';
import { Page } from '../../parts/page.tsx';
import { useWords } from '../../words/words.ts';
import { AlertEditor, bodyOf, emptyAlert } from './editor.tsx';

export const NewAlert = () => {
  const { t } = useWords();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(emptyAlert);
  const [dirty, setDirty] = useState(false);
  const save = useMutation({
    mutationFn: (conditions: Record<string, unknown>) =>
      call(createAlert, { body: { key: draft.key, ...bodyOf(draft, conditions) } }),
    onSuccess: async ({ key }) => {
      setDirty(false);
      await queries.invalidateQueries({ queryKey: ['alerts'] });
      await navigate({ to: '/alerts/$key', params: { key }, ignoreBlocker: true });
    },
  });
  return (
    <Page title={t('alerts.new')} back={{ to: '/alerts', label: t('nav.alerts') }}>
      <UnsavedGuard dirty={dirty && !save.isPending && !save.isSuccess} />
      <AlertEditor
        draft={draft}
        isNew
        error={save.error}
        onChange={(change) => {
          setDirty(true);
          setDraft(change);
        }}
        footer={(ready, conditions) => (
          <Button loading={save.isPending} disabled={!ready} onClick={() => save.mutate(conditions)}>
            {t('segments.saveDraft')}
          </Button>
        )}
      />
    </Page>
  );
};
