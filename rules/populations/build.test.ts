import { expect, test } from 'vitest';
import { compileSql, createVocabulary } from '../language/index.ts';

test('a chunk of a build asks about its customers, not about the history of everybody', () => {
  const conditions = {
    all: [{ fact: 'orders', params: { within: 'P90D' }, operator: 'greaterThanInclusive', value: 2 }],
  };
  const sqlFor = (share?: number): string => compileSql(conditions, createVocabulary(), 'sqlite', 0, share).sql;
  expect(sqlFor()).toMatch(/group by/i);
  expect(sqlFor(0)).not.toMatch(/group by/i);
});
