import { expect } from 'vitest';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import type { Change } from '../changes.ts';
import { attributesGeneration } from '../customers/attributes.ts';
import { createCustomers } from '../customers/index.ts';
import { system } from '../http/actor.ts';
import { createRecords } from './service.ts';

const ticket = {
  type: 'ticket',
  plugin: 'acme/desk',
  title: { en: 'Ticket', zh: '工单' },
  schema: {
    type: 'object' as const,
    properties: { subject: { type: 'string' as const, maxLength: 50 }, open: { type: 'boolean' as const } },
    required: ['subject'],
  },
};

eachDatabase('records of a declared type are kept, changed, guarded by version, and deleted', async (on) => {
  await using platform = await testPlatform(on);
  const heard: Change[] = [];
  platform.changes.subscribe(async (_trx, changes) => void heard.push(...changes));
  platform.generations.declare('customers', attributesGeneration);
  const { customers } = createCustomers(platform);
  const records = createRecords({ platform, customers });
  const ada = await customers.create({ name: 'Ada' }, system);
  await expect(records.create('ticket', { data: {} }, system)).rejects.toMatchObject({ code: 'RECORD_TYPE_NOT_FOUND' });
  await records.defineType(platform.database.writer, ticket);
  await expect(records.defineType(platform.database.writer, { ...ticket, plugin: 'other/one' })).rejects.toMatchObject({
    code: 'RECORD_TYPE_TAKEN',
  });
  expect(await records.listTypes()).toMatchObject([{ type: 'ticket', title: 'Ticket', titleZh: '工单' }]);

  const create = (data: Record<string, unknown>, more = {}) => records.create('ticket', { data, ...more }, system);
  await expect(create({})).rejects.toMatchObject({ code: 'INVALID_VALUE', pointer: '/data/subject' });
  await expect(create({ subject: 1 })).rejects.toMatchObject({ pointer: '/data/subject' });
  await expect(create({ subject: 'x', constructor: 1 })).rejects.toMatchObject({ pointer: '/data/constructor' });
  await expect(create({ subject: 'x' }, { customerId: 'nobody' })).rejects.toMatchObject({
    code: 'CUSTOMER_NOT_FOUND',
  });
  const made = await create({ subject: 'Late', open: true }, { key: 'T1', customerId: ada.id });
  await expect(create({ subject: 'x' }, { key: 'T1' })).rejects.toMatchObject({
    code: 'RECORD_EXISTS',
    pointer: '/key',
  });
  expect(heard.at(-1)).toMatchObject({ kind: 'record', customerId: ada.id });

  const changed = await records.change('ticket', made.id, { data: { open: null, subject: 'Later' } }, system, 1);
  expect(changed).toMatchObject({ version: 2, data: { subject: 'Later' }, customerId: ada.id });
  await expect(records.change('ticket', made.id, {}, system, 1)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
  expect(await records.get('ticket', made.id)).toEqual(changed);
  expect((await records.list('ticket', { customerId: ada.id })).data).toHaveLength(1);
  await records.remove('ticket', made.id, system);
  await expect(records.get('ticket', made.id)).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
});
