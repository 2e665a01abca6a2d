// An alert being written: what sets it off, under which conditions, how often at most, and what is then done.
import { Button, NativeSelect, TagsInput } from '@mantine/core';
import { listEventTypes } from '@rapport/sdk/routes';
import { type AlertAction, type AlertTrigger, orderStatuses } from '@rapport/sdk/schemas';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { useSegments } from '../../api/figures.ts';
import { useMay } from '../../api/session.ts';
import { useChecked } from '../../builder/live.ts';
import { type GroupNode, newGroup } from '../../builder/tree.ts';
import { fieldError, unplaced } from '../../parts/form.tsx';
import { Panel } from '../../parts/page.tsx';
import { RuleConditions } from '../../parts/rule-conditions.tsx';
import { RuleFields, type RuleHead } from '../../parts/rule-fields.tsx';
import type { RuleEditorProps } from '../../parts/rule-page.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';
import { ActionFields } from './action-fields.tsx';

export type AlertDraft = RuleHead & {
  trigger: AlertTrigger;
  tree: GroupNode;
  cooldown: string;
  actions: AlertAction[];
};
export const emptyAlert: AlertDraft = {
  key: '',
  name: '',
  description: '',
  trigger: { kind: 'event', types: [] },
  tree: newGroup(),
  cooldown: 'P1D',
  actions: [{ kind: 'tag', tag: '' }],
};

/** The body that saves a draft. Where the trigger alone decides, there are no conditions. */
export const bodyOf = (draft: AlertDraft, conditions: Record<string, unknown>) => ({
  name: draft.name,
  description: draft.description || null,
  trigger: draft.trigger,
  conditions: draft.tree.children.length === 0 ? null : conditions,
  cooldown: draft.cooldown || null,
  actions: draft.actions,
});

const cooldowns = ['', 'PT1H', 'P1D', 'P7D', 'P30D'] as const;

export const AlertEditor = ({
  draft,
  onChange,
  isNew = false,
  readOnly = false,
  error,
  footer,
}: RuleEditorProps<AlertDraft>) => {
  const { t } = useWords();
  const context = draft.trigger.kind === 'event' ? 'event' : 'customer';
  const checked = useChecked(draft.tree, context);
  const set = (change: Partial<AlertDraft>) => onChange((old) => ({ ...old, ...change }));
  const ready =
    checked.valid && checked.open === 0 && draft.name.trim() !== '' && draft.key !== '' && draft.actions.length > 0;
  return (
    <div className="grid">
      <Panel>
        <RuleFields value={draft} isNew={isNew} readOnly={readOnly} error={error} onChange={set} />
      </Panel>
      <Panel title={t('alerts.trigger')}>
        <fieldset className="bare-fieldset two-fields" disabled={readOnly}>
          <TriggerFields value={draft.trigger} onChange={(trigger) => set({ trigger })} error={error} />
          <NativeSelect
            label={t('alerts.cooldown')}
            value={draft.cooldown}
            onChange={(event) => set({ cooldown: event.currentTarget.value })}
            data={[
              ...cooldowns.map((value) => ({ value, label: t(`alerts.cooldowns.${value === '' ? 'none' : value}`) })),
              ...((cooldowns as readonly string[]).includes(draft.cooldown)
                ? []
                : [{ value: draft.cooldown, label: draft.cooldown }]),
            ]}
            error={fieldError(error, '/cooldown')}
          />
        </fieldset>
      </Panel>
      <Panel title={t('alerts.conditions')}>
        <RuleConditions
          label={t('alerts.conditions')}
          tree={draft.tree}
          onChange={onChange}
          context={context}
          checked={checked}
          readOnly={readOnly}
        />
        <Trouble error={checked.error} />
      </Panel>
      <Panel title={t('alerts.actions')}>
        <fieldset className="bare-fieldset grid" disabled={readOnly}>
          {draft.actions.map((action, index) => (
            <ActionFields
              // biome-ignore lint/suspicious/noArrayIndexKey: actions have no identity but their place
              key={index}
              index={index}
              action={action}
              error={error}
              onChange={(next) =>
                set({ actions: draft.actions.flatMap((each, at) => (at === index ? (next ? [next] : []) : [each])) })
              }
            />
          ))}
          {!readOnly && (
            <div>
              <Button
                size="xs"
                variant="subtle"
                leftSection={<IconPlus size={14} />}
                onClick={() => set({ actions: [...draft.actions, { kind: 'webhook' }] })}
              >
                {t('alerts.addAction')}
              </Button>
            </div>
          )}
        </fieldset>
        <Trouble error={unplaced(error, ['/name', '/key', '/description', '/cooldown', '/trigger'])} />
        {checked.open > 0 && <p className="small warn-text">{t('builder.open', { count: checked.open })}</p>}
        {!readOnly && <div className="form-foot">{footer(ready, checked.conditions as Record<string, unknown>)}</div>}
      </Panel>
    </div>
  );
};

type TriggerProps = { value: AlertTrigger; onChange: (trigger: AlertTrigger) => void; error: unknown };

const TriggerFields = ({ value, onChange, error }: TriggerProps) => {
  const { t } = useWords();
  const may = useMay();
  const segments = useSegments();
  const types = useQuery({
    queryKey: ['events', 'types'],
    queryFn: ({ signal }) => call(listEventTypes, { signal }),
    enabled: may('events:read'),
    staleTime: 60_000,
  });
  const turnTo = (kind: AlertTrigger['kind']) =>
    onChange(
      kind === 'event'
        ? { kind, types: [] }
        : kind === 'change'
          ? { kind }
          : { kind, segment: segments.data?.data[0]?.key ?? '', moment: 'entered' },
    );
  return (
    <>
      <NativeSelect
        label={t('alerts.trigger')}
        value={value.kind}
        onChange={(event) => turnTo(event.currentTarget.value as AlertTrigger['kind'])}
        data={(['event', 'change', 'segment'] as const).map((kind) => ({
          value: kind,
          label: t(`alerts.triggers.${kind}`),
        }))}
      />
      {value.kind === 'event' && (
        <TagsInput
          label={t('alerts.types')}
          data={[
            ...new Set([
              ...orderStatuses.map((status) => `order.${status}`),
              ...(types.data?.data.map(({ type }) => type) ?? []),
            ]),
          ]}
          value={value.types}
          onChange={(list) => onChange({ kind: 'event', types: list })}
          error={fieldError(error, '/trigger')}
        />
      )}
      {value.kind === 'segment' && (
        <>
          <NativeSelect
            label={t('alerts.segment')}
            value={value.segment}
            onChange={(event) => onChange({ ...value, segment: event.currentTarget.value })}
            data={(segments.data?.data ?? []).map(({ key, name }) => ({ value: key, label: name }))}
            error={fieldError(error, '/trigger')}
          />
          <NativeSelect
            label={t('alerts.moment')}
            value={value.moment}
            onChange={(event) => onChange({ ...value, moment: event.currentTarget.value as 'entered' })}
            data={(['entered', 'left'] as const).map((moment) => ({
              value: moment,
              label: t(`alerts.moments.${moment}`),
            }))}
          />
        </>
      )}
    </>
  );
};
