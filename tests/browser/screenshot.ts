// Signs in to a running server and writes screenshots of its console, for the README and for looking:
// node tests/browser/screenshot.ts http://127.0.0.1:3000 owner@example.com 'password' docs/images [page=/customers …]
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchChromium } from '../support/chromium.ts';

const [url, email, password, folder = 'docs/images', ...paths] = process.argv.slice(2);
if (!url || !email || !password) {
  process.stderr.write('Usage: node tests/browser/screenshot.ts <url> <email> <password> [folder] [name=/path …]\n');
  process.exit(2);
}

const shots =
  paths.length > 0 ? paths : ['console=/', 'customers=/customers', 'segments=/segments', 'promotions=/promotions'];
const browser = await launchChromium();
try {
  const page = await browser.newPage({
    baseURL: url,
    viewport: { width: 1360, height: 860 },
    deviceScaleFactor: 2,
    reducedMotion: 'reduce',
    colorScheme: 'light',
  });
  await page.addInitScript("localStorage.setItem('rapport-language', 'en')");
  await page.goto('/login');
  await page.locator('[name=email]').fill(email);
  await page.locator('[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL((address) => address.pathname !== '/login');
  await mkdir(folder, { recursive: true });
  for (const shot of shots) {
    const [name = 'console', path = '/'] = shot.split('=', 2);
    await page.goto(path);
    await page.waitForLoadState('networkidle');
    const file = join(folder, `${name}.png`);
    await page.screenshot({ path: file });
    process.stdout.write(`${file}\n`);
  }
} finally {
  await browser.close();
}
