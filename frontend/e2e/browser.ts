import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ARGS,
  });
}

/** A page that notes what must not happen: requests that leave the server, and words on the console. */
export interface WatchedPage {
  page: Page;
  context: BrowserContext;
  foreign: string[];
  problems: string[];
}

export async function openPage(
  browser: Browser,
  origin: string,
  { locale = 'zh-CN', width = 1440 }: { locale?: string; width?: number } = {},
): Promise<WatchedPage> {
  const foreign: string[] = [];
  const problems: string[] = [];
  const context = await browser.newContext({ locale, viewport: { width, height: 900 } });
  await context.addInitScript((language) => {
    window.localStorage.setItem('tidings.locale', language);
  }, locale);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.route('**/*', (route) => {
    const url = route.request().url();
    if (url.startsWith(origin) || url.startsWith('data:') || url.startsWith('blob:'))
      return route.continue();
    foreign.push(url);
    return route.abort();
  });
  return { page, context, foreign, problems };
}

/** WCAG 2.1 A and AA, as lines a person can read. */
export async function violations(page: Page): Promise<string[]> {
  const result = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
    .analyze();
  await page.bringToFront(); // axe ends in a blank tab, which leaves ours in the background
  return result.violations.map(
    (v) =>
      `${v.impact} ${v.id}: ${v.nodes
        .map((n) => `${n.target.join(' ')} ${n.html.slice(0, 120)}`)
        .slice(0, 3)
        .join(' | ')}`,
  );
}

export async function signIn(page: Page, origin: string, name: string) {
  await page.goto(`${origin}/sign-in`);
  await page.locator('#sign-in_email').fill(`${name}@tidings.local`);
  await page.locator('#sign-in_password').fill('tidings');
  await page.locator('#sign-in button[type=submit]').click();
  await page.waitForURL(/\/tasks/);
}
