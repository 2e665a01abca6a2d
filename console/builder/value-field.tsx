// What a fact is compared with, as the field its type wants. Empty is undefined: the condition is not finished.
import type { FactType, VocabularyFact } from '@rapport/sdk/schemas';
import { type KeyboardEvent, useId, useState } from 'react';
import { fromMinor, toMinor } from '../words/format.ts';
import { useWords } from '../words/words.ts';
import { numeric, readChips, showChip } from './chips.ts';
import { useEditor } from './editor.tsx';

type FieldProps = {
  fact?: VocabularyFact;
  type: FactType;
  list: boolean;
  value: unknown;
  onChange: (value: unknown) => void;
};

export const ValueField = ({ fact, type, list, value, onChange }: FieldProps) => {
  const { t } = useWords();
  const { readOnly, currency } = useEditor();
  const label = t('builder.value');
  const shared = { 'aria-label': label, disabled: readOnly };
  if (list)
    return <Chips type={type} options={fact?.options} value={Array.isArray(value) ? value : []} onChange={onChange} />;
  if (type === 'boolean')
    return (
      <select
        {...shared}
        className="pick"
        value={value === undefined ? '' : String(value)}
        onChange={(event) =>
          onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value === 'true')
        }
      >
        <option value="" />
        <option value="true">{t('say.yes')}</option>
        <option value="false">{t('say.no')}</option>
      </select>
    );
  if (fact?.closed && fact.options)
    return (
      <select
        {...shared}
        className="pick"
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.currentTarget.value || undefined)}
      >
        <option value="" />
        {fact.options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    );
  if (type === 'money') return <MoneyField {...shared} currency={currency} value={value} onChange={onChange} />;
  if (type === 'day')
    return (
      <input
        {...shared}
        type="date"
        className="fill"
        value={typeof value === 'string' ? value.slice(0, 10) : ''}
        onChange={(event) => onChange(event.currentTarget.value || undefined)}
      />
    );
  if (type === 'instant')
    return (
      <input
        {...shared}
        type="datetime-local"
        className="fill"
        value={typeof value === 'string' ? local(value) : ''}
        onChange={(event) =>
          onChange(event.currentTarget.value ? new Date(event.currentTarget.value).toISOString() : undefined)
        }
      />
    );
  if (numeric(type))
    return (
      <input
        {...shared}
        type="number"
        className="fill number"
        step={type === 'integer' ? 1 : 'any'}
        value={typeof value === 'number' ? value : ''}
        onChange={(event) => onChange(event.currentTarget.value === '' ? undefined : Number(event.currentTarget.value))}
      />
    );
  return <TextField {...shared} options={fact?.options} value={value} onChange={onChange} />;
};

/** An instant as the fields of the reader's own zone. */
const local = (iso: string): string => {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

type TextProps = {
  'aria-label': string;
  disabled: boolean;
  options: string[] | undefined;
  value: unknown;
  onChange: (value: unknown) => void;
};

const TextField = ({ options, value, onChange, ...shared }: TextProps) => {
  const id = useId();
  return (
    <>
      <input
        {...shared}
        className="fill"
        list={options ? id : undefined}
        value={typeof value === 'string' || typeof value === 'number' ? value : ''}
        onChange={(event) => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
      />
      {options && <Options id={id} options={options} />}
    </>
  );
};

const Options = ({ id, options }: { id: string; options: string[] }) => (
  <datalist id={id}>
    {options.map((option) => (
      <option key={option} value={option} />
    ))}
  </datalist>
);

type MoneyProps = {
  'aria-label': string;
  disabled: boolean;
  currency: string;
  value: unknown;
  onChange: (value: unknown) => void;
};

const MoneyField = ({ currency, value, onChange, ...shared }: MoneyProps) => {
  const [text, setText] = useState(typeof value === 'number' ? fromMinor(value, currency) : '');
  return (
    <span className="money">
      <input
        {...shared}
        inputMode="decimal"
        className="fill number"
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          onChange(toMinor(event.currentTarget.value, currency));
        }}
      />
      <span className="small dim">{currency}</span>
    </span>
  );
};

type ChipsProps = {
  type: FactType;
  options?: string[] | undefined;
  value: unknown[];
  onChange: (value: unknown) => void;
};

/** Several values: Enter or a comma adds one, Backspace in the empty field takes the last away. */
export const Chips = ({ type, options, value, onChange }: ChipsProps) => {
  const { t } = useWords();
  const { readOnly, currency } = useEditor();
  const [text, setText] = useState('');
  const id = useId();
  const set = (values: unknown[]) => onChange(values.length === 0 ? undefined : values);
  const add = (typed: string) => {
    const parts = readChips(typed, type, currency);
    if (parts.length > 0) set([...new Set([...value, ...parts])]);
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter' || event.key === ',' || event.key === '，') {
      event.preventDefault();
      add(text);
    }
    if (event.key === 'Backspace' && text === '') set(value.slice(0, -1));
  };
  return (
    <span className="chips">
      {value.map((item) => (
        <span key={String(item)} className="chip">
          {showChip(item, type, currency)}
          {!readOnly && (
            <button
              type="button"
              aria-label={`${t('do.remove')} ${showChip(item, type, currency)}`}
              onClick={() => set(value.filter((other) => other !== item))}
            >
              ×
            </button>
          )}
        </span>
      ))}
      <input
        className="fill"
        aria-label={t('builder.values')}
        placeholder={value.length === 0 ? t('builder.valuesHint') : ''}
        disabled={readOnly}
        list={options ? id : undefined}
        value={text}
        onChange={(event) => {
          const typed = event.currentTarget.value;
          if (options?.includes(typed)) add(typed);
          else setText(typed);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => add(text)}
      />
      {options && <Options id={id} options={options} />}
    </span>
  );
};
