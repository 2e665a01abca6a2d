// Everything a person can send from the console is sent once, in a real browser, and taken by the real server. What the pages can
// send is read from their source: a new form that nobody submits here makes the last test red.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as contracts from '@rapport/sdk/routes';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archiveOf, type Console, settled, startConsole } from './console.ts';

let console: Console;
const sent = new Set<string>();
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

type Contract = { method: string; path: string };
const isContract = (value: unknown): value is Contract =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value;
const writes = Object.entries(contracts).flatMap(([name, route]) =>
  isContract(route) && route.method !== 'GET'
    ? [{ name, method: route.method, matches: new RegExp(`^(/api/v1)?${route.path.replace(/[:*]\w+/g, '[^/]+')}$`) }]
    : [],
);

/** Works on a page; what it sent and was taken is noted. No complaint of the browser, no answer of 400 and more. */
const on = async (path: string, work: (page: Page) => Promise<void>): Promise<void> => {
  const { page, context, complaints } = await console.open(path);
  const refused: string[] = [];
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    const method = response.request().method();
    const found = writes.find((route) => route.method === method && route.matches.test(pathname));
    if (!found) return;
    if (response.status() < 400) sent.add(found.name);
    else refused.push(`${found.name}: ${response.status()}`);
  });
  await work(page);
  await settled(page);
  expect({ complaints, refused }).toEqual({ complaints: [], refused: [] });
  await context.close();
};

const press = (page: Page, name: string | RegExp, exact = true) =>
  page.getByRole('button', { name, exact }).first().click();
const confirm = (page: Page, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

test('an attribute is made, archived and restored', async () => {
  await on('/settings?tab=attributes', async (page) => {
    await press(page, 'New attribute');
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.getByRole('textbox', { name: 'Title', exact: true }).inputValue()).toBe('');
    await dialog.getByRole('textbox', { name: 'Title', exact: true }).fill('Shoe size');
    await expect.poll(() => dialog.getByRole('textbox', { name: 'Key' }).inputValue()).toBe('shoe_size');
    await dialog.getByLabel('Type').selectOption({ label: 'Whole number' });
    await dialog.getByLabel('Unique').check();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByText('shoe_size', { exact: true }).waitFor();
    await press(page, 'Archive: shoe_size');
    await page.getByRole('button', { name: 'Restore: shoe_size' }).click();
    await page.getByRole('button', { name: 'Archive: shoe_size' }).waitFor();
  });
  const { body } = await console.app.as('owner').get('/attributes');
  expect(body.data.find(({ key }: { key: string }) => key === 'shoe_size')).toMatchObject({
    title: 'Shoe size',
    type: 'integer',
    unique: true,
    archivedAt: null,
  });
});

test('what a segment reads is archived only with it, by choice; a broken segment says so', async () => {
  const owner = console.app.as('owner');
  const conditions = { all: [{ fact: 'attribute.tariff', operator: 'equal', value: 'gold' }] };
  await owner.post('/attributes', { key: 'tariff', title: 'Tariff', type: 'text' });
  await owner.post('/segments', { key: 'golden', name: 'Golden people', conditions });
  await owner.post('/segments/golden/activate', {});
  const status = async () => (await owner.get('/segments/golden')).body.status;
  await on('/settings?tab=attributes', async (page) => {
    await press(page, 'Archive: tariff');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('One rule names it:').waitFor();
    await dialog.getByText('Golden people').waitFor();
    await confirm(page, 'Cancel');
    expect(await status()).toBe('active');
    await press(page, 'Archive: tariff');
    await confirm(page, 'Archive, and pause them');
    await page.getByRole('button', { name: 'Restore: tariff' }).click();
    await page.getByRole('button', { name: 'Archive: tariff' }).waitFor();
  });
  expect(await status()).toBe('paused');

  await owner.post('/segments/golden/activate', {});
  const named = { key: 'gilded', name: 'Gilded', conditions };
  const more = [
    ['promotions', { ...named, event: { type: 'grant', params: { target: 'order', bp: 500 } } }],
    [
      'alerts',
      { ...named, trigger: { kind: 'event', types: ['page_viewed'] }, actions: [{ kind: 'tag', tag: 'seen' }] },
    ],
    ['conditions', { ...named, context: 'customer' }],
  ] as const;
  for (const [area, rule] of more) {
    expect((await owner.post(`/${area}`, rule)).body).toMatchObject({ key: 'gilded' });
    expect((await owner.post(`/${area}/gilded/activate`, {})).status).toBe(200);
  }
  const { platform, rules } = console.app.rapport;
  await platform.database.writer('attribute_definitions').where({ key: 'tariff' }).update({ archived_at: 1 });
  await rules.populations.broken.check();
  for (const path of ['segments/golden', ...more.map(([area]) => `${area}/gilded`)]) {
    await on(`/${path}`, async (page) => {
      await page.getByText('Broken', { exact: true }).waitFor();
      await page.getByText(/can no longer be worked out.*attribute\.tariff/).waitFor();
      await page.goto(`/${path.split('/')[0]}`);
      await page.getByText('Broken', { exact: true }).waitFor();
    });
    await owner.delete(`/${path}`);
  }
});

