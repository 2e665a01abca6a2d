// The page of one rule that is stored, of whichever kind: its state, activating, pausing and archiving it, its tabs, its versions,
// and the form that saves a new version. What a kind shows beside that is its own page's.
import { Button } from '@mantine/core';
import type { RuleHistory } from '@rapport/sdk/schemas';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ComponentType, type ReactNode, useState } from 'react';
import { queries } from '../api/client.ts';
import { useWords } from '../words/words.ts';
import { UnsavedGuard } from './form.tsx';
import { later } from './later.tsx';
import { Page } from './page.tsx';
import { type RuleArea, RuleButtons, type RuleEditorProps, useDraft } from './rule-page.tsx';
import { RuleState, type StoredRule } from './rule-state.tsx';
import { PageTabs, type Tab } from './tabs.tsx';
import { tellDone, tellTrouble } from './trouble.tsx';

const Versions = later(async () => (await import('./versions.tsx')).Versions);

export type ActivationProps = { version: number; pending: boolean; onClose: () => void; onActivate: () => void };

type RuleDocumentProps = {
  area: RuleArea;
  rule: StoredRule;
  /** Tags between the state and the key. */
  lead: ReactNode;
  mayWrite: boolean;
  tab: string;
  tabs: Tab[];
  /** Absent where the kind has nothing to activate. */
  activate?: ((version: number) => Promise<unknown>) | undefined;
  /** Asked before a version is activated; absent: it is activated at once. */
  Confirm?: ComponentType<ActivationProps & { ruleKey: string }>;
  /** Absent where the kind cannot be paused. */
  pause?: (() => Promise<unknown>) | undefined;
  archive: (cascade: boolean) => Promise<unknown>;
  versions: (signal: AbortSignal) => Promise<RuleHistory>;
};

/** Rules name one another: what is switched on or off shows on the others' pages, and in the vocabulary. */
const refresh = async (): Promise<void> => {
  for (const area of ['conditions', 'rules', 'segments', 'promotions', 'alerts'])
    await queries.invalidateQueries({ queryKey: [area] });
};

export const RuleDocument = ({ area, rule, lead, mayWrite, tab, tabs, Confirm, ...acts }: RuleDocumentProps) => {
  const { t } = useWords();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<number>();
  const { key, name, status, version, activeVersion, broken } = rule;
  const act = { onError: tellTrouble };
  const activate = useMutation({
    mutationFn: async (which: number) => acts.activate?.(which),
    onSuccess: async () => {
      setAsked(undefined);
      tellDone(t(`${area}.activated`));
      await refresh();
    },
    ...act,
  });
  const pause = useMutation({ mutationFn: async () => acts.pause?.(), onSuccess: refresh, ...act });
  const archive = useMutation({
    mutationFn: acts.archive,
    onSuccess: async () => {
      await refresh();
      await navigate({ to: `/${area}` });
    },
    ...act,
  });
  const choose = Confirm ? setAsked : activate.mutate;
  return (
    <Page
      title={name}
      back={{ to: `/${area}`, label: t(`nav.${area}`) }}
      lead={
        <span className="head-tags">
          <RuleState rule={rule} />
          {lead}
          <span className="mono">{key}</span>
        </span>
      }
      actions={
        mayWrite && (
          <RuleButtons
            area={area}
            ruleKey={key}
            mayPause={acts.pause !== undefined && status === 'active'}
            pause={pause}
            archive={archive}
          >
            {acts.activate && (status !== 'active' || activeVersion !== version) && (
              <Button loading={activate.isPending} onClick={() => choose(version)}>
                {activeVersion === version ? t('do.resume') : t(`${area}.activate`, { version })}
              </Button>
            )}
          </RuleButtons>
        )
      }
    >
      {broken && (
        <p className="notice" role="alert">
          {t('rule.brokenText', { reason: broken })}
        </p>
      )}
      {Confirm && asked !== undefined && (
        <Confirm
          ruleKey={key}
          version={asked}
          pending={activate.isPending}
          onClose={() => setAsked(undefined)}
          onActivate={() => activate.mutate(asked)}
        />
      )}
      <PageTabs
        label={name}
        value={tab}
        onChange={(next) =>
          void navigate({ to: `/${area}/$key`, params: { key }, search: { tab: next }, replace: true })
        }
        tabs={[
          ...tabs,
          {
            value: 'versions',
            label: t('rule.versions'),
            content: () => (
              <Versions area={area} ruleKey={key} load={acts.versions} onActivate={mayWrite ? choose : undefined} />
            ),
          },
        ]}
      />
    </Page>
  );
};

/** The tab of the address, which a link may have left out. */
export const useTab = (fallback: string): string => useSearch({ strict: false }).tab ?? fallback;

type RuleFormProps<Draft> = {
  area: RuleArea;
  initial: () => Draft;
  readOnly: boolean;
  save: (draft: Draft, conditions: Record<string, unknown>) => Promise<unknown>;
  Editor: ComponentType<RuleEditorProps<Draft>>;
};

/** Changes are kept until they are saved as a new version or cancelled; leaving with changes is asked about. */
export const RuleForm = <Draft,>({ area, initial, readOnly, save, Editor }: RuleFormProps<Draft>) => {
  const { t } = useWords();
  const { draft, dirty, edit, reset, saved } = useDraft(initial);
  const saving = useMutation({
    mutationFn: (conditions: Record<string, unknown>) => save(draft, conditions),
    onSuccess: async () => {
      saved();
      tellDone(t('do.saved'));
      await queries.invalidateQueries({ queryKey: [area] });
    },
  });
  const cancel = () => {
    reset(initial());
    saving.reset();
  };
  return (
    <>
      <UnsavedGuard dirty={dirty} />
      <Editor
        draft={draft}
        readOnly={readOnly}
        error={saving.error}
        onChange={edit}
        footer={(ready, conditions) => (
          <>
            <Button loading={saving.isPending} disabled={!ready || !dirty} onClick={() => saving.mutate(conditions)}>
              {t('segments.saveVersion')}
            </Button>
            {dirty && (
              <Button variant="default" onClick={cancel}>
                {t('do.cancel')}
              </Button>
            )}
          </>
        )}
      />
    </>
  );
};
