// What the pages of segments, promotions and alerts share: a draft that knows whether it was changed, the page of a new
// rule, the buttons that pause and archive one, and its versions. What a kind of rule holds is not known here.
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ComponentType, type ReactNode, useCallback, useState } from 'react';
import { queries } from '../api/client.ts';
import { useWords } from '../words/words.ts';
import { UnsavedGuard } from './form.tsx';
import { Page } from './page.tsx';
import { useTakeAway } from './take-away.tsx';

export type RuleArea = 'segments' | 'promotions' | 'alerts' | 'conditions';

/** An editor of drafts. Saving belongs to the page around it: `footer` gets whether the draft can be saved, and its conditions. */
export type RuleEditorProps<Draft> = {
  draft: Draft;
  onChange: (change: (draft: Draft) => Draft) => void;
  isNew?: boolean;
  readOnly?: boolean;
  error: unknown;
  footer: (ready: boolean, conditions: Record<string, unknown>) => ReactNode;
};

export const useDraft = <Draft,>(initial: () => Draft) => {
  const [draft, setDraft] = useState(initial);
  const [dirty, setDirty] = useState(false);
  const edit = useCallback((change: (draft: Draft) => Draft) => {
    setDirty(true);
    setDraft(change);
  }, []);
  const reset = (to: Draft) => {
    setDirty(false);
    setDraft(to);
  };
  return { draft, dirty, edit, reset, saved: () => setDirty(false) };
};

type NewRuleProps<Draft> = {
  area: RuleArea;
  written: ReturnType<typeof useDraft<Draft>>;
  create: (conditions: Record<string, unknown>) => Promise<{ key: string }>;
  Editor: ComponentType<RuleEditorProps<Draft>>;
  actions?: ReactNode;
};

export const NewRule = <Draft,>({ area, written, create, Editor, actions }: NewRuleProps<Draft>) => {
  const { t } = useWords();
  const navigate = useNavigate();
  const { draft, dirty, edit, saved } = written;
  const save = useMutation({
    mutationFn: create,
    onSuccess: async ({ key }) => {
      saved();
      await queries.invalidateQueries({ queryKey: [area] });
      await navigate({ to: `/${area}/$key`, params: { key }, ignoreBlocker: true });
    },
  });
  return (
    <Page title={t(`${area}.new`)} back={{ to: `/${area}`, label: t(`nav.${area}`) }} actions={actions}>
      <UnsavedGuard dirty={dirty && !save.isPending && !save.isSuccess} />
      <Editor
        draft={draft}
        isNew
        error={save.error}
        onChange={edit}
        footer={(ready, conditions) => (
          <Button loading={save.isPending} disabled={!ready} onClick={() => save.mutate(conditions)}>
            {t('segments.saveDraft')}
          </Button>
        )}
      />
    </Page>
  );
};

type RuleButtonsProps = {
  area: RuleArea;
  ruleKey: string;
  mayPause: boolean;
  pause: { isPending: boolean; mutate: () => void };
  archive: { mutate: (cascade: boolean) => void };
  /** The buttons that come first: what activates or resumes. */
  children: ReactNode;
};

export const RuleButtons = ({ area, ruleKey, mayPause, pause, archive, children }: RuleButtonsProps) => {
  const { t } = useWords();
  const { takeAway, dialog } = useTakeAway();
  return (
    <>
      {children}
      {mayPause && (
        <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate()}>
          {t('do.pause')}
        </Button>
      )}
      <Button
        variant="default"
        onClick={() =>
          void takeAway({
            // Nothing can name an alert.
            ...(area !== 'alerts' && { of: `${area.slice(0, -1)}:${ruleKey}` }),
            title: t(`${area}.archiveTitle`),
            text: t(`${area}.archiveText`),
            confirm: t('do.archive'),
            act: (cascade) => archive.mutate(cascade),
          })
        }
      >
        {t('do.archive')}
      </Button>
      {dialog}
    </>
  );
};
