// The console stays light: what a page loads is held against its budget in console/budget.ts.
import { expect, test } from 'vitest';
import { measure } from '../console/budget.ts';

test('every page of the console is within its budget', () => {
  const costs = measure();
  expect(costs.length).toBeGreaterThan(20);
  for (const { what, kib } of costs) expect([what, kib > 0]).toEqual([what, true]);
  const over = costs.filter(({ kib, budget }) => kib > budget);
  expect(over).toEqual([]);
});
