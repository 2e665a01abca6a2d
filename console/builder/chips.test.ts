// Values of "is one of" as people type them: amounts in the currency become minor units and are shown as amounts again.
import { expect, test } from 'vitest';
import { readChips, showChip } from './chips.ts';

test.each([
  { typed: '99.10', type: 'money', currency: 'EUR', values: [9910] },
  { typed: '99.10, 5', type: 'money', currency: 'EUR', values: [9910, 500] },
  { typed: '0.29，0.57', type: 'money', currency: 'USD', values: [29, 57] },
  // No minor units in Japan, three digits of them in Kuwait.
  { typed: '1200', type: 'money', currency: 'JPY', values: [1200] },
  { typed: '1.234', type: 'money', currency: 'KWD', values: [1234] },
  { typed: 'much, 7', type: 'money', currency: 'EUR', values: [700] },
  { typed: '3, 3, 4', type: 'integer', currency: 'EUR', values: [3, 4] },
  { typed: '1.5, x', type: 'number', currency: 'EUR', values: [1.5] },
  { typed: 'São Paulo, Köln\n上海', type: 'text', currency: 'EUR', values: ['São Paulo', 'Köln', '上海'] },
  { typed: ' , ', type: 'text', currency: 'EUR', values: [] },
] as const)('"$typed" of $type in $currency is $values', ({ typed, type, currency, values }) => {
  expect(readChips(typed, type, currency)).toEqual(values);
});

test.each([
  { value: 9910, type: 'money', currency: 'EUR', shown: '99.10' },
  { value: 1200, type: 'money', currency: 'JPY', shown: '1200' },
  { value: 1234, type: 'money', currency: 'KWD', shown: '1.234' },
  { value: 9910, type: 'integer', currency: 'EUR', shown: '9910' },
] as const)('$value of $type in $currency is shown as $shown', ({ value, type, currency, shown }) => {
  expect(showChip(value, type, currency)).toBe(shown);
});