test('a colleague is invited, gets another role, is suspended and restored', async () => {
  await console.app.addUser('viewer', 'sam@example.com');
  await on('/settings', async (page) => {
    await press(page, 'Invite');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('E-mail').fill('pat@example.com');
    await dialog.getByLabel('Role').selectOption({ label: 'Marketer' });
    await dialog.getByRole('button', { name: 'Invite' }).click();
    await expect.poll(() => dialog.getByLabel('Link', { exact: true }).inputValue()).toContain('/invitation');
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByLabel('Role: sam@example.com').selectOption({ label: 'Sales' });
    await press(page, 'Suspend: sam@example.com');
    await press(page, 'Restore: sam@example.com');
    await page.getByRole('button', { name: 'Suspend: sam@example.com' }).waitFor();
  });
});

test('an app is made, gets a new secret, is switched off and removed', async () => {
  await on('/developers', async (page) => {
    await press(page, 'New app');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Shelf');
    await dialog.getByLabel('Redirect addresses').fill('https://shelf.example.com/back');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await press(page, 'I have kept it');
    await press(page, 'New secret');
    await confirm(page, 'New secret');
    await press(page, 'I have kept it');
    await press(page, 'Switch off');
    await press(page, 'Switch on');
    await page.getByRole('button', { name: 'Switch off' }).waitFor();
    await press(page, 'Remove');
    await confirm(page, 'Remove');
    await page.getByText('No apps yet').waitFor();
  });
});

test('a customer is edited, tagged, and says yes and no', async () => {
  const [ada] = console.shop.customers;
  await on(`/customers/${ada!.id}`, async (page) => {
    await press(page, 'Edit');
    await page.getByLabel('Job title').fill('Analyst');
    await press(page, 'Save');
    await page.getByText('Analyst').first().waitFor();
    await page.getByLabel('Add a tag').fill('patron');
    await page.getByLabel('Add a tag').press('Enter');
    await page.getByRole('button', { name: 'Remove: patron' }).waitFor();
    await press(page, 'Record consent');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Channel').selectOption({ label: 'SMS' });
    await dialog.getByLabel('Proof').fill('call of today');
    await dialog.getByRole('button', { name: 'Grant' }).click();
    await dialog.waitFor({ state: 'detached' });
  });
});

test('an order is offered the states it may go to, and a refund says its effect first', async () => {
  const owner = console.app.as('owner');
  const customerId = console.shop.customers[5]!.id;
  const lines = [{ sku: 'kettle', quantity: 1, unitPrice: 4900 }];
  const order = { externalId: 'W-77', customer: { id: customerId }, currency: 'EUR', lines };
  const { id } = (await owner.post('/orders', order)).body;
  await on(`/customers/${customerId}?tab=orders`, async (page) => {
    await press(page, 'W-77');
    await page.getByRole('button', { name: 'Cancel order' }).waitFor();
    await press(page, 'Mark as shipped');
    await page.getByRole('button', { name: 'Mark as shipped' }).waitFor({ state: 'detached' });
    for (const name of ['Mark as paid', 'Cancel order'])
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    await page.getByRole('button', { name: 'Complete', exact: true }).waitFor();
    await press(page, 'Refund order');
    await expect.poll(() => page.getByRole('dialog').innerText()).toMatch(/49\.00.*refunded[\s\S]*Points/);
    await confirm(page, 'Refund order');
    await page.getByRole('button', { name: 'Refund order' }).waitFor({ state: 'detached' });
  });
  expect((await owner.get(`/orders/${id}`)).body).toMatchObject({ status: 'refunded', refunded: 4900 });
});

test('a segment is written, changed, activated, paused and archived', async () => {
  await on('/segments/new', async (page) => {
    await page.getByLabel('Name', { exact: true }).fill('Berliners');
    const search = page.getByRole('combobox', { name: 'Search facts' });
    await search.fill('customer.city');
    await search.press('Enter');
    await page.getByLabel('Value').fill('Berlin');
    await press(page, 'Save as draft');
    await page.waitForURL('**/segments/berliners');
    await settled(page);
    await page.getByLabel('Value').fill('Vienna');
    await press(page, /^Save/, false);
    await page.getByRole('button', { name: 'Activate version 2…' }).click();
    await confirm(page, 'Activate');
    await page.getByText('1 member', { exact: true }).waitFor();
    await press(page, 'Pause');
    await page.getByText('Paused', { exact: true }).first().waitFor();
    await press(page, 'Archive');
    await confirm(page, 'Archive');
    await page.waitForURL('**/segments');
  });
});

