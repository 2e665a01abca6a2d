// The one form of a value is one: normalising it again changes nothing, whatever was typed; and what is equal reads equal.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countryCodes } from './countries.ts';
import {
  birthdayOf,
  composeText,
  dayOf,
  normaliseCountry,
  normaliseDay,
  normaliseEmail,
  normaliseLanguage,
  normalisePhone,
  normaliseText,
  splitText,
} from './normalise.ts';

const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
const once =
  (normalise: (text: string) => string | undefined) =>
  (text: string): void => {
    const value = normalise(text);
    if (value !== undefined) expect(normalise(value)).toBe(value);
  };

describe('a value in its one form stays as it is', () => {
  test('texts, whatever is typed', () => {
    fc.assert(fc.property(texts, once(normaliseText)));
    fc.assert(fc.property(texts, once(composeText)));
  });

  test('addresses, numbers and tags that are ones', () => {
    fc.assert(fc.property(fc.emailAddress(), once(normaliseEmail)));
    for (const typed of ['020 7946 0958', '(020) 7946-0958', '+44 20 7946 0958', '0044 20 79460958', '+442079460958'])
      expect(normalisePhone(typed, 'GB')).toBe('+442079460958');
    for (const tag of ['EN', 'pt_br', 'ZH-hant-tw', 'sr-latn']) once(normaliseLanguage)(tag);
  });

  test('a text of plain words is not touched, and one with anything else obeys the same rule', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const value = normaliseText(text);
        const rule = text.normalize('NFC').trim().replaceAll(/\s+/g, ' ');
        expect(value ?? '').toBe(rule);
      }),
    );
  });

  test('parts of a normal text are normal themselves', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 5 }), (parts) => {
        const text = normaliseText(parts.join(';'));
        if (text !== undefined) for (const part of splitText(text, ';')) expect(normaliseText(part)).toBe(part);
      }),
    );
  });
});

test('every country is known by its code and by its English and Chinese names, also without accents', () => {
  for (const language of ['en', 'zh']) {
    const names = new Intl.DisplayNames([language], { type: 'region' });
    for (const code of countryCodes) {
      expect(normaliseCountry(code.toLowerCase())).toBe(code);
      const name = names.of(code)!;
      expect(normaliseCountry(` ${name.toUpperCase()} `)).toBe(code);
      expect(normaliseCountry(name.normalize('NFD').replaceAll(/\p{M}/gu, ''))).toBe(code);
    }
  }
});

test('a day is on the calendar exactly when a calendar has it', () => {
  const day = fc.record({
    year: fc.integer({ min: 1800, max: 2200 }),
    month: fc.integer({ min: 0, max: 13 }),
    day: fc.integer({ min: 0, max: 32 }),
  });
  fc.assert(
    fc.property(day, ({ year, month, day: date }) => {
      let expected: string | undefined;
      try {
        expected = Temporal.PlainDate.from({ year, month, day: date }, { overflow: 'reject' }).toString();
      } catch {}
      expect(dayOf(year, month, date)).toBe(expected);
      if (expected) expect(normaliseDay(expected.replaceAll('-', '/'))).toBe(expected);
    }),
  );
});

test('a birthday is not before 1900 and not after today', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  const read = (text: string) => birthdayOf(normaliseDay(text)!, now);
  expect(['1899-12-31', '1900-01-01', '2026-03-01', '2026-03-02'].map(read)).toEqual([
    undefined,
    '1900-01-01',
    '2026-03-01',
    undefined,
  ]);
});
