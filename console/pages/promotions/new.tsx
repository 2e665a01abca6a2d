// A new promotion, saved as a draft: it runs when it is activated.
import { Button } from '@mantine/core';
import { createPromotion } from '@rapport/sdk/routes';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { UnsavedGuard } from '../../parts/form.tsx';
import { Page } from '../../parts/page.tsx';
import { useWords } from '../../words/words.ts';
import { bodyOf, emptyPromotion, PromotionEditor } from './editor.tsx';

export const NewPromotion = () => {
  const { t } = useWords();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(emptyPromotion);
  const [dirty, setDirty] = useState(false);
  const save = useMutation({
    mutationFn: (conditions: Record<string, unknown>) =>
      call(createPromotion, { body: { key: draft.key, ...bodyOf(draft, conditions) } }),
    onSuccess: async ({ key }) => {
      setDirty(false);
      await queries.invalidateQueries({ queryKey: ['promotions'] });
      await navigate({ to: '/promotions/$key', params: { key }, ignoreBlocker: true });
    },
  });
  return (
    <Page title={t('promotions.new')} back={{ to: '/promotions', label: t('nav.promotions') }}>
      <UnsavedGuard dirty={dirty && !save.isPending && !save.isSuccess} />
      <PromotionEditor
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
