// The values that the shop of edge cases and the random rules over it are made of.
import type { DeclaredFact } from '../../core/index.ts';
import { scoreFacts } from '../../modules/insights/facts.ts';
import { memberFacts } from '../../modules/loyalty/facts.ts';
import { createVocabulary, type Vocabulary } from '../../rules/language/index.ts';

const now = Date.parse('2025-06-15T10:30:00Z');
const hour = 3_600_000;
const day = 24 * hour;

export const attributeFixtures = [
  { key: 'text', type: 'text', sqlite: 'text', postgres: 'text' },
  { key: 'number', type: 'number', sqlite: 'real', postgres: 'double precision' },
  { key: 'integer', type: 'integer', sqlite: 'integer', postgres: 'bigint' },
  { key: 'boolean', type: 'boolean', sqlite: 'boolean', postgres: 'boolean' },
  { key: 'day', type: 'date', sqlite: 'text', postgres: 'text' },
  { key: 'instant', type: 'datetime', sqlite: 'integer', postgres: 'bigint' },
  { key: 'money', type: 'money', sqlite: 'integer', postgres: 'bigint' },
  { key: 'list', type: 'list', sqlite: 'text', postgres: 'jsonb' },
] as const;

/** Just inside and outside of the windows that rules ask for, now itself, and what is to come. */
const edges = [30 * day, 90 * day, 7 * day].flatMap((back) => [now - back - 1, now - back, now - back + 1]);

export const pools = {
  texts: [null, '', 'Rome', 'rome', 'Ärger', "O'Neil", '5', 'true', '%', 'São Paulo'],
  tags: ['vip', 'VIP', 'late'],
  skus: ['A1', 'B2', 'a1'],
  categories: [null, 'books', 'toys'],
  days: [null, '2025-06-14', '2025-06-15', '2025-06-16', '2024-02-29', '1999-12-31', '2031-01-01'],
  birthdays: [
    null,
    '1990-06-14',
    '1990-06-15',
    '1990-06-16',
    '2000-02-29',
    '2007-06-15',
    '1985-12-31',
    '1985-01-01',
    '2026-01-01',
  ],
  instants: [
    ...edges,
    now - 1,
    now,
    now + 1,
    now - 400 * day,
    now - hour,
    now + 3 * day,
    Date.parse('2025-03-01T00:00:00Z'),
  ],
  properties: ['pro', 'free', '5', 5, 5.5, -2.5, 0.1, 0.00005, 19.99, true, false, null, 1e13, ['x'], { a: 1 }, 0],
};

/** Declared facts of every type, over tables of modules and over one that no module has. */
export const worldFacts: readonly DeclaredFact[] = [
  ...memberFacts(['silver', 'gold']),
  ...scoreFacts('rfm'),
  ...(['text', 'number', 'integer', 'money', 'boolean', 'day', 'instant'] as const).map(
    (type): DeclaredFact => ({
      id: `planted.${type}`,
      title: { en: type, zh: type },
      group: 'planted',
      type,
      table: 'planted',
      customerColumn: 'who',
      column: `held_${type}`,
      key: { column: 'season', value: "summer's" },
    }),
  ),
];

export const worldVocabulary = (timeZone: string): Vocabulary =>
  createVocabulary({
    timeZone,
    attributes: attributeFixtures.map(({ key, type }) => ({ key, type, title: key, titleZh: null, options: null })),
    segments: [{ key: 'vip', name: 'VIP', conditions: null }],
    declared: worldFacts,
    named: new Map([
      [
        'romans',
        {
          any: [
            { fact: 'customer.city', operator: 'equal', value: 'Rome' },
            { fact: 'customer.city', operator: 'equal', value: 'rome' },
          ],
        },
      ],
    ]),
  });
