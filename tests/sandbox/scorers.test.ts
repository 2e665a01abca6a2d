// One bad scorer in the real sandbox: it times out by itself, and the others of whatever publisher run on time.
import { expect, test } from 'vitest';
import { testApp } from '../support/app.ts';
import { createTestDatabase } from '../support/databases.ts';
import { testClock } from '../support/platform.ts';
import { addCustomer, addOrder, installScorer, reportOf, runIn, scoreOf } from '../support/scorers.ts';

test('a scorer that loops costs only its own runs: others that are due at the same moment run on time', async () => {
  await using on = await createTestDatabase('sqlite');
  const clock = testClock('2026-05-04T12:00:00.000Z');
  await using app = await testApp(on, { clock });
  const declared = { score: '0 4 * * *' };
  const loops = 'export default { score: () => { for (;;); } };';
  await installScorer(app, 'loops', { declared, code: loops });
  await installScorer(app, 'sibling', { declared });
  await installScorer(app, 'other', { id: 'zeta/other', declared });
  const ada = await addCustomer(app, 'Ada');
  await addOrder(app, ada, 30);
  const { timetable } = app.rapport.insights;
  await timetable.look();
  clock.set('2026-05-05T04:00:00.000Z');
  await timetable.look();

  for (const scorer of ['sibling', 'other']) {
    await runIn(app, scorer, 'done');
    expect(await scoreOf(app, ada, scorer)).toBe(30);
  }
  // It has its whole budget, and then a reason; nobody waited for that.
  expect((await reportOf(app, 'loops')).runs[0]).toMatchObject({ asked: 0, scored: 0 });
  expect(await runIn(app, 'loops', 'waiting')).toMatchObject({ reason: expect.stringMatching(/^timeout: /) });
});