test('a promotion is written, changed, activated, gets codes, is tried, paused and archived', async () => {
  await on('/promotions/new', async (page) => {
    await page.getByLabel('Name', { exact: true }).fill('Spring');
    await page.getByLabel('Percent', { exact: true }).fill('10');
    await press(page, 'Save as draft');
    await page.waitForURL('**/promotions/spring');
    await settled(page);
    await page.getByLabel('Percent', { exact: true }).fill('12');
    await press(page, /^Save/, false);
    await press(page, 'Activate version 2');
    await page.getByText('Active', { exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Codes' }).click();
    await page.getByLabel('These codes').fill('SPRING-1');
    await page.getByRole('button', { name: 'Add codes' }).last().click();
    await page.getByText('1 code added').waitFor();
    await page.getByRole('tab', { name: 'Try a cart' }).click();
    await page.getByLabel('Product (SKU)').fill('POT-1');
    await press(page, 'Work it out');
    await page.getByText('To pay', { exact: true }).waitFor();
    await press(page, 'Pause');
    await page.getByText('Paused', { exact: true }).first().waitFor();
    await press(page, 'Archive');
    await confirm(page, 'Archive');
    await page.waitForURL('**/promotions');
  });
});

test('a named condition is written, changed, activated and archived', async () => {
  await on('/conditions/new', async (page) => {
    await page.getByLabel('Name', { exact: true }).fill('In Bergen');
    const search = page.getByRole('combobox', { name: 'Search facts' });
    await search.fill('customer.city');
    await search.press('Enter');
    await page.getByLabel('Value').fill('Bergen');
    await press(page, 'Save as draft');
    await page.waitForURL('**/conditions/in-bergen');
    await settled(page);
    await page.getByLabel('Value').fill('Oslo');
    await press(page, /^Save/, false);
    await press(page, 'Activate version 2');
    await page.getByText('Active. Rules that name it are evaluated again.').waitFor();
    await press(page, 'Archive');
    await confirm(page, 'Archive');
    await page.waitForURL('**/conditions');
  });
});

test('an alert is written, changed, activated, paused and archived', async () => {
  await on('/alerts/new', async (page) => {
    await page.getByLabel('Name', { exact: true }).fill('Page seen');
    await page.getByRole('combobox', { name: 'Types of events' }).fill('page_viewed');
    await page.getByRole('combobox', { name: 'Types of events' }).press('Enter');
    await page.getByLabel('Action 1').selectOption({ label: 'Tag the customer' });
    await page.getByLabel('Tag', { exact: true }).fill('looker');
    await press(page, 'Save as draft');
    await page.waitForURL('**/alerts/page-seen');
    await settled(page);
    await page.getByLabel('Tag', { exact: true }).fill('reader');
    await press(page, /^Save/, false);
    await press(page, 'Activate version 2');
    await page.getByText('Active', { exact: true }).waitFor();
    await press(page, 'Pause');
    await page.getByText('Paused', { exact: true }).first().waitFor();
    await press(page, 'Archive');
    await confirm(page, 'Archive');
    await page.waitForURL('**/alerts');
  });
});

test('a file is tried and imported; one that runs is stopped', async () => {
  await on('/imports/new', async (page) => {
    await page.getByLabel('File', { exact: true }).setInputFiles({
      name: 'people.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('external id,name\nX-1,Alan Turing\n'),
    });
    await settled(page);
    await press(page, 'Dry run');
    await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/);
    const tried = page.url();
    await page.getByRole('button', { name: 'Import for real' }).click();
    await page.waitForURL((url) => url.href !== tried);
    await page.getByText('Done', { exact: true }).waitFor();
  });
  // One that stands still as long as it takes to stop it.
  const { writer } = console.app.rapport.platform.database;
  const [row] = await writer('imports').orderBy('id', 'desc').limit(1);
  const id = console.app.rapport.platform.ids.next();
  await writer('imports').insert({ ...row, id, status: 'waiting', finished_at: null, run_token: null });
  await on(`/imports/${id}`, async (page) => {
    await press(page, 'Stop');
    await page.getByText('Stopped', { exact: true }).first().waitFor();
  });
});

test('a plugin is installed, granted, set up, switched on and off, and removed', async () => {
  await on('/plugins', async (page) => {
    await page.getByLabel('Install from a file').setInputFiles({
      name: 'channel-webhook.tgz',
      mimeType: 'application/gzip',
      buffer: await archiveOf('channel-webhook'),
    });
    await page.waitForURL('**/plugins/acme~channel-webhook');
    await press(page, 'Grant');
    await page.getByText('What it may do').waitFor();
    await page.getByRole('tab', { name: 'Settings' }).click();
    await page.locator('[name="root_url"], #root_url').first().fill('https://hooks.example.com/in');
    await press(page, 'Save');
    await page.getByText('Saved').waitFor();
    await press(page, 'Switch on');
    await press(page, 'Switch off');
    await page.getByRole('button', { name: 'Switch on' }).waitFor();
    await press(page, 'Remove');
    await confirm(page, 'Remove');
    await page.waitForURL('**/plugins');
  });
});

test('a scorer is run, and its page says when it ran, how far it came and when it runs next', async () => {
  const { plugins } = console.app.rapport.core;
  await plugins.installBundled();
  await console.app.rapport.insights.timetable.look();
  await on('/plugins/rapport~scorer-rfm?tab=scores', async (page) => {
    const panel = page.getByRole('region', { name: 'RFM (3–15)' });
    await panel.getByText('Never ran').waitFor();
    await press(page, 'Run now: RFM (3–15)');
    await panel.getByText('Done', { exact: true }).waitFor();
    const { runs, nextRunAt } = (await console.app.as('owner').get('/scorers/rfm/report')).body;
    await panel.getByText(`${runs[0].asked} / ${runs[0].total}`).waitFor();
    await panel.locator(`time[datetime="${runs[0].startedAt}"]`).waitFor();
    await panel.locator(`time[datetime="${nextRunAt}"]`).waitFor();
  });
});

test('a scorer is given other times, then none; a pattern that is none is refused at its field', async () => {
  const { plugins } = console.app.rapport.core;
  await plugins.installBundled();
  const report = async () => (await console.app.as('owner').get('/scorers/rfm/report')).body;
  const path = '/plugins/rapport~scorer-rfm?tab=scores';
  await on(path, async (page) => {
    const dialog = page.getByRole('dialog');
    const train = dialog.getByRole('combobox', { name: 'Build the model, then score' });
    await press(page, 'Schedule: RFM (3–15)');
    await expect.poll(() => train.inputValue()).toBe('declared');
    await train.selectOption({ label: 'At other times' });
    await dialog.getByRole('textbox', { name: /cron pattern/ }).fill('30 4 * * 1');
    await dialog.getByLabel('Plugin that is asked').selectOption('rapport/scorer-rfm');
    await dialog.getByLabel(/^Notify segments/).uncheck();
    await confirm(page, 'Save');
    await dialog.waitFor({ state: 'detached' });
    const { schedule, nextRunAt } = await report();
    expect(schedule).toEqual({ train: '30 4 * * 1', score: null, tell: false, plugin: 'rapport/scorer-rfm' });
    expect(nextRunAt).toMatch(/T04:30:00/);
    await page.locator(`time[datetime="${nextRunAt}"]`).waitFor();
    await press(page, 'Schedule: RFM (3–15)');
    await expect.poll(() => dialog.getByRole('textbox', { name: /cron pattern/ }).inputValue()).toBe('30 4 * * 1');
    expect(await dialog.getByLabel(/^Notify segments/).isChecked()).toBe(false);
    await train.selectOption({ label: 'Never' });
    await dialog.getByLabel('Plugin that is asked').selectOption({ label: 'The one installed first' });
    await confirm(page, 'Save');
    await dialog.waitFor({ state: 'detached' });
    expect((await report()).schedule).toEqual({ train: null, score: null, tell: false, plugin: null });
  });
  const { page, context } = await console.open(path);
  await press(page, 'Schedule: RFM (3–15)');
  await page.getByRole('combobox', { name: 'Score all customers' }).selectOption({ label: 'At other times' });
  const cron = page.getByRole('textbox', { name: 'Score all customers: cron pattern' });
  await cron.fill('61 4 * * *');
  await confirm(page, 'Save');
  await page.getByText('"61 4 * * *" is not a cron pattern of five fields.').waitFor();
  expect(await cron.getAttribute('aria-invalid')).toBe('true');
  expect((await report()).schedule.score).toBe(null);
  await context.close();
});

test('a person signs out and in again', async () => {
  await on('/', async (page) => {
    await press(page, 'Account');
    await press(page, 'Sign out');
    await page.waitForURL('**/login');
    await page.getByLabel('E-mail').fill('owner@example.com');
    await page.getByRole('textbox', { name: 'Password' }).fill('correct horse battery');
    await press(page, 'Sign in');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
});

test('nothing that the pages can send was left out', () => {
  const folder = join(import.meta.dirname, '..', '..', 'console');
  const used = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/^dist|\.test\./.test(file))
    .flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/\bcall\(\s*(\w+)/g)].map(([, name]) => name!),
    );
  const possible = new Set(used.filter((name) => writes.some((route) => route.name === name)));
  expect(possible.size).toBeGreaterThan(30);
  expect([...possible].filter((name) => !sent.has(name)).sort()).toEqual([]);
});
