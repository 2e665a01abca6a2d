// The audit's chain: whatever is changed, removed, added or moved in it afterwards is found, with its number.
import { expect } from 'vitest';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testClock, testPlatform } from '../../tests/support/platform.ts';
import { transact } from '../data/transact.ts';
import { type AuditRow, genesis, hashOf } from './store.ts';

const setUp = async (on: TestDatabase, count: number) => {
  const platform = await testPlatform(on, testClock('2026-03-01T08:00:00Z'));
  const { audit, database } = platform;
  const db = database.writer;
  await transact(db, (trx) =>
    audit.record(
      trx,
      ...Array.from({ length: count }, (_, n) => ({
        actor: { kind: 'user', id: `user ${n % 3}` } as const,
        action: 'promotion.changed',
        subject: { kind: 'promotion', id: `春 ${n}` },
        details: { fields: ['name', "it's", '👍'], n },
      })),
    ),
  );
  const at = async (seq: number): Promise<AuditRow> => {
    const row = (await db('audit').where({ seq }).first()) as AuditRow;
    return { ...row, seq: Number(row.seq), at: Number(row.at) };
  };
  const put = (seq: number, change: Partial<AuditRow>) => db('audit').where({ seq }).update(change);
  return { platform, db, at, put, verify: () => audit.verify(database.reader) };
};

eachDatabase('a change of any column is found at its row, and is right again when it is undone', async (on) => {
  const { platform, at, put, verify } = await setUp(on, 6);
  await using _ = platform;
  const row = await at(4);
  const changes: Partial<AuditRow>[] = [
    { at: row.at + 1 },
    { actor_kind: 'client' },
    { actor_id: 'user 1' },
    { action: 'promotion.deleted' },
    { subject_kind: 'segment' },
    { subject_id: '春 3 ' },
    { details: `${row.details} ` },
    { details: row.details.replace('"n":3', '"n":4') },
    { previous_hash: genesis },
    { hash: row.hash.toUpperCase() },
    { hash: (await at(5)).hash },
  ];
  for (const change of changes) {
    await put(4, change);
    expect(await verify(), JSON.stringify(change)).toEqual({ rows: 3, firstBad: 4 });
    await put(4, row);
    expect(await verify()).toEqual({ rows: 6, firstBad: null });
  }
});

eachDatabase('who changes a row and works out its hash anew is found at the row after it', async (on) => {
  const { platform, at, put, verify } = await setUp(on, 6);
  await using _ = platform;
  const { hash: _old, ...row } = await at(3);
  const forged = { ...row, actor_id: 'somebody else' };
  await put(3, { ...forged, hash: hashOf(forged) });
  expect(await verify()).toEqual({ rows: 3, firstBad: 4 });
});

eachDatabase(
  'a row that was removed, at the beginning or in between, shows; so do two that changed places',
  async (on) => {
    const { platform, db, at, put, verify } = await setUp(on, 6);
    await using _ = platform;
    const [first, third, fourth] = [await at(1), await at(3), await at(4)];
    await db('audit').where({ seq: 1 }).delete();
    expect(await verify()).toEqual({ rows: 0, firstBad: 2 });
    await db('audit').insert(first);
    const { seq: _third, ...contentOfThird } = third;
    const { seq: _fourth, ...contentOfFourth } = fourth;
    await put(3, contentOfFourth);
    await put(4, contentOfThird);
    expect(await verify()).toEqual({ rows: 2, firstBad: 3 });
    await put(3, third);
    await put(4, fourth);
    await db('audit').whereIn('seq', [3, 4]).delete();
    expect(await verify()).toEqual({ rows: 2, firstBad: 5 });
  },
);

eachDatabase('a row that was put in is found: before the first, after the last, and after a gap', async (on) => {
  const { platform, db, at, verify } = await setUp(on, 3);
  await using _ = platform;
  const last = await at(3);
  const forge = (seq: number, previous_hash: string): AuditRow => {
    const { hash: _old, ...row } = { ...last, seq, previous_hash };
    return { ...row, hash: hashOf(row) };
  };
  for (const [row, firstBad] of [
    [forge(4, genesis), 4],
    [forge(4, (await at(2)).hash), 4],
    [forge(5, last.hash), 5],
    [{ ...last, seq: 4 }, 4],
  ] as const) {
    await db('audit').insert(row);
    expect(await verify()).toEqual({ rows: 3, firstBad });
    await db('audit').where({ seq: row.seq }).delete();
  }
  expect(await verify()).toEqual({ rows: 3, firstBad: null });
});

eachDatabase('long chains are verified to their end, and go on where they ended', async (on) => {
  const { platform, db, put, verify } = await setUp(on, 2003);
  await using _ = platform;
  expect(await verify()).toEqual({ rows: 2003, firstBad: null });
  await transact(db, (trx) =>
    platform.audit.record(trx, {
      actor: { kind: 'system', id: 'system' },
      action: 'audit.continued',
      subject: { kind: 'thing', id: 'x' },
    }),
  );
  expect(await verify()).toEqual({ rows: 2004, firstBad: null });
  await put(2004, { action: 'audit.stopped' });
  expect(await verify()).toEqual({ rows: 2003, firstBad: 2004 });
  await db('audit').where({ seq: 1001 }).delete();
  expect(await verify()).toEqual({ rows: 1000, firstBad: 1002 });
});
