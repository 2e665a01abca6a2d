// Name, key and description of a rule: the key follows the name until it is typed, and stays once saved.
import { Textarea, TextInput } from '@mantine/core';
import { useWords } from '../words/words.ts';
import { fieldError } from './form.tsx';

export type RuleHead = { key: string; name: string; description: string };

type RuleFieldsProps = {
  value: RuleHead;
  onChange: (value: RuleHead) => void;
  isNew: boolean;
  error: unknown;
  readOnly?: boolean;
};

export const keyOf = (name: string): string => {
  const key = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 60);
  return key;
};

export const RuleFields = ({ value, onChange, isNew, error, readOnly = false }: RuleFieldsProps) => {
  const { t } = useWords();
  const follows = value.key === keyOf(value.name);
  return (
    <div className="two-fields">
      <TextInput
        label={t('rule.name')}
        value={value.name}
        readOnly={readOnly}
        maxLength={200}
        onChange={(event) => {
          const name = event.currentTarget.value;
          onChange({ ...value, name, ...(isNew && follows && { key: keyOf(name) }) });
        }}
        error={fieldError(error, '/name')}
      />
      {isNew && (
        <TextInput
          label={t('rule.key')}
          description={t('rule.keyHint')}
          value={value.key}
          maxLength={63}
          onChange={(event) => onChange({ ...value, key: event.currentTarget.value })}
          error={fieldError(error, '/key')}
        />
      )}
      <Textarea
        className={isNew ? 'whole-row' : undefined}
        label={t('rule.description')}
        autosize
        minRows={1}
        maxRows={5}
        readOnly={readOnly}
        value={value.description}
        onChange={(event) => onChange({ ...value, description: event.currentTarget.value })}
        error={fieldError(error, '/description')}
      />
    </div>
  );
};
