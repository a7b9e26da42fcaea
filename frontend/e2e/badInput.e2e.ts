import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Binary, startBinary } from './binary.ts';
import { launch, openPage, signIn, violations } from './browser.ts';
import { ChannelsPage } from './pages/ChannelsPage.ts';
import { SandboxPage } from './pages/SandboxPage.ts';
import { WizardPage } from './pages/WizardPage.ts';

/* Bad input on real parts: a clear error where the person is, and nothing half-saved. */

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

async function wizardOf(name: string, step: string) {
  const { page } = await openPage(browser, tidings.url);
  await signIn(page, tidings.url, 'marketer');
  const wizard = new WizardPage(page);
  await wizard.start(tidings.url, name, step);
  return wizard;
}

test('a file that cannot be used says why; a good one is taken after it', async () => {
  const wizard = await wizardOf('坏文件', 'content');
  for (const [name, content, words] of [
    ['utf16.csv', Buffer.from('\ufeffopenid', 'utf16le'), /编码无法识别/],
    ['nothing.csv', '', /没有任何 ID/],
    ['column.csv', 'phone,city\n13800000000,上海\n', /openid/],
    ['all-bad.csv', 'openid\nnot an id\nneither\n', /2 行中没有一个有效的 openid/],
  ] as const) {
    await wizard.upload({ name, content });
    await wizard.refusal().getByText(words).waitFor();
  }
  await wizard.refusal().getByRole('cell', { name: 'not an id' }).waitFor();
  expect(await violations(wizard.page)).toEqual([]);
  await wizard.upload({ name: 'good.csv', content: `openid\noE2E${'0'.repeat(24)}\n` });
  await wizard.page.getByText('可用', { exact: true }).waitFor();
  expect(await wizard.refusal().count()).toBe(0);
}, 120_000);

test('R49: a reach time that the clock has passed is refused at its field', async () => {
  const wizard = await wizardOf('过去的时间', 'trigger');
  const { now } = await tidings.call<{ now: string }>('/sandbox/clock');
  const shanghai = new Date(Date.parse(now) + 8 * 3600_000).toISOString();
  await wizard.reachAt(`${shanghai.slice(0, 10)} 00:00`);
  await wizard.next();
  await wizard.page.getByText('触达时间已经过去，请重新选择').waitFor();
  expect(new URL(wizard.page.url()).searchParams.get('step')).toBe('trigger');
});

test('R13: a name that another task has is refused at its field', async () => {
  const wizard = await wizardOf('同名任务', 'basic');
  await wizard.page.goto(`${tidings.url}/tasks/new?step=basic`);
  await wizard.page.getByLabel('任务名称').fill('同名任务');
  await wizard.page.getByText('已有同名任务，请换一个名称').first().waitFor();
  expect(wizard.page.url()).not.toContain('draft=');
});

test('a wrong AppSecret is refused at its field and saves nothing', async () => {
  const { page } = await openPage(browser, tidings.url);
  await signIn(page, tidings.url, 'admin');
  const channels = new ChannelsPage(page);
  await channels.open(tidings.url);
  const form = await channels.add({
    name: '错误的通道',
    appId: 'wx0000000000000000',
    secret: '0123456789abcdef0123456789abcdef',
  });
  await form.getByText(/微信错误码 \d+/).waitFor();
  expect(await violations(page)).toEqual([]);
  await channels.open(tidings.url);
  expect(await page.getByRole('link', { name: '错误的通道' }).count()).toBe(0);
});

test('the demo channel works, its templates are read, and phones show what arrived', async () => {
  const { page, foreign, problems } = await openPage(browser, tidings.url, { width: 1366 });
  await signIn(page, tidings.url, 'admin');
  const channels = new ChannelsPage(page);
  await channels.open(tidings.url);
  await page.getByRole('table').getByRole('link').first().click();
  await channels.test();
  await page.getByText('连接正常').waitFor();
  await channels.sync();
  await page.getByText(/新增 \d+ 个，变更 \d+ 个，移除 \d+ 个/).waitFor();
  expect(await violations(page)).toEqual([]);

  const sandbox = new SandboxPage(page);
  await sandbox.open(tidings.url);
  await page.getByRole('list', { name: '最近收到消息的用户' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await sandbox.showCalls();
  await page
    .getByRole('cell', { name: /message\/subscribe\/send/ })
    .first()
    .waitFor();
  expect({ foreign, problems }).toEqual({ foreign: [], problems: [] });
}, 120_000);
