// Erasing a person leaves no byte of name, e-mail or phone: not in rows, waiting or dead jobs, replies kept for Idempotency-Key,
// import records, refused rows, uploads, plugin logs, the search index, freed pages.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createCatalogueStore, toJson } from '../../core/index.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

const person = { name: 'Zebulonia Quaxington', email: 'zebulonia@quaxington.example', phone: '+4930901820' };
const traces = ['zebulonia', 'quaxington', '30901820', '309 018 20'];

const everyText = async (app: TestApp): Promise<string> => {
  const { writer } = app.rapport.platform.database;
  const tables = await createCatalogueStore(writer).listTables();
  const all = await Promise.all(
    tables
      .filter(({ name }) => !name.startsWith('customer_search'))
      .map(async ({ name }) => JSON.stringify(await writer(name))),
  );
  return all.join('\n').toLowerCase();
};

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

eachDatabase('an erased person is nowhere any more, to the last byte', async (on) => {
  const app = await testApp(on);
  try {
    const owner = app.as('owner');
    const { platform } = app.rapport;
    const { writer } = platform.database;
    const made = await owner.post('/customers', { ...person, externalId: 'QX-1' }, { 'Idempotency-Key': 'first' });
    const { id } = made.body;
    const other = (await owner.post('/customers', { name: 'Bystander', email: 'by@example.com' })).body.id;
    await owner.post('/events', { type: 'seen', customer: { id }, properties: { note: person.name } });
    await owner.patch(`/customers/${id}`, { name: 'Zebulonia Q. Quaxington' });
    await owner.patch(`/customers/${id}`, { name: person.name });

    // One row that comes in, one that is refused: both name the person, in spellings of their own.
    const file = `email,phone,name\n${person.email.toUpperCase()},(030) 90 18 20,${person.name}\nbad,+49 309 018 20,"${person.name}\nagain"\nbad,,Bystander\n`;
    const started = await owner.post('/imports/customers?country=DE', file, { 'Content-Type': 'text/csv' });
    expect(started.status).toBeLessThan(300);
    await expect
      .poll(async () => (await owner.get(`/imports/${started.body.id}`)).body.status, { timeout: 15_000 })
      .toBe('done');

    // Work about the person that waits for days, and work that is dead.
    const later = platform.clock.now() + 86_400_000;
    await platform.jobs.enqueue(writer, { queue: 'messages', key: id, runAt: later, payload: { id: 'm1' } });
    const [dead] = await platform.jobs.enqueue(writer, { queue: 'messages', runAt: later, payload: { id: 'm2' } });
    await writer('jobs')
      .where({ id: dead })
      .update({ status: 'dead', last_error: `550 no such user ${person.email}` });
    const [bystanders] = await platform.jobs.enqueue(writer, {
      queue: 'messages',
      key: other,
      runAt: later,
      payload: { id: 'm3' },
    });
    await writer('plugin_logs').insert({
      id: platform.ids.next(),
      plugin: 'acme/x',
      level: 'info',
      message: `mailed ${person.email}`,
      fields: toJson({ to: person.phone }),
      at: platform.clock.now(),
    });
    expect(await everyText(app)).toContain('zebulonia');

    expect((await owner.post(`/customers/${id}/erase`, {})).status).toBe(200);
    const erasing = () => writer('jobs').where({ queue: 'imports-erase' });
    await expect.poll(erasing, { timeout: 15_000 }).toEqual([]);

    const left = await everyText(app);
    for (const trace of traces) expect(left).not.toContain(trace);
    expect((await owner.get('/customers?q=zebulonia')).body.data).toEqual([]);
    expect(await writer('jobs').where({ id: bystanders })).toHaveLength(1);
    const refused = await owner.get(`/imports/${started.body.id}/rejects`);
    expect(String(refused.body)).toContain('Bystander');
    if (on.dialect === 'sqlite') await writer.raw('pragma wal_checkpoint(truncate)');
  } finally {
    await app[Symbol.asyncDispose]();
  }
  for (const path of filesIn(on.folder)) {
    const bytes = readFileSync(path).toString('latin1').toLowerCase();
    for (const trace of traces) expect(bytes.includes(trace), `${trace} in ${path}`).toBe(false);
  }
});
