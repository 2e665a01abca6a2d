// One alert: its rule, its firings with the facts seen, its versions.
import { activateAlert, archiveAlert, changeAlert, getAlert, listAlertVersions, pauseAlert } from '@rapport/sdk/routes';
import type { Alert } from '@rapport/sdk/schemas';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { call } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { toTree } from '../../builder/tree.ts';
import { RuleDocument, RuleForm, useTab } from '../../parts/rule-document.tsx';
import { Loaded } from '../../parts/trouble.tsx';
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
  const { key, version, revision, status } = alert;
  const mayWrite = may('alerts:write') && status !== 'archived';
  return (
    <RuleDocument
      area="alerts"
      rule={alert}
      mayWrite={mayWrite}
      lead={<span>{t(`alerts.triggers.${alert.trigger.kind}`)}</span>}
      activate={(which) => call(activateAlert, { params: { key }, body: { version: which } })}
      pause={() => call(pauseAlert, { params: { key } })}
      archive={() => call(archiveAlert, { params: { key } })}
      versions={(signal) => call(listAlertVersions, { params: { key }, signal })}
      tab={useTab(alert.activeVersion === null ? 'rule' : 'firings')}
      tabs={[
        {
          value: 'rule',
          label: t('alerts.rule'),
          content: () => (
            <RuleForm
              key={version}
              area="alerts"
              initial={() => draftOf(alert)}
              readOnly={!mayWrite}
              Editor={AlertEditor}
              save={(draft, conditions) =>
                call(changeAlert, {
                  params: { key },
                  headers: { 'If-Match': `"${revision}"` },
                  body: bodyOf(draft, conditions),
                })
              }
            />
          ),
        },
        { value: 'firings', label: t('alerts.firings'), content: () => <Firings alertKey={key} /> },
      ]}
    />
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
