// Every page in both languages, both colours and both widths: no axe violation, nothing wider than the screen, no complaint in
// the browser's console. Only contrast depends on the colours, so in the dark that rule alone is asked again.
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Console, settled, startConsole } from './console.ts';
import { makeEverything } from './shop.ts';

let console: Console;
let paths: string[];
beforeAll(async () => {
  console = await startConsole();
  await console.app.rapport.core.plugins.installBundled();
  paths = await makeEverything(console.app.as('owner'), console.shop);
});
afterAll(() => console?.stop());

const sizes = { 1360: 900, 390: 844 } as const;

// Colours in transition from one scheme to the other are neither: the transitions are waited for before anything is checked.
const atRest = (page: Page): Promise<void> =>
  page.evaluate(`(async () => {
    for (let frames = 0; frames < 3; ) {
      await new Promise((frame) => requestAnimationFrame(frame));
      const moving = document.getAnimations().filter((each) => each.effect?.getComputedTiming().iterations !== Infinity);
      await Promise.allSettled(moving.map((each) => each.finished));
      frames = moving.length === 0 ? frames + 1 : 0;
    }
  })()`);

const violations = async (page: Page, rules?: string[]): Promise<string[]> => {
  await atRest(page);
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  const { violations: found } = await (rules ? axe.withRules(rules) : axe).analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
  );
};

/** What stands outside of the screen although it must not: the page itself, or a control in its head. */
const outside = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const root = document.documentElement;
    const wide = root.scrollWidth > root.clientWidth ? ['the page is ' + root.scrollWidth + ' wide'] : [];
    const controls = [...document.querySelectorAll('header a, header button, .page-head a, .page-head button')];
    const hidden = controls.filter((each) => {
      const { left, right, width } = each.getBoundingClientRect();
      return width > 0 && (left < 0 || right > root.clientWidth);
    });
    return [...wide, ...hidden.map((each) => each.outerHTML.slice(0, 120))];
  })()`);

// They run side by side in one browser, so each may take as long as the longest of them.
const minutes = 480_000;

for (const language of ['en', 'zh'] as const) {
  test.concurrent(`every page is accessible and fits, in ${language}`, { timeout: minutes }, async () => {
    const { page, context, complaints } = await console.open('/', { language });
    const found: string[] = [];
    for (const path of paths) {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 1360, height: sizes[1360] });
      await page.goto(path);
      await settled(page);
      for (const [width, height] of Object.entries(sizes)) {
        await page.setViewportSize({ width: Number(width), height });
        await page.emulateMedia({ colorScheme: 'light' });
        const light = [...(await violations(page)), ...(await outside(page))];
        await page.emulateMedia({ colorScheme: 'dark' });
        const dark = await violations(page, ['color-contrast']);
        found.push(
          ...light.map((each) => `${path} ${width} ${each}`),
          ...dark.map((each) => `${path} ${width} dark ${each}`),
        );
      }
      found.push(...complaints.splice(0).map((each) => `${path} complains: ${each}`));
    }
    expect(found).toEqual([]);
    await context.close();
  });

  test.concurrent(`menus, dialogs and the sign-in page are accessible, in ${language}`, {
    timeout: minutes,
  }, async () => {
    const { page, context } = await console.open('/', { language, width: 390 });
    const found: string[] = [];
    const check = async (what: string) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        found.push(...(await violations(page)).map((each) => `${what} ${colorScheme} ${each}`));
      }
    };
    await opened(page.getByRole('dialog'), () => page.locator('.account').click());
    await check('account menu');
    await page.keyboard.press('Escape');
    await opened(page.getByRole('navigation'), () => page.locator('header .mantine-Burger-root').click());
    await check('navigation');
    await page.goto('/');
    await settled(page);
    await opened(page.getByRole('listbox'), () => page.keyboard.press('Control+k'));
    await check('palette');
    await page.goto('/developers');
    await settled(page);
    await opened(page.getByRole('dialog'), () => page.locator('.page-actions button').click());
    await check('new app');
    await page.goto(`/customers/${console.shop.customers[0]!.id}`);
    await settled(page);
    await opened(page.getByRole('dialog'), () => page.locator('.page-actions button').click());
    await check('edit customer');
    await page.goto('/plugins/rapport~scorer-rfm?tab=scores');
    await settled(page);
    await opened(page.getByRole('dialog').locator('form'), () =>
      page.locator('main .panel-head button').first().click(),
    );
    await check('schedule of a scorer');
    await context.clearCookies();
    await page.goto('/login');
    await page.locator('form').waitFor();
    await check('sign-in');
    expect(found).toEqual([]);
    await context.close();
  });
}

test('a long list keeps at most 60 rows in the document', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => ({ externalId: `L-${i}`, name: `Listed ${i}` }));
  await console.app.as('owner').post('/customers/upsert', rows);
  const { page, context } = await console.open('/customers');
  for (let n = 0; n < 3; n++) {
    await page.getByRole('button', { name: 'Load more' }).click();
    await settled(page);
    await page.keyboard.press('End');
  }
  await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount')).toMatch(/^3\d\d$/);
  await expect.poll(() => page.locator('tbody tr').count()).toBeLessThanOrEqual(60);
  await context.close();
});

/** Does what opens something until it is open: on a busy machine the first click may come before the page listens to it. */
async function opened(what: Locator, open: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 6; tries++) {
    await open();
    if (
      await what.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      )
    )
      return;
  }
  throw new Error('It did not open.');
}
