// SIGKILL while events and orders come in: what was answered with success is there, once; the rest can be sent again.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { eachDatabase } from '../support/databases.ts';
import { expectDrained, expectSound, withPlatform } from '../support/invariants.ts';
import { startProcess } from '../support/process.ts';

const crashes = 2;
const lanes = 6;

describe('the server is killed while it takes events', () => {
  eachDatabase('no accepted event is lost, none is stored twice', async (on) => {
    const accepted = new Set<string>();
    const unsure: string[] = [];
    let sent = 0;
    for (let crash = 0; crash < crashes; crash++) {
      await using server = await startProcess(on);
      const call = await server.signIn();
      let down = false;
      const lane = async (): Promise<void> => {
        while (!down) {
          const ids = Array.from({ length: 20 }, () => `e${sent++}`);
          const events = ids.map((id, i) => ({
            id,
            type: 'page.viewed',
            customer: { externalId: `c${i}` },
            properties: { i },
          }));
          try {
            const { status } = await call('POST', '/events', events);
            if (status < 300) for (const id of ids) accepted.add(id);
            else unsure.push(...ids);
          } catch {
            unsure.push(...ids);
          }
        }
      };
      const running = Array.from({ length: lanes }, lane);
      const before = accepted.size;
      while (accepted.size < before + 400) await wait(5);
      await server.kill();
      down = true;
      await Promise.all(running);
    }
    // Sending again what nobody answered for is harmless: the sender's ids tell.
    await using server = await startProcess(on);
    const call = await server.signIn();
    for (let i = 0; i < unsure.length; i += 500) {
      const events = unsure
        .slice(i, i + 500)
        .map((id) => ({ id, type: 'page.viewed', customer: { externalId: 'c0' }, properties: {} }));
      expect((await call('POST', '/events', events)).status).toBeLessThan(300);
    }
    const stored = await withPlatform(on, ({ database }) => database.reader('events').pluck('dedupe_key'));
    expect(new Set(stored).size).toBe(stored.length);
    expect([...accepted].filter((id) => !stored.includes(id))).toEqual([]);
    expect(stored).toHaveLength(new Set([...accepted, ...unsure]).size);
    await expectDrained(on);
    expect(await server.stop()).toBe(0);
    await expectSound(on);
  });
});

describe('the server is killed while it takes orders that move people between segments', () => {
  eachDatabase('every accepted order counts, and membership is what the rule says', async (on) => {
    const segment = {
      key: 'buyers',
      name: 'Buyers',
      conditions: { all: [{ fact: 'orders', operator: 'greaterThanInclusive', value: 2 }] },
    };
    const accepted = new Map<string, string>();
    let sent = 0;
    for (let crash = 0; crash < crashes; crash++) {
      await using server = await startProcess(on);
      const call = await server.signIn();
      if (crash === 0) {
        expect((await call('POST', '/segments', segment)).status).toBe(201);
        expect((await call('POST', '/segments/buyers/activate', {})).status).toBe(200);
      }
      let down = false;
      const lane = async (): Promise<void> => {
        while (!down) {
          const externalId = `o${sent++}`;
          const customer = `c${sent % 40}`;
          const order = {
            externalId,
            customer: { externalId: customer },
            currency: 'EUR',
            lines: [{ sku: 'tea', quantity: 1, unitPrice: 500 }],
          };
          const { status } = await call('POST', '/orders', order).catch(() => ({ status: 0 }));
          if (status === 201) accepted.set(externalId, customer);
        }
      };
      const running = Array.from({ length: lanes }, lane);
      const before = accepted.size;
      while (accepted.size < before + 40) await wait(5);
      await server.kill();
      down = true;
      await Promise.all(running);
    }
    await using server = await startProcess(on);
    const call = await server.signIn();
    const { stored, members, buyers } = await withPlatform(on, async ({ database }) => ({
      stored: await database.reader('orders').pluck('external_id'),
      members: await database.reader('segment_members').where({ segment: 'buyers' }).pluck('customer_id'),
      buyers: await database
        .reader('orders')
        .select('customer_id')
        .groupBy('customer_id')
        .havingRaw('count(*) >= 2')
        .pluck('customer_id'),
    }));
    expect([...accepted.keys()].filter((id) => !stored.includes(id))).toEqual([]);
    expect(new Set(stored).size).toBe(stored.length);
    expect(members.toSorted()).toEqual(buyers.toSorted());
    expect((await call('POST', '/segments/preview', { conditions: segment.conditions })).body.count).toBe(
      buyers.length,
    );
    await expectDrained(on);
    expect(await server.stop()).toBe(0);
    await expectSound(on);
  });
});
