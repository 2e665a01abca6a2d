// A scorer's schedule on its way into the form and back: absent is the manifest's, null is never, and nothing changes unasked.

import { NewScorerSchedule } from '@rapport/sdk/schemas';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { fromSchedule, kindsOf, toSchedule } from './schedule-draft.ts';

const nightly = '15 2 * * *';
const schedule = (train: string | null, score: string | null) => ({ train, score, tell: true, plugin: null });

test.each([
  { current: nightly, declared: nightly, times: 'declared' },
  { current: null, declared: undefined, times: 'declared' },
  { current: null, declared: nightly, times: 'never' },
  { current: '0 6 * * 1', declared: nightly, times: 'own' },
  { current: '0 6 * * 1', declared: undefined, times: 'own' },
] as const)('$current, where the manifest says $declared, is shown as "$times"', ({ current, declared, times }) => {
  expect(fromSchedule(schedule(current, null), { train: declared }).train.times).toBe(times);
  expect(fromSchedule(schedule(null, current), { score: declared }).score.times).toBe(times);
});

test.each([
  { current: schedule(nightly, null), sent: {} },
  { current: schedule(null, null), sent: { train: null } },
  { current: schedule('0 6 * * 1', '5 5 * * *'), sent: { train: '0 6 * * 1', score: '5 5 * * *' } },
])('what nobody changed is sent as it was: $sent', ({ current, sent }) => {
  const body = toSchedule(fromSchedule(current, { train: nightly }), true);
  expect(body).toEqual({ ...sent, tell: true, plugin: null });
  expect(Compile(NewScorerSchedule).Check(body)).toBe(true);
});

test('the pattern that "never" replaced is there again when other times are chosen', () => {
  expect(fromSchedule(schedule(null, null), { train: nightly }).train).toEqual({ times: 'never', cron: nightly });
});

test('a scorer without a model is not sent a time to train', () => {
  const draft = fromSchedule(schedule('0 6 * * 1', ' 0 7 * * 1 '), {});
  expect(kindsOf(false)).toEqual(['score']);
  expect(toSchedule(draft, false)).toEqual({ score: '0 7 * * 1', tell: true, plugin: null });
});

test('a chosen plugin and silence stay chosen', () => {
  const current = { ...schedule(null, null), tell: false, plugin: 'acme/churn' };
  expect(toSchedule(fromSchedule(current, {}), true)).toEqual({ tell: false, plugin: 'acme/churn' });
});
