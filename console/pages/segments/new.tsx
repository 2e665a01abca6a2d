// A new segment: begin with nothing or a ready-made rule, see the count while writing, save as a draft.
import { Button, Select } from '@mantine/core';
import { createSegment, listSegmentTemplates } from '@rapport/sdk/routes';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { newFact, newGroup, toTree } from '../../builder/tree.ts';
import { UnsavedGuard } from '../../parts/form.tsx';
import { Page } from '../../parts/page.tsx';
import { keyOf } from '../../parts/rule-fields.tsx';
import { useWords } from '../../words/words.ts';
import { emptyDraft, SegmentEditor } from './editor.tsx';

export const NewSegment = () => {
  const { t, language } = useWords();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(() => ({ ...emptyDraft, tree: newGroup([newFact()]) }));
  const [dirty, setDirty] = useState(false);
  const templates = useQuery({
    queryKey: ['segments', 'templates'],
    queryFn: ({ signal }) => call(listSegmentTemplates, { signal }),
    staleTime: 600_000,
  });
  const save = useMutation({
    mutationFn: (conditions: Record<string, unknown>) =>
      call(createSegment, {
        body: {
          key: draft.key,
          name: draft.name,
          description: draft.description || null,
          conditions,
          ...(draft.everyone && { confirmEveryone: true }),
        },
      }),
    onSuccess: async (segment) => {
      setDirty(false);
      await queries.invalidateQueries({ queryKey: ['segments'] });
      await navigate({ to: '/segments/$key', params: { key: segment.key }, ignoreBlocker: true });
    },
  });
  const start = (key: string | null) => {
    const template = templates.data?.data.find((each) => each.key === key);
    if (!template) return;
    const name = language === 'zh' ? template.titleZh : template.title;
    setDraft({
      ...draft,
      key: keyOf(template.title),
      name,
      description: template.summary,
      tree: toTree(template.conditions),
    });
    setDirty(true);
  };
  return (
    <Page
      title={t('segments.new')}
      back={{ to: '/segments', label: t('nav.segments') }}
      actions={
        templates.data && templates.data.data.length > 0 ? (
          <Select
            aria-label={t('segments.template')}
            placeholder={t('segments.template')}
            data={templates.data.data.map((each) => ({
              value: each.key,
              label: language === 'zh' ? each.titleZh : each.title,
            }))}
            value={null}
            onChange={start}
            searchable
            w={240}
          />
        ) : undefined
      }
    >
      <UnsavedGuard dirty={dirty && !save.isPending && !save.isSuccess} />
      <SegmentEditor
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
