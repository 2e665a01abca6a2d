import { expect } from 'vitest';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { transact } from '../data/transact.ts';
import { system } from '../http/actor.ts';

const entry = (id: string) => ({
  actor: system,
  action: 'thing.changed',
  subject: { kind: 'thing', id },
  details: { id },
});

eachDatabase('entries of a transaction are there with it, in order, and not without it', async (on) => {
  await using platform = await testPlatform(on);
  const { audit, database } = platform;
  await transact(database.writer, async (trx) => {
    await audit.record(trx, entry('a'), entry('b'));
    await transact(trx, (inner) => audit.record(inner, entry('c')));
  });
  await expect(
    transact(database.writer, async (trx) => {
      await audit.record(trx, entry('lost'));
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await transact(database.writer, (trx) => audit.record(trx, entry('d')));
  expect(await database.reader('audit').orderBy('seq').pluck('subject_id')).toEqual(['a', 'b', 'c', 'd']);
  expect(await audit.verify(database.reader)).toEqual({ rows: 4, firstBad: null });
});

eachDatabase('many at once make one chain', async (on) => {
  await using platform = await testPlatform(on);
  const { audit, database } = platform;
  await Promise.all(
    Array.from({ length: 40 }, (_, n) => transact(database.writer, (trx) => audit.record(trx, entry(`e${n}`)))),
  );
  expect(await audit.verify(database.reader)).toEqual({ rows: 40, firstBad: null });
});

eachDatabase('a changed and a missing row show, with their number', async (on) => {
  await using platform = await testPlatform(on);
  const { audit, database } = platform;
  await transact(database.writer, (trx) => audit.record(trx, ...['a', 'b', 'c', 'd'].map(entry)));
  await database.writer('audit').where({ seq: 3 }).update({ details: '{"id":"x"}' });
  expect((await audit.verify(database.reader)).firstBad).toBe(3);
  await database.writer('audit').where({ seq: 3 }).delete();
  expect((await audit.verify(database.reader)).firstBad).toBe(4);
});
