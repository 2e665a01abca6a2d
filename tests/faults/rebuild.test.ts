// SIGKILL in the middle of building a segment over a whole population: the build goes on after the restart and ends right.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { query, transact } from '../../core/index.ts';
import { eachDatabase } from '../support/databases.ts';
import { expectDrained, expectSound, withPlatform } from '../support/invariants.ts';
import { startProcess } from '../support/process.ts';

const people = 40_000;

describe('the server is killed while it builds a segment', () => {
  eachDatabase('membership ends as the rule says, counted once', async (on) => {
    {
      await using first = await startProcess(on);
      await first.stop();
    }
    // A population by plain SQL: how it came in is not what is tested here.
    await withPlatform(on, ({ database }) =>
      transact(database.writer, (trx) =>
        query(
          trx,
          `insert into customers (id, type, name, country, version, created_at, updated_at)
           with recursive n(i) as (select 1 union all select i + 1 from n where i < ${people})
           select 'p-' || i, 'person', 'P ' || i, case when i % 3 = 0 then 'GB' else 'DE' end, 1, 0, 0 from n`,
        ),
      ),
    );
    const conditions = { all: [{ fact: 'customer.country', operator: 'equal', value: 'GB' }] };
    let activated = false;
    let killedInside = 0;
    for (const delay of [5, 60, 120]) {
      await using server = await startProcess(on);
      const call = await server.signIn();
      if (!activated) {
        expect((await call('POST', '/segments', { key: 'uk', name: 'UK', conditions })).status).toBe(201);
        expect((await call('POST', '/segments/uk/activate', {})).status).toBe(200);
        activated = true;
      } else await call('POST', '/segments/uk/rebuild');
      await wait(delay);
      const building = await withPlatform(on, ({ database }) =>
        database.reader('jobs').whereIn('status', ['waiting', 'running']).count({ n: '*' }).first(),
      );
      if (Number(building?.n) > 0) killedInside++;
      await server.kill();
    }
    expect(killedInside).toBeGreaterThan(0);
    await using server = await startProcess(on);
    await expectDrained(on, 60_000);
    const members = await withPlatform(on, ({ database }) =>
      database
        .reader('segment_members')
        .where({ segment: 'uk' })
        .count({ n: '*' })
        .countDistinct({ distinct: 'customer_id' })
        .first(),
    );
    expect(Number(members?.n)).toBe(Math.floor(people / 3));
    expect(Number(members?.distinct)).toBe(Math.floor(people / 3));
    expect(await server.stop()).toBe(0);
    await expectSound(on);
  });
});
