import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { interruptible } from './interruptible-store.ts';

// Many seconds of work on either engine.
const long = `with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000000) select count(*) as c from n`;

eachDatabase('an abort stops the running statement at once and the connection serves on', async (on) => {
  await using platform = await testPlatform(on);
  const { reader } = platform.database;
  for (let i = 0; i < 6; i++) {
    const stopping = new AbortController();
    const started = Date.now();
    const running = interruptible(reader, stopping.signal, (query) => query(long));
    await wait(40);
    stopping.abort(new Error('gone'));
    await expect(running).rejects.toThrow('gone');
    expect(Date.now() - started).toBeLessThan(2000);
  }
  if (on.dialect === 'postgres') {
    const active = await platform.database.writer.raw(
      "select count(*) as count from pg_stat_activity where state = 'active' and query like 'with recursive%'",
    );
    expect(active.rows[0].count).toBe(0);
  }
  const [row] = await interruptible(reader, new AbortController().signal, (query) =>
    query<{ one: number }>('select 1 as one'),
  );
  expect(row).toEqual({ one: 1 });
});

eachDatabase('what was aborted before it began is never run', async (on) => {
  await using platform = await testPlatform(on);
  const ran = interruptible(platform.database.reader, AbortSignal.abort(new Error('gone')), (query) =>
    query('select 1'),
  );
  await expect(ran).rejects.toThrow('gone');
});
