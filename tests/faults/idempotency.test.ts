// SIGKILL of the server in the middle of a request with an Idempotency-Key: between the work and its reply, with the reply
// written but not committed, and right after the commit, before the answer went out. Sent again, it is done exactly once.
import { expect } from 'vitest';
import { eachDatabase } from '../support/databases.ts';
import { expectDrained, expectSound, withPlatform } from '../support/invariants.ts';
import { startProcess } from '../support/process.ts';

const points = [
  { point: 'idempotency.worked', isDone: false },
  { point: 'idempotency.kept', isDone: false },
  { point: 'idempotency.committed', isDone: true },
];

for (const { point, isDone } of points)
  eachDatabase(`killed at ${point}, a request with a key is done once when it is sent again`, async (on) => {
    const key = { 'idempotency-key': 'once' };
    const counted = () =>
      withPlatform(on, async ({ database }) => ({
        orders: (await database.reader('orders')).length,
        replies: (await database.reader('idempotency_keys')).length,
        placed: (await database.reader('audit').where({ action: 'order.placed' })).length,
      }));
    const none = { orders: 0, replies: 0, placed: 0 };
    const once = { orders: 1, replies: 1, placed: 1 };
    let order: unknown;
    {
      await using server = await startProcess(on, { FAULT: `${point}:1:kill` });
      const call = await server.signIn();
      const ada = (await call('POST', '/customers', { name: 'Ada' })).body.id;
      order = { customer: { id: ada }, currency: 'EUR', lines: [{ sku: 'tea', quantity: 2, unitPrice: 450 }] };
      await expect(call('POST', '/orders', order, key)).rejects.toThrow();
      expect((await server.ended).signal).toBe('SIGKILL');
    }
    expect(await counted()).toEqual(isDone ? once : none);
    await using server = await startProcess(on);
    const call = await server.signIn();
    const second = await call('POST', '/orders', order, key);
    expect(second).toMatchObject({ status: 201, body: { total: 900 } });
    expect(second.headers.get('idempotent-replayed')).toBe(isDone ? 'true' : null);
    expect(await call('POST', '/orders', order, key)).toMatchObject({ status: 201, body: second.body });
    expect(await counted()).toEqual(once);
    await expectDrained(on);
    expect(await server.stop()).toBe(0);
    await expectSound(on);
  });
