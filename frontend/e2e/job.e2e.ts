import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Binary, startBinary } from './binary.ts';
import { launch, openPage, signIn, violations } from './browser.ts';

/*
 * The main job on real parts: the program itself, its sandbox, two people in two browsers.
 * R10 R13 R38 R41 R45 R49 R50 R76 R78 R82 R83 R86 R89.
 */

let tidings: Binary;
let browser: Browser;

beforeAll(async () => {
  tidings = await startBinary();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await tidings?.close();
});

const openid = (n: number) => `oE2E${String(n).padStart(24, '0')}`;
const WILLING = Array.from({ length: 255 }, (_, i) => openid(i));
const REFUSING = Array.from({ length: 15 }, (_, i) => openid(1000 + i));

/** 300 lines: 270 valid, of which 15 refuse, 20 said twice, 10 that are no openids. */
function list(): string {
  const valid = [...WILLING, ...REFUSING];
  const invalid = Array.from({ length: 10 }, (_, i) => `not an openid ${i}`);
  return [...valid, ...valid.slice(0, 20), ...invalid].join('\n');
}

const next = (page: Page) => page.getByRole('button', { name: '下一步', exact: true }).click();

async function writeTask(page: Page, name: string) {
  await page.getByRole('link', { name: /新增触达任务/ }).click();
  await page.waitForURL(/\/tasks\/new/);
  await next(page);
  await page.getByLabel('任务名称').fill(name);
  await next(page);
  await page.getByRole('radio', { name: /上传分群/ }).waitFor();
  expect(await violations(page)).toEqual([]);
  await next(page);

  const time = page.getByLabel('触达时间');
  await time.click();
  await time.fill('2027-01-15 10:00');
  await time.press('Enter');
  await page.getByRole('heading').first().click();
  await next(page);

  const chooser = page.waitForEvent('filechooser');
  await page.getByText(/点击选择文件/).click();
  await (await chooser).setFiles({
    name: 'members.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(list()),
  });
  const report = page.getByRole('group', { name: '上传结果' }).or(page.getByLabel('上传结果'));
  await report.first().waitFor();
  await page.getByText('可用', { exact: true }).waitFor();
  const numbers = (await report.first().innerText()).replaceAll(/\s+/g, ' ');
  expect(numbers).toMatch(/总行数 300.*有效 270.*重复 20.*无效 10/);

  await page.getByRole('button', { name: /选择模板|消息模板/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog
    .getByText(/会员积分到账提醒/)
    .first()
    .click();
  await dialog.getByRole('button', { name: /使用/ }).click();
  await page
    .getByLabel(/积分类型/)
    .first()
    .waitFor();
  for (const [label, value] of [
    ['积分类型', '会员日双倍积分'],
    ['到账积分', '200'],
    ['当前积分', '800'],
    ['到账时间', '2027年1月15日 10:00'],
    ['温馨提示', '积分可抵现金'],
  ] as const) {
    await page.getByRole('group', { name: label }).getByRole('textbox').fill(value);
  }
  await page
    .getByRole('radio', { name: /无跳转|不跳转|无/ })
    .first()
    .check();
  await page.screenshot({ path: 'e2e/shots/job-content.png', fullPage: true });
  expect(await violations(page)).toEqual([]);
  await next(page);
  await page.getByRole('button', { name: '下一步：确认' }).click();
  await page.screenshot({ path: 'e2e/shots/job-review.png', fullPage: true });
  await page.getByRole('button', { name: '提交审批' }).click();
  await page.getByText('任务已提交审批').waitFor();
}

test('a marketer writes, an approver approves, workers send, the funnel adds up', async () => {
  await tidings.call('/sandbox/wechat/users', { openids: WILLING, grants: 1 });
  await tidings.call('/sandbox/wechat/users', { openids: REFUSING, refuse: true });
  const name = '会员日积分提醒';

  const marketer = await openPage(browser, tidings.url);
  await signIn(marketer.page, tidings.url, 'marketer');
  await writeTask(marketer.page, name);

  const approver = await openPage(browser, tidings.url, { width: 1366 });
  await signIn(approver.page, tidings.url, 'approver');
  await approver.page.goto(`${tidings.url}/approvals`);
  await approver.page.getByText(name).first().click();
  await approver.page.getByText('会员日双倍积分').first().waitFor();
  await approver.page.screenshot({ path: 'e2e/shots/job-approval.png', fullPage: true });
  expect(await violations(approver.page)).toEqual([]);
  await approver.page.getByRole('button', { name: '通过', exact: true }).click();
  await approver.page.getByText(`已通过“${name}”`).waitFor();

  await tidings.call('/sandbox/clock', { now: '2027-01-15T02:00:00Z' });
  const { total } = await tidings.call<{ total: number }>(
    `/sandbox/wechat/messages?touser=${WILLING[7]}`,
  );
  expect(total).toBe(1);

  const page = marketer.page;
  await page.goto(`${tidings.url}/tasks?keyword=${encodeURIComponent(name)}`);
  await page.getByRole('link', { name, exact: true }).first().click();
  await page.getByText('已结束', { exact: true }).first().waitFor();
  await page.getByText('270 = 发送成功 255 + 发送失败 15 + 未发送 0 + 待确认 0').waitFor();
  await page.getByText('43101').first().waitFor();
  await page.screenshot({ path: 'e2e/shots/job-funnel.png', fullPage: true });
  expect(await violations(page)).toEqual([]);

  await page.goto(`${page.url().split('?')[0]}?tab=recipients&outcome=FAILED`);
  await page
    .getByText(REFUSING[3] ?? '')
    .first()
    .waitFor();
  expect(await page.getByText(WILLING[3] ?? '').count()).toBe(0);
  await page.screenshot({ path: 'e2e/shots/job-failed.png', fullPage: true });
  for (const each of [marketer, approver]) {
    expect({ foreign: each.foreign, problems: each.problems }).toEqual({
      foreign: [],
      problems: [],
    });
    await each.context.close();
  }
}, 180_000);
