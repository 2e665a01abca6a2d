// One thing an alert does: send a message, tell webhooks, tag the customer.
import { ActionIcon, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { listTemplates } from '@rapport/sdk/routes';
import type { AlertAction } from '@rapport/sdk/schemas';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { fieldError } from '../../parts/form.tsx';
import { useWords } from '../../words/words.ts';

type MessageAction = Extract<AlertAction, { kind: 'message' }>;
type ActionProps = {
  index: number;
  action: AlertAction;
  onChange: (action: AlertAction | undefined) => void;
  error: unknown;
};

const starts: Record<AlertAction['kind'], AlertAction> = {
  message: { kind: 'message', channel: 'email', purpose: 'service', content: { subject: '', text: '' } },
  webhook: { kind: 'webhook' },
  tag: { kind: 'tag', tag: '' },
};

export const ActionFields = ({ index, action, onChange, error }: ActionProps) => {
  const { t } = useWords();
  return (
    <div className="action">
      <div className="two-fields">
        <NativeSelect
          label={`${t('alerts.action')} ${index + 1}`}
          value={action.kind}
          onChange={(event) => onChange(starts[event.currentTarget.value as AlertAction['kind']])}
          data={(['message', 'webhook', 'tag'] as const).map((kind) => ({
            value: kind,
            label: t(`alerts.kinds.${kind}`),
          }))}
        />
        {action.kind === 'tag' && (
          <TextInput
            label={t('alerts.tag')}
            value={action.tag}
            onChange={(event) => onChange({ kind: 'tag', tag: event.currentTarget.value })}
            error={fieldError(error, `/actions/${index}/tag`)}
          />
        )}
        {action.kind === 'message' && <MessageFields index={index} action={action} onChange={onChange} error={error} />}
      </div>
      <ActionIcon aria-label={`${t('do.remove')} ${index + 1}`} onClick={() => onChange(undefined)}>
        <IconX size={16} />
      </ActionIcon>
    </div>
  );
};

type MessageProps = { index: number; action: MessageAction; onChange: (action: AlertAction) => void; error: unknown };

const MessageFields = ({ index, action, onChange, error }: MessageProps) => {
  const { t } = useWords();
  const may = useMay();
  const templates = useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => call(listTemplates, { query: { limit: 200 }, signal }),
    enabled: may('templates:read'),
    staleTime: 60_000,
  });
  const at = (member: string) => fieldError(error, `/actions/${index}/${member}`);
  const chooseTemplate = (template: string) => {
    const { template: _template, content: _content, ...rest } = action;
    onChange(template ? { ...rest, template } : { ...rest, content: { subject: '', text: '' } });
  };
  const setTo = (to: string) => {
    const { to: _to, ...rest } = action;
    onChange(to ? { ...rest, to, purpose: 'staff' } : rest);
  };
  return (
    <>
      <TextInput
        label={t('alerts.channel')}
        value={action.channel}
        onChange={(event) => onChange({ ...action, channel: event.currentTarget.value })}
        error={at('channel')}
      />
      <TextInput
        label={t('alerts.to')}
        value={action.to ?? ''}
        onChange={(event) => setTo(event.currentTarget.value)}
        error={at('to')}
      />
      <NativeSelect
        label={t('alerts.purpose')}
        value={action.purpose ?? 'service'}
        onChange={(event) => onChange({ ...action, purpose: event.currentTarget.value as 'service' })}
        data={(['service', 'marketing', 'staff'] as const).map((purpose) => ({
          value: purpose,
          label: t(`alerts.purposes.${purpose}`),
        }))}
        error={at('purpose')}
      />
      <NativeSelect
        label={t('alerts.template')}
        value={action.template ?? ''}
        onChange={(event) => chooseTemplate(event.currentTarget.value)}
        data={[
          { value: '', label: t('alerts.ownText') },
          ...(templates.data?.data ?? []).map(({ key, title }) => ({ value: key, label: title })),
        ]}
        error={at('template')}
      />
      {action.template === undefined && (
        <>
          <TextInput
            label={t('alerts.subject')}
            value={action.content?.subject ?? ''}
            onChange={(event) =>
              onChange({ ...action, content: { ...action.content, subject: event.currentTarget.value } })
            }
            error={at('content/subject')}
          />
          <Textarea
            label={t('alerts.text')}
            autosize
            minRows={2}
            value={action.content?.text ?? ''}
            onChange={(event) =>
              onChange({ ...action, content: { ...action.content, text: event.currentTarget.value } })
            }
            error={at('content/text')}
          />
        </>
      )}
    </>
  );
};
