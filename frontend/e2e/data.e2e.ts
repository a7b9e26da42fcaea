import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Binary, startBinary } from './binary.ts';
import { launch, openPage, signIn, violations, type WatchedPage } from './browser.ts';
import { DataPages } from './pages/DataPages.ts';

/*
 * Data on its way in and people on real parts: a table, two imports, a person with their events, a source and the live stream.
 * Spec 12.1, 12.2.
 */

let tidings: Binary;
let browser: Browser;
let watched: WatchedPage;
let data: DataPages;

beforeAll(async () => {
  tidings = await startBinary();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await tidings?.close();
});
beforeEach(async () => {
  watched = await openPage(browser, tidings.url);
  await signIn(watched.page, tidings.url, 'admin');
  data = new DataPages(watched.page, tidings.url);
});
afterEach(async () => {
  const { foreign, problems, context } = watched;
  await context.close();
  expect({ foreign, problems }).toEqual({ foreign: [], problems: [] });
});

/** Five good rows, of which two are equal and stay two, and one without a day. */
const PURCHASES = [
  'customer_id,date,quantity,amount',
  'e2e-00002,2021-01-12,1,12.00',
  'e2e-00002,2021-01-12,5,77.00',
  'e2e-00003,2021-01-02,2,20.76',
  'e2e-00003,2021-01-02,2,20.76',
  'e2e-00003,someday,2,20.76',
  '"e2e-00004",2021-02-01,2,"29.33"',
  '',
].join('\r\n');

test('a file becomes rows of a table, once', async () => {
  const { page } = watched;
  await data.createTable({ name: 'orders', displayName: '订单' });
  expect(await violations(page)).toEqual([]);

  for (const expected of [/总行数 6 已存储 5 重复 0 拒绝 1/, /总行数 6 已存储 0 重复 5 拒绝 1/]) {
    await page.goto(`${tidings.url}/data/tables`);
    await page.getByRole('link', { name: '订单' }).click();
    await page.getByRole('link', { name: '导入数据' }).click();
    await data.chooseFile({ name: 'orders.csv', content: PURCHASES });
    expect(await violations(page)).toEqual([]);
    await data.runImport();
    expect(await data.counts()).toMatch(expected);
    await page.getByText('someday').waitFor();
    expect(await violations(page)).toEqual([]);
  }

  await page.getByRole('link', { name: '查看明细表' }).click();
  await page.getByRole('link', { name: 'e2e-00004' }).waitFor();
  expect(await violations(page)).toEqual([]);
}, 120_000);

test('the same file becomes events, and a person shows what they did', async () => {
  const { page } = watched;
  await page.goto(`${tidings.url}/data/imports/new`);
  await page.getByRole('radio', { name: /^事件/ }).check();
  await data.chooseFile({ name: 'purchases.csv', content: PURCHASES });
  await page.getByLabel('所有行的事件').fill('e2e_purchase');
  await data.runImport();
  expect(await data.counts()).toMatch(/总行数 6 已存储 5 重复 0 拒绝 1/);

  await data.findPerson('e2e-00002');
  await page.getByText('查找结果').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('table').getByRole('link').first().click();
  await page.getByText('e2e_purchase').first().waitFor();
  await page.locator('details', { hasText: '77' }).locator('summary').click();
  await page.getByRole('definition').filter({ hasText: '77' }).waitFor();
  expect(await page.locator('details').count()).toBe(2);
  expect(await violations(page)).toEqual([]);

  await page.goto(`${tidings.url}/data/events?q=e2e_purchase`);
  await page.getByRole('table').getByRole('link', { name: 'e2e_purchase' }).click();
  await page.getByRole('row', { name: /amount 数字/ }).waitFor();
  await page.getByRole('img', { name: /近 30 天每天的次数/ }).waitFor();
  expect(await violations(page)).toEqual([]);
}, 120_000);

test('a new source’s events stream in, and a refused one says why', async () => {
  const { page } = watched;
  const writeKey = await data.createSource('E2E 官网');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: '我已保存' }).click();

  await page.goto(`${tidings.url}/data/stream`);
  await page.getByText(/每 2 秒刷新/).waitFor();
  await data.track(writeKey, {
    userId: 'e2e-live',
    event: 'e2e_signup',
    properties: { plan: 'gold' },
  });
  await data.track(writeKey, { event: 'e2e_nobody', properties: {} });
  const taken = page.getByRole('row', { name: /e2e_signup/ });
  await taken.getByText('gold').waitFor();
  const refused = page.getByRole('row', { name: /userId · REQUIRED/ });
  await refused.getByText('已拒绝').waitFor();
  await refused.getByText('此项必填').waitFor();
  expect(await violations(page)).toEqual([]);

  await page.getByRole('tab', { name: '被拒绝的事件' }).click();
  await page.getByRole('row', { name: /E2E 官网.*REQUIRED/ }).waitFor();
  expect(await violations(page)).toEqual([]);

  await page.goto(`${tidings.url}/data/stream?event=e2e_signup`);
  await page.getByRole('link', { name: /e2e-live/ }).click();
  await page.getByText('e2e_signup').first().waitFor();
  await page.getByText('plan: gold').waitFor();
}, 120_000);
