// What a plugin asks for, in words, before it may run: scopes with reasons, hosts it reaches, and whether personal data can leave.
import { Alert, Button, Checkbox } from '@mantine/core';
import { consentToPlugin } from '@rapport/sdk/routes';
import type { Plugin } from '@rapport/sdk/schemas';
import { IconAlertTriangle, IconWorld } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { Panel, Tag } from '../../parts/page.tsx';
import { Trouble, tellDone } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';
import { idParam } from './plugin-id.ts';
import { localText } from './settings-schema.ts';

type Host = { origin: string; methods: string[]; reason: string | { en: string; zh?: string } };

export const Consent = ({ plugin, mayWrite }: { plugin: Plugin; mayWrite: boolean }) => {
  const { t, language } = useWords();
  const waiting = plugin.status === 'waiting-for-consent';
  const [granted, setGranted] = useState(
    () => new Set(plugin.scopes.filter((asked) => asked.required || asked.granted).map(({ scope }) => scope)),
  );
  const consent = useMutation({
    mutationFn: (enable: boolean) =>
      call(consentToPlugin, {
        params: { id: idParam(plugin.id) },
        body: { scopes: [...granted], ...(enable && { enable }) },
      }),
    onSuccess: async () => {
      tellDone(t('plugins.consented'));
      await queries.invalidateQueries({ queryKey: ['plugins'] });
    },
  });
  const toggle = (scope: string) =>
    setGranted((old) =>
      old.has(scope) ? new Set([...old].filter((each) => each !== scope)) : new Set([...old, scope]),
    );
  const added = addedBy(plugin, language);
  const changed = plugin.scopes.some(({ scope, granted: was }) => was !== granted.has(scope));
  return (
    <Panel title={t(waiting ? 'plugins.asks' : 'plugins.mayDo')}>
      <div className="grid">
        {plugin.canSendPersonalDataOut && (
          <Alert variant="default" className="warn-box" icon={<IconAlertTriangle size={18} />}>
            {t('plugins.personalOut')}
          </Alert>
        )}
        {plugin.scopes.length === 0 && <p className="small dim">{t('plugins.asksNothing')}</p>}
        <ul className="scopes">
          {plugin.scopes.map(({ scope, reason, required, personal }) => (
            <li key={scope}>
              <Checkbox
                label={<span className="mono">{scope}</span>}
                description={
                  personal.length > 0
                    ? `${localText(reason, language)} ${t('plugins.inClear', { members: personal.join(', ') })}`
                    : localText(reason, language)
                }
                checked={granted.has(scope)}
                disabled={required || !mayWrite}
                onChange={() => toggle(scope)}
              />
              {required ? <Tag tone="info">{t('plugins.required')}</Tag> : <Tag>{t('plugins.optional')}</Tag>}
            </li>
          ))}
        </ul>
        {added.length > 0 && (
          <div>
            <h3 className="sub">{t('plugins.adds')}</h3>
            <ul className="scopes">
              {added.map(({ kind, key, title, description }) => (
                <li key={`${kind} ${key}`}>
                  <Tag>{t(`plugins.provides.${kind}`)}</Tag>
                  <span className="two-lines">
                    <span>{title}</span>
                    {description && <span className="small dim">{description}</span>}
                  </span>
                </li>
              ))}
            </ul>
          </div>
        )}
        {plugin.hosts.length > 0 && (
          <div>
            <h3 className="sub">{t('plugins.hosts')}</h3>
            <ul className="scopes">
              {(plugin.hosts as Host[]).map(({ origin, methods, reason }) => (
                <li key={origin}>
                  <IconWorld size={18} className="dim" aria-hidden="true" />
                  <span className="two-lines">
                    <span className="mono">
                      {methods.join(', ')} {origin}
                    </span>
                    <span className="small dim">{localText(reason, language)}</span>
                  </span>
                </li>
              ))}
            </ul>
          </div>
        )}
        <Trouble error={consent.error} />
        {mayWrite && (waiting || changed) && (
          <div className="form-foot">
            {waiting && (
              <Button loading={consent.isPending} onClick={() => consent.mutate(true)}>
                {t('plugins.grantEnable')}
              </Button>
            )}
            <Button
              variant={waiting ? 'default' : 'filled'}
              loading={consent.isPending}
              onClick={() => consent.mutate(false)}
            >
              {t('plugins.grant')}
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
};

const kindsAdded = ['recommenders', 'scorers', 'channels', 'recordTypes', 'schedules', 'http'] as const;

/** What a plugin adds, under the names that its manifest gives. */
const addedBy = ({ provides }: Plugin, language: Parameters<typeof localText>[1]) =>
  kindsAdded.flatMap((kind) =>
    (provides[kind] ?? []).map((entry) => ({
      kind,
      key: 'key' in entry ? entry.key : `${entry.method} ${entry.path}`,
      title: localText('title' in entry ? entry.title : entry.summary, language),
      description: 'description' in entry ? localText(entry.description, language) : undefined,
    })),
  );
