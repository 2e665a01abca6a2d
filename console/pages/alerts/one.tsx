// One alert: its rule, its firings with the facts seen, its versions.
import { Button } from '@mantine/core';
import { activateAlert, archiveAlert, changeAlert, getAlert, listAlertVersions, pauseAlert } from '@rapport/sdk/routes';
import type { Alert } from '@rapport/sdk/schemas';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { call, queries } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { toTree } from '../../builder/tree.ts';
import { UnsavedGuard } from '../../parts/form.tsx';
import { Page } from '../../parts/page.tsx';
import { RuleButtons, useDraft } from '../../parts/rule-page.tsx';
import { PageTabs } from '../../parts/tabs.tsx';
import { Status } from '../../parts/time.tsx';
import { Loaded, tellDone, tellTrouble } from '../../parts/trouble.tsx';
import { Versions } from '../../parts/versions.tsx';
import { useWords } from '../../words/words.ts';
import { type AlertDraft, AlertEditor, bodyOf } from './editor.tsx';
import { Firings } from './firings.tsx';

export const AlertPage = () => {
  const { key } = useParams({ from: '/frame/alerts/$key' });
  const query = useQuery({
    queryKey: ['alerts', key],
    queryFn: ({ signal }) => call(getAlert, { params: { key }, signal }),
  });
  return <Loaded query={query}>{(data) => <Whole alert={data} />}</Loaded>;
};

const Whole = ({ alert }: { alert: Alert }) => {
  const { t } = useWords();
  const may = useMay();
  const navigate = useNavigate();
  const { tab = alert.activeVersion === null ? 'rule' : 'firings' } = useSearch({ from: '/frame/alerts/$key' });
  const { key, version, activeVersion, status } = alert;
  const mayWrite = may('alerts:write') && status !== 'archived';
  const act = { onSuccess: () => queries.invalidateQueries({ queryKey: ['alerts'] }), onError: tellTrouble };
  const activate = useMutation({
    mutationFn: (which: number) => call(activateAlert, { params: { key }, body: { version: which } }),
    ...act,
  });
  const pause = useMutation({ mutationFn: () => call(pauseAlert, { params: { key } }), ...act });
  const archive = useMutation({ mutationFn: (_cascade: boolean) => call(archiveAlert, { params: { key } }), ...act });
  return (
    <Page
      title={alert.name}
      back={{ to: '/alerts', label: t('nav.alerts') }}
      lead={
        <span className="head-tags">
          <Status status={status} />
          <span>{t(`alerts.triggers.${alert.trigger.kind}`)}</span>
          <span className="mono">{key}</span>
        </span>
      }
      actions={
        mayWrite && (
          <RuleButtons area="alerts" ruleKey={alert.key} mayPause={status === 'active'} pause={pause} archive={archive}>
            {(status !== 'active' || activeVersion !== version) && (
              <Button loading={activate.isPending} onClick={() => activate.mutate(version)}>
                {t('alerts.activate', { version })}
              </Button>
            )}
          </RuleButtons>
        )
      }
    >
      <PageTabs
        label={alert.name}
        value={tab}
        onChange={(next) =>
          void navigate({ to: '/alerts/$key', params: { key }, search: { tab: next }, replace: true })
        }
        tabs={[
          {
            value: 'rule',
            label: t('alerts.rule'),
            content: () => <Rule key={version} alert={alert} readOnly={!mayWrite} />,
          },
          { value: 'firings', label: t('alerts.firings'), content: () => <Firings alertKey={key} /> },
          {
            value: 'versions',
            label: t('rule.versions'),
            content: () => (
              <Versions
                area="alerts"
                ruleKey={key}
                load={(signal) => call(listAlertVersions, { params: { key }, signal })}
                onActivate={mayWrite ? (which) => activate.mutate(which) : undefined}
              />
            ),
          },
        ]}
      />
    </Page>
  );
};

const draftOf = (alert: Alert): AlertDraft => ({
  key: alert.key,
  name: alert.name,
  description: alert.description ?? '',
  trigger: alert.trigger,
  tree: toTree(alert.conditions),
  cooldown: alert.cooldown ?? '',
  actions: alert.actions,
});

const Rule = ({ alert, readOnly }: { alert: Alert; readOnly: boolean }) => {
  const { t } = useWords();
  const { draft, dirty, edit, saved } = useDraft(() => draftOf(alert));
  const save = useMutation({
    mutationFn: (conditions: Record<string, unknown>) =>
      call(changeAlert, {
        params: { key: alert.key },
        headers: { 'If-Match': `"${alert.revision}"` },
        body: bodyOf(draft, conditions),
      }),
    onSuccess: async () => {
      saved();
      tellDone(t('do.saved'));
      await queries.invalidateQueries({ queryKey: ['alerts'] });
    },
  });
  return (
    <>
      <UnsavedGuard dirty={dirty} />
      <AlertEditor
        draft={draft}
        readOnly={readOnly}
        error={save.error}
        onChange={edit}
        footer={(ready, conditions) => (
          <Button loading={save.isPending} disabled={!ready || !dirty} onClick={() => save.mutate(conditions)}>
            {t('segments.saveVersion')}
          </Button>
        )}
      />
    </>
  );
};
