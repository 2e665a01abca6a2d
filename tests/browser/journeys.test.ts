// What people do in the console, in a real browser against the real server: nothing here is mocked.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archiveOf, type Console, settled, startConsole } from './console.ts';

let console: Console;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

test('a person signs in with a password, is told when it is wrong, and comes back to where they wanted to go', async () => {
  const { page, context } = await console.open('/login');
  await context.clearCookies();
  await page.goto('/customers?q=ada');
  await page.waitForURL('**/login?next=**');
  await page.getByLabel('E-mail').fill('owner@example.com');
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page
    .getByRole('alert')
    .getByText(/password/i)
    .waitFor();
  await page.getByRole('textbox', { name: 'Password' }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/customers?q=ada');
  await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/login');
  await context.close();
});

test('a segment is written by keyboard, counted while it is written, activated, and explains a customer', async () => {
  const { page, context, complaints } = await console.open('/segments/new');
  const count = page.getByRole('region', { name: 'Who would be in' });
  await page.getByLabel('Name', { exact: true }).fill('People of London');
  await expect.poll(() => page.getByLabel('Key').inputValue()).toBe('people-of-london');

  const search = page.getByRole('combobox', { name: 'Search facts' });
  await search.fill('customer.city');
  await search.press('Enter');
  await page.getByLabel('Value').fill('London');
  await count.getByText('2', { exact: true }).waitFor();
  await count.getByRole('link', { name: 'Rosalind Franklin' }).waitFor();

  await page.getByRole('button', { name: 'Group', exact: true }).click();
  await search.fill('orders');
  await search.press('ArrowUp');
  await search.press('ArrowDown');
  await search.press('Enter');
  await page.getByLabel('Value').last().fill('3');
  await page.getByLabel('Comparison').last().selectOption({ label: 'is at least' });
  await count.getByText('1', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'not' }).last().click();
  await count.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
  await expect.poll(() => count.getByRole('link').count()).toBe(1);

  await page.getByRole('button', { name: 'Save as draft' }).click();
  await page.waitForURL('**/segments/people-of-london');
  await page.getByRole('button', { name: 'Activate version 1…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('+1', { exact: true }).waitFor();
  await dialog.getByRole('button', { name: 'Activate' }).click();
  await page.getByText('1 member', { exact: true }).waitFor();

  await page.getByRole('tab', { name: 'Explain' }).click();
  await page.getByPlaceholder('Name, e-mail or phone').click();
  await page.getByPlaceholder('Name, e-mail or phone').fill('Rosalind');
  await page.getByRole('option', { name: 'Rosalind Franklin' }).click();
  await page.getByText('The rule does not hold').waitFor();
  await page.getByText('Not a member').waitFor();
  const root = page.locator('.why-group').first();
  expect(await root.getAttribute('data-result')).toBe('false');
  await page.getByRole('tab', { name: 'Members' }).click();
  await page.getByRole('link', { name: 'Ada Lovelace', exact: true }).click();
  const { pathname } = new URL(page.url());
  await page.goto(`/segments/people-of-london?tab=explain&customer=${pathname.split('/').at(-1)}`);
  await page.getByText('The rule holds', { exact: true }).waitFor();
  expect(await root.getAttribute('data-result')).toBe('true');
  await root.getByRole('img', { name: 'Holds', exact: true }).first().waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test('a condition is given a name, activated, chosen in a segment, and shows who uses it', async () => {
  const { page, context, complaints } = await console.open('/conditions/new');
  await page.getByLabel('Name', { exact: true }).fill('From Oslo');
  await expect.poll(() => page.getByLabel('Key').inputValue()).toBe('from-oslo');
  const search = page.getByRole('combobox', { name: 'Search facts' });
  await search.fill('customer.city');
  await search.press('Enter');
  await page.getByLabel('Value').fill(' Oslo ');
  await page.getByRole('button', { name: 'Save as draft' }).click();
  await page.waitForURL('**/conditions/from-oslo');
  // The saved rule shows the value as customers' own are kept.
  await expect.poll(() => page.getByLabel('Value').inputValue()).toBe('Oslo');
  await page.getByRole('button', { name: 'Activate version 1' }).click();
  await page.getByText('Active. Rules that name it are evaluated again.').waitFor();
  await page.getByRole('tab', { name: 'Used by' }).click();
  await page.getByText('No rule names it').waitFor();

  await page.getByRole('navigation').getByRole('link', { name: 'Segments' }).click();
  await page.getByRole('link', { name: 'New segment' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('Osloers');
  await page.getByRole('button', { name: 'Remove', exact: true }).first().click();
  await page.getByLabel('Named condition…').selectOption('from-oslo');
  await page.getByRole('button', { name: 'Save as draft' }).click();
  await page.waitForURL('**/segments/osloers');

  await page.getByRole('navigation').getByRole('link', { name: 'Conditions' }).click();
  await page.getByRole('link', { name: 'From Oslo' }).click();
  await page.getByRole('tab', { name: 'Used by' }).click();
  await page.getByRole('link', { name: 'Osloers' }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test('explained for a past day, what is not kept is said to be unknown, in both languages', async () => {
  const owner = console.app.as('owner');
  const conditions = { all: [{ fact: 'customer.city', operator: 'equal', value: 'Reykjavik' }] };
  await owner.post('/segments', { key: 'then', name: 'Then', conditions });
  const old = { name: 'Old Friend', city: 'Reykjavik', createdAt: '2020-01-01T00:00:00Z' };
  const [{ id }] = (await owner.post('/customers/upsert', [old])).body.results;
  const words = {
    en: ['At (empty: now)', 'It cannot be known whether the rule held', 'not known for that day', 'Not known'],
    zh: ['时间点（留空为现在）', '无法得知规则当时是否成立', '当日数据未保留，无法得知', '未知'],
  } as const;
  for (const language of ['en', 'zh'] as const) {
    const [when, verdict, unknown, mark] = words[language];
    const { page, context, complaints } = await console.open(`/segments/then?tab=explain&customer=${id}`, { language });
    const root = page.locator('.why-group').first();
    await root.waitFor();
    expect(await root.getAttribute('data-result')).toBe('true');
    await page.getByLabel(when).fill('2021-01-01T00:00');
    await page.getByText(verdict, { exact: true }).waitFor();
    await page.getByText(unknown, { exact: true }).waitFor();
    await expect.poll(() => page.getByRole('img', { name: mark, exact: true }).count()).toBe(2);
    expect(await root.getAttribute('data-result')).toBe('unknown');
    expect(await root.getByText('Reykjavik', { exact: true }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  }
});

test('what the server finds wrong with a condition stands at its row', async () => {
  const { page, context } = await console.open('/segments/new');
  const search = page.getByRole('combobox', { name: 'Search facts' });
  await search.fill('Orders');
  await search.press('Enter');
  await page.getByLabel('Within').selectOption('between');
  await page.getByLabel('From').fill('2026-05-02');
  await page.getByLabel('Until').fill('2026-05-01');
  await page.getByLabel('Value').fill('1');
  await page.locator('.row').getByRole('alert').waitFor();
  await expect.poll(() => page.getByRole('button', { name: 'Save as draft' }).isDisabled()).toBe(true);
  await context.close();
});

test('a promotion is made, activated and tried on a cart, which says what applied and why the rest did not', async () => {
  await console.app.as('owner').post('/promotions', {
    key: 'big-baskets',
    name: 'Big baskets',
    status: 'active',
    conditions: { all: [{ fact: 'cart.subtotal', operator: 'greaterThanInclusive', value: 100_000 }] },
    event: { type: 'grant', params: { target: 'shipping' } },
  });
  const { page, context, complaints } = await console.open('/promotions/new');
  await page.getByLabel('Name', { exact: true }).fill('Ten off');
  await page.getByLabel('Percent', { exact: true }).fill('10');
  await page.getByRole('button', { name: 'Save as draft' }).click();
  await page.waitForURL('**/promotions/ten-off');
  await page.getByRole('button', { name: 'Activate version 1' }).click();
  await page.getByText('Active', { exact: true }).waitFor();
  await page.getByRole('tab', { name: 'Try a cart' }).click();
  await page.getByLabel('Product (SKU)').fill('POT-1');
  await expect.poll(() => page.getByLabel('Unit price').inputValue()).toBe('59.00');
  await page.getByLabel('Quantity').fill('2');
  await page.getByRole('button', { name: 'Work it out' }).click();
  await page.getByText('€106.20', { exact: true }).waitFor();
  const applied = page.getByRole('listitem').filter({ hasText: 'Ten off' });
  await expect.poll(() => applied.textContent()).toContain('€11.80');
  const skipped = page.getByRole('listitem').filter({ hasText: 'big-baskets' });
  await expect.poll(() => skipped.textContent()).toMatch(/condition does not hold.*11800/i);
  expect(complaints).toEqual([]);
  await context.close();
});

test('a plugin is installed from an archive, says what it asks for, is granted it, and its settings are checked', async () => {
  const { page, context, complaints } = await console.open('/plugins');
  await page.getByLabel('Install from a file').setInputFiles({
    name: 'channel-webhook.tgz',
    mimeType: 'application/gzip',
    buffer: await archiveOf('channel-webhook'),
  });
  await page.waitForURL('**/plugins/acme~channel-webhook');
  await page.getByText('What it asks for').waitFor();
  await expect.poll(() => page.getByText('hook:message.send').count()).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Grant', exact: true }).click();
  await page.getByText('What it may do').waitFor();
  await page.getByRole('tab', { name: 'Settings' }).click();
  const manifest = JSON.parse(readFileSync(join(plugins, 'channel-webhook', 'plugin.json'), 'utf8')) as Manifest;
  const [name] = manifest.settings.required;
  const field = page.locator(`[name="root_${name}"], #root_${name}`).first();
  await page.getByRole('button', { name: 'Save' }).click();
  await page
    .locator('form')
    .getByText(/required|format|must|does not/i)
    .first()
    .waitFor();
  await field.fill('https://hooks.example.com/in');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved').waitFor();
  await page.getByRole('button', { name: 'Switch on' }).click();
  await page.getByRole('button', { name: 'Switch off' }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

type Manifest = { settings: { required: [string] } };
const plugins = join(import.meta.dirname, '..', '..', 'plugins');

test('a file is mapped, tried without writing, and imported; what was refused is listed', async () => {
  const { page, context, complaints } = await console.open('/imports/new');
  const file = ['Who,Mail,Town', 'Alan Turing,alan@example.org,Wilmslow', 'Nobody,not-an-address,Nowhere'].join('\n');
  await page
    .getByLabel('File', { exact: true })
    .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
  await page.getByLabel('Field: Who').selectOption({ label: 'Name' });
  await settled(page);
  await page.getByLabel('Field: Mail').selectOption({ label: 'E-mail' });
  await settled(page);
  await page.getByLabel('Field: Town').selectOption({ label: 'City' });
  await settled(page);
  await page.getByRole('button', { name: 'Dry run' }).click();
  await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/);
  await page.getByRole('button', { name: 'Import for real' }).waitFor();
  await page.getByText('Refused rows', { exact: true }).first().waitFor();
  const before = await console.app.as('owner').get('/customers?email=alan@example.org');
  expect(before.body.data).toEqual([]);
  const tried = page.url();
  await page.getByRole('button', { name: 'Import for real' }).click();
  await page.waitForURL((url) => url.href !== tried);
  await page.getByText('Done', { exact: true }).waitFor();
  const after = await console.app.as('owner').get('/customers?email=alan@example.org');
  expect(after.body.data).toMatchObject([{ name: 'Alan Turing', city: 'Wilmslow' }]);
  expect(complaints).toEqual([]);
  await context.close();
});

test('two people edit one customer: the second is told, and nothing is overwritten', async () => {
  const { page, context } = await console.open(`/customers/${console.shop.customers[3]!.id}`);
  await page.getByRole('button', { name: 'Edit' }).click();
  await console.app.as('owner').patch(`/customers/${console.shop.customers[3]!.id}`, { city: 'Hampton Roads' });
  await page.getByLabel('City').fill('Elsewhere');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/changed this meanwhile/).waitFor();
  const { body } = await console.app.as('owner').get(`/customers/${console.shop.customers[3]!.id}`);
  expect(body.city).toBe('Hampton Roads');
  await context.close();
});

test("a field the server refuses shows the server's sentence", async () => {
  const { page, context } = await console.open(`/customers/${console.shop.customers[4]!.id}`);
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('E-mail').fill('not an address');
  await page.getByRole('button', { name: 'Save' }).click();
  const field = page.getByLabel('E-mail');
  await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
  await context.close();
});

test('leaving with unsaved changes asks first', async () => {
  const { page, context } = await console.open('/segments/new');
  await page.getByLabel('Name', { exact: true }).fill('Half done');
  await page.getByRole('link', { name: 'Customers' }).click();
  await page.getByRole('dialog').getByText('You have unsaved changes').waitFor();
  await page.getByRole('button', { name: 'Keep editing' }).click();
  await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('Half done');
  await page.getByRole('link', { name: 'Customers' }).click();
  await page.getByRole('button', { name: 'Leave without saving' }).click();
  await page.waitForURL('**/customers');
  await context.close();
});

test('an app is registered, and its secret is shown once', async () => {
  const { page, context, complaints } = await console.open('/developers');
  await page.getByRole('button', { name: 'New app' }).first().click();
  await page.getByLabel('Name').fill('Till');
  await page.getByLabel('Redirect addresses').fill('https://till.example.com/callback');
  await page.getByRole('button', { name: 'Create' }).click();
  const secret = await page.getByLabel('Client secret', { exact: true }).inputValue();
  expect(secret.length).toBeGreaterThan(20);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByText('Till', { exact: true }).waitFor();
  expect(await page.content()).not.toContain(secret);
  expect(complaints).toEqual([]);
  await context.close();
});

test('a viewer sees no button that would be refused, and a page without the scope says so', async () => {
  const { page, context } = await console.open('/segments', { role: 'viewer' });
  expect(await page.getByRole('link', { name: 'New segment' }).count()).toBe(0);
  expect(await page.getByRole('navigation').getByRole('link', { name: 'Developers' }).count()).toBe(0);
  await page.goto('/developers');
  await page.getByText('Your role does not include this').waitFor();
  await context.close();
});

test('the palette finds pages and people by keyboard', async () => {
  const { page, context } = await console.open('/');
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Type a page, a segment or a customer' });
  await field.fill('hedy');
  await page.getByRole('option', { name: /Hedy Lamarr/ }).waitFor();
  await field.press('Enter');
  await page.getByRole('heading', { name: 'Hedy Lamarr' }).waitFor();
  await context.close();
});

test('g and a letter goes to an area, but never while typing', async () => {
  const { page, context } = await console.open('/');
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.waitForURL('**/customers');
  await settled(page);
  await page.keyboard.press('/');
  await page.keyboard.type('gs');
  await page.waitForURL('**/customers?q=gs');
  await context.close();
});

test('when the session ends elsewhere, the next answer leads to signing in and back', async () => {
  const { page, context } = await console.open('/segments');
  await context.clearCookies();
  await page.getByRole('link', { name: 'Customers' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(new URL(page.url()).searchParams.get('next')).toBe('/customers');
  await context.close();
});

test('a count that is no longer wanted is stopped, not waited for', async () => {
  const { page, context } = await console.open('/segments/new');
  const stopped: string[] = [];
  page.on(
    'requestfailed',
    (request) => request.url().endsWith('/segments/preview') && stopped.push(request.postData() ?? ''),
  );
  // The first count is never answered: only being stopped ends it.
  await page.route('**/segments/preview', async (route) => {
    if (!route.request().postData()?.includes('"Lon"')) await route.continue();
  });
  const search = page.getByRole('combobox', { name: 'Search facts' });
  await search.fill('customer.city');
  await search.press('Enter');
  const first = page.waitForRequest(
    (request) => request.url().endsWith('/segments/preview') && (request.postData()?.includes('"Lon"') ?? false),
  );
  await page.getByLabel('Value').fill('Lon');
  await first;
  await page.getByLabel('Value').fill('London');
  await page.getByRole('region', { name: 'Who would be in' }).getByText('2', { exact: true }).waitFor();
  await expect.poll(() => stopped.some((body) => body.includes('"Lon"'))).toBe(true);
  await context.close();
});
