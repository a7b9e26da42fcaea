import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from './ask.ts';
import { type Binary, startBinary } from './binary.ts';
import { launch, openPage, signIn, violations } from './browser.ts';
import { WizardPage } from './pages/WizardPage.ts';

/*
 * When it goes, on real parts: a task that waits for what people do and one that comes again, both
 * by clicking, rehearsed, approved, and watched on the sandbox's clock.
 * R43 R46 R57 R58 R61 R62 R63 R64 R68 R69 R74.
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

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

async function businessNow(): Promise<number> {
  const { now } = await tidings.call<{ now: string }>('/sandbox/clock');
  return Date.parse(now);
}

/** The project's wall clock. */
const wall = (at: number) => new Date(at + 8 * 60 * MINUTE).toISOString();
const minute = (at: number) => `${wall(at).slice(0, 10)} ${wall(at).slice(11, 16)}`;

async function did(who: string, event: string, properties: Record<string, unknown> = {}) {
  const response = await fetch(`${tidings.url}/v1/track`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from('demo-write-key:').toString('base64')}`,
    },
    body: JSON.stringify({ userId: who, event, properties }),
  });
  expect(response.status).toBe(200);
}

interface Message {
  title: string;
  lines: { value: string }[];
}

/** What the phones got that says so. */
async function received(text: string): Promise<number> {
  const { messages } = await tidings.call<{ messages: Message[] }>(
    '/sandbox/wechat/messages?limit=1000',
  );
  return messages.filter(({ lines }) => lines.some(({ value }) => value.includes(text))).length;
}

async function pick(page: Page, label: string, text: string | RegExp) {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  const open = page.locator('.ant-select-dropdown:visible');
  await open.getByText(text).first().click();
  await open.waitFor({ state: 'hidden' });
}

async function instant(page: Page, label: string, at: number) {
  const field = page.getByLabel(label, { exact: true });
  await field.click();
  await field.fill(minute(at));
  await field.press('Enter');
}

async function message(wizard: WizardPage, note: string) {
  await wizard.chooseTemplate('会员积分到账提醒');
  for (const [label, value] of [
    ['积分类型', '会员茶点'],
    ['到账积分', '200'],
    ['当前积分', '800'],
    ['到账时间', '2027年1月15日 10:00'],
    ['温馨提示', note],
  ] as const)
    await wizard.write(label, value);
  await wizard.page.getByRole('radio', { name: '无', exact: true }).check();
}

async function submit(page: Page): Promise<string> {
  await page.getByRole('button', { name: '提交审批' }).click();
  await page.getByText('任务已提交审批').waitFor();
  return new URL(page.url()).pathname;
}

async function approve(page: Page, name: string) {
  await page.goto(`${tidings.url}/approvals`);
  await page.getByText(name).first().click();
  await page.getByRole('button', { name: '通过', exact: true }).click();
  await page.getByText(`已通过“${name}”`).waitFor();
}

test('a trigger is written as a sentence, tried on the past, and reaches who did A and not B', async () => {
  const marketer = await openPage(browser, tidings.url, { width: 1280 });
  const approver = await openPage(browser, tidings.url, { width: 1366 });
  const { page } = marketer;
  page.setDefaultTimeout(30_000);
  await signIn(page, tidings.url, 'marketer');
  await signIn(approver.page, tidings.url, 'approver');

  const wizard = new WizardPage(page);
  const name = '加购三次未购买';
  await wizard.start(tidings.url, name, 'trigger');
  await page.getByRole('radio', { name: /^触发型-完成A未完成B/ }).check();
  const a = page.getByRole('group', { name: '事件 A1' });
  await a.getByRole('combobox', { name: '事件', exact: true }).click();
  const open = page.locator('.ant-select-dropdown:visible');
  await open.getByText('加入购物车').click();
  await open.waitFor({ state: 'hidden' });
  await page.getByRole('radio', { name: '累计完成' }).check();
  await page.getByRole('spinbutton', { name: '次数' }).fill('3');
  const now = await businessNow();
  await instant(page, '事件 A 开始时间', now);
  await instant(page, '事件 A 结束时间', now + 30 * DAY);
  const b = page.getByRole('group', { name: '事件 B1' });
  await b.getByRole('combobox', { name: '事件', exact: true }).click();
  await open.getByText('购买', { exact: true }).click();
  await open.waitFor({ state: 'hidden' });
  const wrongWait = page.getByText('等待时间应在 1 分钟至 30 天之间');
  await page.getByRole('spinbutton', { name: '等待时间' }).fill('31');
  await pick(page, '等待时间的单位', '天');
  await wrongWait.first().waitFor();
  await page.getByRole('spinbutton', { name: '等待时间' }).fill('20');
  await pick(page, '等待时间的单位', '分钟');
  await wrongWait.first().waitFor({ state: 'detached' });
  expect(await page.getByTestId('trigger-sentence').innerText()).toBe(
    '当用户累计完成“加入购物车” 3 次（只触达一次），且之后 20 分钟内没有完成“购买”，立即触达。',
  );
  await page.getByText('满足事件 A，').waitFor();
  await page.screenshot({ path: 'e2e/shots/schedule-trigger.png', fullPage: true });
  expect(await violations(page)).toEqual([]);
  await wizard.saved();
  await wizard.open('audience');
  await page.getByRole('radio', { name: /^全部用户/ }).check();
  await wizard.saved();
  await wizard.open('content');
  await message(wizard, '{{event.product|商品}}还在等您');
  await wizard.saved();
  await wizard.open('review');
  await page.getByRole('button', { name: '开始回测' }).click();
  await page.getByRole('button', { name: '重新回测' }).waitFor();
  await page.getByText('会发送的消息').first().waitFor();
  await page.screenshot({ path: 'e2e/shots/schedule-review.png', fullPage: true });
  expect(await violations(page)).toEqual([]);
  const task = await submit(page);
  await approve(approver.page, name);

  // One fills the cart three times, one buys after that, one fills it twice.
  for (const who of ['M000011', 'M000012', 'M000013'])
    for (const _ of [1, 2]) await did(who, 'cart_added', { product: `茶点-${who}` });
  for (const who of ['M000011', 'M000012'])
    await did(who, 'cart_added', { product: `茶点-${who}` });
  await did('M000012', 'purchase', { amount: 12 });
  await tidings.call('/sandbox/clock', { advance: '21m' });
  expect(await received('茶点-M000011还在等您')).toBe(1);
  expect(await received('茶点-M000012还在等您')).toBe(0);
  expect(await received('茶点-M000013还在等您')).toBe(0);

  await page.goto(`${tidings.url}${task}?tab=overview`);
  await page.getByText('1 = 发送成功 1 + 发送失败 0 + 未发送 0 + 待确认 0').waitFor();
  await page.screenshot({ path: 'e2e/shots/schedule-standing.png', fullPage: true });
  expect(await violations(page)).toEqual([]);
  for (const each of [marketer, approver]) {
    expect({ foreign: each.foreign, problems: each.problems }).toEqual({
      foreign: [],
      problems: [],
    });
    await each.context.close();
  }
}, 240_000);

test('a cycle shows its points, skips what a pause covers, and goes on', async () => {
  const marketer = await openPage(browser, tidings.url, { width: 1280 });
  const approver = await openPage(browser, tidings.url, { width: 1366 });
  const { page } = marketer;
  page.setDefaultTimeout(30_000);
  await signIn(page, tidings.url, 'marketer');
  await signIn(approver.page, tidings.url, 'approver');

  const wizard = new WizardPage(page);
  const name = '京沪会员每日提醒';
  await wizard.start(tidings.url, name, 'audience');
  await page.getByRole('radio', { name: /^已有分群/ }).check();
  await page.getByRole('combobox', { name: '分群列表' }).click();
  await page.locator('.ant-select-dropdown:visible').getByText('京沪黑金会员').click();
  await wizard.saved();
  await wizard.open('trigger');
  await page.getByRole('radio', { name: /^定时型-重复/ }).check();
  await page.getByRole('radio', { name: '按天' }).check();
  const first = page.getByLabel('触达时刻 1', { exact: true });
  await first.click();
  await first.fill('09:30');
  await first.press('Enter');
  const now = await businessNow();
  const midnight = Date.parse(`${wall(now).slice(0, 10)}T00:00:00+08:00`) + DAY;
  await instant(page, '开始时间', midnight);
  await instant(page, '结束时间', midnight + 10 * MINUTE);
  await page.getByText('起止时间内没有将要到来的触达时间，请调整').first().waitFor();
  await instant(page, '结束时间', midnight + 4 * DAY);
  const points = page.getByRole('list', { name: '接下来的触达时间' }).getByRole('listitem');
  await points.nth(3).waitFor();
  expect(await points.count()).toBe(4);
  await page.screenshot({ path: 'e2e/shots/schedule-cycle.png', fullPage: true });
  expect(await violations(page)).toEqual([]);
  await wizard.saved();
  await wizard.open('content');
  await message(wizard, '每日茶点提醒');
  await wizard.saved();
  await wizard.open('review');
  const task = await submit(page);
  await approver.page.goto(`${tidings.url}/approvals`);
  await approver.page.getByText(name).first().click();
  await approver.page.getByText('将会发送').first().waitFor();
  await approver.page.screenshot({ path: 'e2e/shots/schedule-approval.png', fullPage: true });
  expect(await violations(approver.page)).toEqual([]);
  await approve(approver.page, name);

  const at = (day: number) => new Date(midnight + day * DAY + 9.5 * 60 * MINUTE + 5 * MINUTE);
  await tidings.call('/sandbox/clock', { now: at(0).toISOString() });
  const once = await received('每日茶点提醒');
  expect(once).toBeGreaterThan(20);
  const id = task.split('/').at(-1);
  await ask(page, 'mutation($id: ID!) { pauseTask(id: $id) { id } }', { id });
  await tidings.call('/sandbox/clock', { now: at(1).toISOString() });
  expect(await received('每日茶点提醒')).toBe(once);
  await ask(page, 'mutation($id: ID!) { resumeTask(id: $id) { id } }', { id });
  await tidings.call('/sandbox/clock', { now: at(3).toISOString() });
  await page.goto(`${tidings.url}${task}?tab=overview`);
  await page.getByText('已结束', { exact: true }).first().waitFor();
  const runs = page.getByRole('table', { name: '执行记录' });
  await runs.getByText('已跳过').first().waitFor();
  await page.screenshot({ path: 'e2e/shots/schedule-runs.png', fullPage: true });
  expect(await violations(page)).toEqual([]);
  const { node } = await ask<{ node: { runs: { edges: { node: { status: string } }[] } } }>(
    page,
    'query($id: ID!) { node(id: $id) { ... on Task { runs { edges { node { status } } } } } }',
    { id },
  );
  expect(node.runs.edges.map(({ node: { status } }) => status).sort()).toEqual([
    'DONE',
    'DONE',
    'DONE',
    'SKIPPED',
  ]);
  for (const each of [marketer, approver]) {
    expect({ foreign: each.foreign, problems: each.problems }).toEqual({
      foreign: [],
      problems: [],
    });
    await each.context.close();
  }
}, 240_000);
