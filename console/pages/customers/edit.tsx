// Editing a customer: only what changed is sent, guarded by the version that was read.
import { Button, Drawer, Group, NativeSelect, TextInput } from '@mantine/core';
import { changeCustomer } from '@rapport/sdk/routes';
import type { Attribute, Customer } from '@rapport/sdk/schemas';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiError, call, queries } from '../../api/client.ts';
import { useAttributes } from '../../api/customers.ts';
import { fieldError, unplaced } from '../../parts/form.tsx';
import { Trouble, tellDone } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';

const fields = [
  'firstName',
  'lastName',
  'name',
  'email',
  'phone',
  'company',
  'jobTitle',
  'birthday',
  'gender',
  'address',
  'postalCode',
  'city',
  'region',
  'country',
  'language',
  'timeZone',
  'stage',
] as const;
type Field = (typeof fields)[number];

type EditProps = { customer: Customer; etag: string | undefined; onClose: () => void };

export const EditCustomer = ({ customer, etag, onClose }: EditProps) => {
  const { t, language } = useWords();
  const attributes = useAttributes();
  const [texts, setTexts] = useState<Record<Field, string>>(
    () => Object.fromEntries(fields.map((name) => [name, customer[name] ?? ''])) as Record<Field, string>,
  );
  const [custom, setCustom] = useState<Record<string, string>>(() =>
    Object.fromEntries(Object.entries(customer.attributes).map(([key, value]) => [key, asText(value)])),
  );
  const open = (attributes.data?.data ?? []).filter(({ archivedAt }) => archivedAt === null);
  const save = useMutation({
    mutationFn: () => {
      const changed = fields.filter((name) => texts[name].trim() !== (customer[name] ?? ''));
      const values = open.filter(({ key }) => (custom[key] ?? '') !== asText(customer.attributes[key]));
      return call(changeCustomer, {
        params: { id: customer.id },
        headers: etag ? { 'If-Match': etag } : {},
        body: {
          ...Object.fromEntries(changed.map((name) => [name, texts[name].trim() || null])),
          ...(values.length > 0 && {
            attributes: Object.fromEntries(values.map((each) => [each.key, parse(each, custom[each.key] ?? '')])),
          }),
        },
      });
    },
    onSuccess: async () => {
      tellDone(t('do.saved'));
      await queries.invalidateQueries({ queryKey: ['customers'] });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const pointers = [...fields.map((name) => `/${name}`), ...open.map(({ key }) => `/attributes/${key}`)];
  const conflict = save.error instanceof ApiError && save.error.status === 412;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={440}
      title={t('customers.edit')}
      closeButtonProps={{ 'aria-label': t('do.close') }}
    >
      <form onSubmit={submit} className="fields">
        <p className="small dim" style={{ margin: 0 }}>
          {t('customers.editHint')}
        </p>
        <div className="two-fields">
          {fields.map((name) => (
            <TextInput
              key={name}
              label={t(`customers.${name}`)}
              type={name === 'birthday' ? 'date' : 'text'}
              value={texts[name]}
              onChange={(event) => {
                const { value } = event.currentTarget;
                setTexts((old) => ({ ...old, [name]: value }));
              }}
              error={fieldError(save.error, `/${name}`)}
            />
          ))}
          {open.map((each) => (
            <AttributeField
              key={each.key}
              attribute={each}
              label={(language === 'zh' && each.titleZh) || each.title}
              value={custom[each.key] ?? ''}
              onChange={(value) => setCustom((old) => ({ ...old, [each.key]: value }))}
              error={fieldError(save.error, `/attributes/${each.key}`)}
            />
          ))}
        </div>
        <Trouble error={unplaced(save.error, pointers)} />
        <Group justify="flex-end">
          {conflict && (
            <Button
              variant="default"
              onClick={() => {
                void queries.invalidateQueries({ queryKey: ['customers', customer.id] });
                onClose();
              }}
            >
              {t('say.reload')}
            </Button>
          )}
          <Button type="submit" loading={save.isPending}>
            {t('do.save')}
          </Button>
        </Group>
      </form>
    </Drawer>
  );
};

const asText = (value: unknown): string =>
  value === null || value === undefined ? '' : Array.isArray(value) ? value.join(', ') : String(value);

/** As the attribute's type wants it; what does not fit goes as it was typed, and the server says why not. */
const parse = ({ type }: Attribute, text: string): unknown => {
  const typed = text.trim();
  if (typed === '') return null;
  if (type === 'boolean') return typed === 'true';
  if (type === 'list')
    return typed
      .split(/[,，]/)
      .map((part) => part.trim())
      .filter(Boolean);
  if (type === 'datetime') return Number.isNaN(Date.parse(typed)) ? typed : new Date(typed).toISOString();
  if (type === 'number' || type === 'integer' || type === 'money')
    return Number.isFinite(Number(typed)) ? Number(typed) : typed;
  return typed;
};

type FieldProps = {
  attribute: Attribute;
  label: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
};

const AttributeField = ({ attribute, label, value, onChange, error }: FieldProps) => {
  const { t } = useWords();
  const choices =
    attribute.type === 'boolean'
      ? [
          { value: 'true', label: t('say.yes') },
          { value: 'false', label: t('say.no') },
        ]
      : attribute.type === 'text'
        ? attribute.options?.map((option) => ({ value: option, label: option }))
        : undefined;
  if (choices)
    return (
      <NativeSelect
        label={label}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={[{ value: '', label: '' }, ...choices]}
      />
    );
  return (
    <TextInput
      label={label}
      value={value}
      error={error}
      type={attribute.type === 'date' ? 'date' : 'text'}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
};
