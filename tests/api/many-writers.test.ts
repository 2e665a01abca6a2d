import { expect } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

eachDatabase(
  'more writers at once than there are connections, right after the start and after a rule changed, are all answered',
  async (on) => {
    await using app = await testApp(on, { environment: { RAPPORT_RATE_LIMIT: '0' } });
    const owner = app.as('owner');
    await owner.get('/me');
    const write = async () =>
      Promise.all(
        Array.from({ length: 40 }, async (_, n) => (await owner.post('/customers', { name: `C${n}` })).status),
      );
    expect(new Set(await write())).toEqual(new Set([201]));
    const conditions = { all: [{ fact: 'customer.name', operator: 'equal', value: 'C1' }] };
    await owner.post('/segments', { key: 'ones', name: 'Ones', type: 'dynamic', conditions });
    expect((await owner.post('/segments/ones/activate', {})).status).toBe(200);
    expect(new Set(await write())).toEqual(new Set([201]));
  },
);
