// Custom attributes of customers: typed, and usable at once in the API, imports and rules.
import { Button, Checkbox, Group, Modal, NativeSelect, TagsInput, TextInput } from '@mantine/core';
import { changeAttribute, createAttribute } from '@rapport/sdk/routes';
import type { Attribute, NewAttribute } from '@rapport/sdk/schemas';
import { IconColumns3, IconPlus } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { useAttributes } from '../../api/customers.ts';
import { useMay } from '../../api/session.ts';
import { fieldError, unplaced } from '../../parts/form.tsx';
import { Empty, Panel, Tag } from '../../parts/page.tsx';
import { Table } from '../../parts/table.tsx';
import { useTakeAway } from '../../parts/take-away.tsx';
import { Loaded, Trouble, tellTrouble } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';

const types = ['text', 'number', 'integer', 'boolean', 'date', 'datetime', 'money', 'list'] as const;

const refresh = () =>
  Promise.all([
    queries.invalidateQueries({ queryKey: ['attributes'] }),
    queries.invalidateQueries({ queryKey: ['rules'] }),
  ]);

export const Attributes = () => {
  const { t, language } = useWords();
  const may = useMay();
  const attributes = useAttributes();
  const [making, setMaking] = useState(false);
  const archive = useMutation({
    mutationFn: ({ key, archived, cascade }: { key: string; archived: boolean; cascade?: boolean }) =>
      call(changeAttribute, { params: { key }, query: { cascade }, body: { archived } }),
    onSuccess: refresh,
    onError: tellTrouble,
  });
  const { takeAway, dialog } = useTakeAway();
  const mayWrite = may('attributes:write');
  const create = mayWrite && (
    <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>
      {t('settings.newAttribute')}
    </Button>
  );
  return (
    <Panel title={t('customers.attributes')} bare actions={create}>
      {dialog}
      {making && <AttributeForm onClose={() => setMaking(false)} />}
      <Loaded query={attributes}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty
              icon={<IconColumns3 size={30} />}
              title={t('settings.noAttributes')}
              text={t('settings.noAttributesText')}
            />
          ) : (
            <Table
              label={t('customers.attributes')}
              rows={data}
              keyOf={({ key }) => key}
              columns={[
                {
                  key: 'title',
                  title: t('settings.title'),
                  cell: ({ key, title, titleZh }) => (
                    <div className="two-lines">
                      <strong>{(language === 'zh' && titleZh) || title}</strong>
                      <span className="mono dim">{key}</span>
                    </div>
                  ),
                },
                {
                  key: 'type',
                  title: t('settings.type'),
                  cell: ({ type }) => t(`settings.types.${type as (typeof types)[number]}`),
                },
                {
                  key: 'options',
                  title: t('settings.options'),
                  show: 'wide',
                  cell: ({ options }) => options?.join(', '),
                },
                {
                  key: 'marks',
                  title: t('rule.status'),
                  quiet: true,
                  show: 'extra',
                  cell: ({ personal, unique, archivedAt }) => (
                    <span className="tags">
                      {personal && <Tag tone="warn">{t('settings.personal')}</Tag>}
                      {unique && <Tag>{t('settings.unique')}</Tag>}
                      {archivedAt && <Tag>{t('status.archived')}</Tag>}
                    </span>
                  ),
                },
                {
                  key: 'act',
                  title: t('do.actions'),
                  quiet: true,
                  end: true,
                  cell: ({ key, archivedAt }: Attribute) =>
                    mayWrite && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={`${t(archivedAt ? 'settings.restore' : 'do.archive')}: ${key}`}
                        onClick={() =>
                          archivedAt
                            ? archive.mutate({ key, archived: false })
                            : void takeAway({
                                of: `attribute:${key}`,
                                title: t('settings.archiveAttribute'),
                                text: t('settings.archiveAttributeText'),
                                confirm: t('do.archive'),
                                quick: true,
                                act: (cascade) => archive.mutate({ key, archived: true, cascade }),
                              })
                        }
                      >
                        {t(archivedAt ? 'settings.restore' : 'do.archive')}
                      </Button>
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
};

const AttributeForm = ({ onClose }: { onClose: () => void }) => {
  const { t } = useWords();
  const [draft, setDraft] = useState<Required<Omit<NewAttribute, 'description'>>>({
    key: '',
    title: '',
    titleZh: '',
    type: 'text',
    options: [],
    personal: false,
    unique: false,
  });
  const set = (change: Partial<typeof draft>) => setDraft((old) => ({ ...old, ...change }));
  const save = useMutation({
    mutationFn: () => {
      const { titleZh, options, ...rest } = draft;
      return call(createAttribute, {
        body: { ...rest, ...(titleZh && { titleZh }), ...(options.length > 0 && { options }) },
      });
    },
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const at = (member: string) => fieldError(save.error, `/${member}`);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('settings.newAttribute')}
      closeButtonProps={{ 'aria-label': t('do.close') }}
    >
      <form onSubmit={submit} className="fields">
        <TextInput
          label={t('settings.title')}
          required
          value={draft.title}
          onChange={(event) => {
            const title = event.currentTarget.value;
            const follows = draft.key === keyOf(draft.title);
            set({ title, ...(follows && { key: keyOf(title) }) });
          }}
          error={at('title')}
        />
        <TextInput
          label={t('settings.titleZh')}
          value={draft.titleZh}
          onChange={(event) => set({ titleZh: event.currentTarget.value })}
          error={at('titleZh')}
        />
        <TextInput
          label={t('rule.key')}
          description={t('rule.keyHint')}
          required
          value={draft.key}
          onChange={(event) => set({ key: event.currentTarget.value })}
          error={at('key')}
        />
        <NativeSelect
          label={t('settings.type')}
          value={draft.type}
          onChange={(event) => set({ type: event.currentTarget.value as (typeof types)[number], options: [] })}
          data={types.map((value) => ({ value, label: t(`settings.types.${value}`) }))}
          error={at('type')}
        />
        {(draft.type === 'text' || draft.type === 'list') && (
          <TagsInput
            label={t('settings.options')}
            description={t('settings.optionsHint')}
            value={draft.options}
            onChange={(options) => set({ options })}
            error={at('options')}
          />
        )}
        <Checkbox
          label={t('settings.personalHint')}
          checked={draft.personal}
          onChange={(event) => set({ personal: event.currentTarget.checked })}
        />
        <Checkbox
          label={t('settings.unique')}
          checked={draft.unique}
          onChange={(event) => set({ unique: event.currentTarget.checked })}
        />
        <Trouble error={unplaced(save.error, ['/title', '/titleZh', '/key', '/type', '/options'])} />
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t('do.create')}
          </Button>
        </Group>
      </form>
    </Modal>
  );
};

const keyOf = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 40);
