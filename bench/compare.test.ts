import { expect, test } from 'vitest';
import { compareVersions } from './compare.ts';

test('each version is measured in turn, medians are compared, and better is above 1 for rates and for times', () => {
  const order: string[] = [];
  const values: Record<string, number[]> = { old: [100, 300, 110], new: [130, 120, 125] };
  const measured = compareVersions({ before: 'old', after: 'new' }, ['ingest'], 3, (root, bench) => {
    order.push(`${bench} ${root}`);
    const value = values[root]!.shift()!;
    return new Map([
      ['singles', { what: 'singles', value, unit: 'events/s' }],
      ['wait', { what: 'wait', value, unit: 'ms' }],
      ...(root === 'new' ? ([['fresh', { what: 'fresh', value, unit: 'ms' }]] as const) : []),
    ]);
  });
  expect(order).toEqual(['old', 'new', 'new', 'old', 'old', 'new'].map((root) => `ingest ${root}`));
  expect(measured.map(({ what, before, after }) => [what, before, after])).toEqual([
    ['singles', 110, 125],
    ['wait', 110, 125],
  ]);
  expect(measured[0]!.ratio).toBeCloseTo(125 / 110);
  expect(measured[1]!.ratio).toBeCloseTo(110 / 125);
});

test('a bench that one of them does not have is left out', () => {
  const rows = new Map([['a', { what: 'a', value: 1, unit: 'ms' }]]);
  expect(
    compareVersions({ before: 'old', after: 'new' }, ['x'], 1, (root) => (root === 'old' ? undefined : rows)),
  ).toEqual([]);
});
