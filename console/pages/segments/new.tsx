// A new segment: begin with nothing or a ready-made rule, see the count while writing, save as a draft.
import { Select } from '@mantine/core';
import { createSegment, listSegmentTemplates } from '@rapport/sdk/routes';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { newFact, newGroup, toTree } from '../../builder/tree.ts';
import { keyOf } from '../../parts/rule-fields.tsx';
import { NewRule, useDraft } from '../../parts/rule-page.tsx';
import { useWords } from '../../words/words.ts';
import { bodyOf, emptyDraft, SegmentEditor } from './editor.tsx';

export const NewSegment = () => {
  const { t, language } = useWords();
  const written = useDraft(() => ({ ...emptyDraft, tree: newGroup([newFact()]) }));
  const templates = useQuery({
    queryKey: ['segments', 'templates'],
    queryFn: ({ signal }) => call(listSegmentTemplates, { signal }),
    staleTime: 600_000,
  });
  const start = (key: string | null) => {
    const template = templates.data?.data.find((each) => each.key === key);
    if (!template) return;
    const name = language === 'zh' ? template.titleZh : template.title;
    written.edit((draft) => ({
      ...draft,
      key: keyOf(template.title),
      name,
      description: template.summary,
      tree: toTree(template.conditions),
    }));
  };
  return (
    <NewRule
      area="segments"
      written={written}
      Editor={SegmentEditor}
      create={(conditions) =>
        call(createSegment, { body: { key: written.draft.key, ...bodyOf(written.draft, conditions) } })
      }
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
    />
  );
};
