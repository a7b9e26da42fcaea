import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch, openPage, signIn, violations, type WatchedPage } from './browser.ts';
import { type ConsoleServer, startStubServer } from './server.ts';

/** The console alone, against a world in memory: every page in both languages, axe, no word on the console. */
let server: ConsoleServer;
let browser: Browser;
let watched: WatchedPage;
let page: Page;

const idOf = (kind: string, key: string) => `${kind}_01jd3v${key.padEnd(20, '0')}`;

beforeAll(async () => {
  server = await startStubServer();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});
beforeEach(async () => {
  server.world.viewer = null;
  watched = await openPage(browser, server.url);
  page = watched.page;
});
afterEach(() => watched.context.close());

const PAGES: [name: string, path: string, ready: string | RegExp][] = [
  ['task list', '/tasks', '双十一会场开场提醒'],
  ['overview', `/tasks/${idOf('tsk', 'done')}`, '用户拒绝接收，或授权已用完'],
  ['recipients', `/tasks/${idOf('tsk', 'done')}?tab=recipients`, '共 280 个用户'],
  ['configuration', `/tasks/${idOf('tsk', 'done')}?tab=configuration`, '双十一名单.csv'],
  ['approval history', `/tasks/${idOf('tsk', 'reject')}?tab=approvals`, '意见：活动时间写错了'],
  ['inbox', `/approvals?tab=mine&open=${idOf('apv', 'pend')}`, '双十一名单.csv'],
];

test.each(PAGES)('%s: accessible, offline, silent', async (_name, path, ready) => {
  await signIn(page, server.url, 'marketer');
  await page.goto(server.url + path);
  await page.getByText(ready).first().waitFor();
  expect(await violations(page)).toEqual([]);
  expect(watched.foreign).toEqual([]);
  expect(watched.problems).toEqual([]);
});

test('sign-in: refused, locked out for a time, then in', async () => {
  await page.goto(`${server.url}/tasks?status=DRAFT`);
  await page.getByLabel('邮箱').fill('marketer@tidings.local');
  await page.getByLabel('密码').fill('wrong');
  const submit = page.locator('#sign-in button[type=submit]');
  await submit.click();
  await page.getByText('邮箱或密码不正确').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByLabel('密码').fill('tidings');
  await submit.click();
  await page.getByText('会员日优惠券到账通知').waitFor();
  expect(new URL(page.url()).search).toBe('?status=DRAFT');
});

test('a running task counts up by itself', async () => {
  await signIn(page, server.url, 'marketer');
  const row = page.getByRole('row', { name: /双十一会场开场提醒/ });
  await row.getByText('9,200').waitFor();
});

test('the language is switched and kept', async () => {
  await signIn(page, server.url, 'viewer');
  await page.getByText('双十一会场开场提醒').waitFor();
  await page.getByRole('button', { name: '切换语言' }).click();
  await page.getByRole('menuitem', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Outreach tasks' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en-US');
  expect(await page.evaluate(() => window.localStorage.getItem('tidings.locale'))).toBe('en-US');
  expect(await violations(page)).toEqual([]);
});

test('the keyboard reaches the content past the menu', async () => {
  await signIn(page, server.url, 'marketer');
  await page.reload();
  await page.getByText('双十一会场开场提醒').waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('跳到正文');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main-content');
});
