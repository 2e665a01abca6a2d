// Fields for numbers and for amounts of money: typed in the currency, kept in minor units. Empty is undefined.
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { fromMinor, toMinor } from '../words/format.ts';

type NumberProps = {
  label: string;
  value: number | undefined;
  onChange: (value: number | undefined) => void;
  suffix?: string;
  error?: string | undefined;
};

export const NumberText = ({ label, value, onChange, suffix, error }: NumberProps) => (
  <TextInput
    label={label}
    type="number"
    min={0}
    step="any"
    value={value ?? ''}
    rightSection={suffix && <span className="small dim">{suffix}</span>}
    onChange={(event) => onChange(event.currentTarget.value === '' ? undefined : Number(event.currentTarget.value))}
    error={error}
  />
);

type AmountProps = {
  label: string;
  currency: string;
  value: number | undefined;
  onChange: (value: number | undefined) => void;
  error?: string | undefined;
};

export const AmountText = ({ label, currency, value, onChange, error }: AmountProps) => {
  const [text, setText] = useState(value === undefined ? '' : fromMinor(value, currency));
  return (
    <TextInput
      label={label}
      inputMode="decimal"
      value={text}
      rightSection={<span className="small dim">{currency}</span>}
      rightSectionWidth={44}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(toMinor(event.currentTarget.value, currency));
      }}
      error={error}
    />
  );
};
