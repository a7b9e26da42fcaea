import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from './ask.ts';
import { type Binary, startBinary } from './binary.ts';
import { launch, openPage, signIn, violations } from './browser.ts';
import { SegmentPage } from './pages/SegmentPage.ts';
import { WizardPage } from './pages/WizardPage.ts';

/*
 * An audience by clicking, on real parts: people and purchases come in through the tracking API,
 * a marketer selects some of them, counts them, keeps them as a segment and reaches them.
 * R24 R25 R30 R34 R36 R51.
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

const CITY = '临江';
const DAY = 86_400_000;
const openid = (n: number) => `oAudience${String(n).padStart(19, '0')}`;
/** Forty people: n bought n mod 4 times, those from 36 on have no openid. */
const PEOPLE = Array.from({ length: 40 }, (_, n) => n);
/** Tagged as lost, and therefore excluded. */
const LOST = [2, 3, 7];
const WANTED = PEOPLE.filter((n) => n % 4 >= 2 && !LOST.includes(n));
const REACHABLE = WANTED.filter((n) => n < 36);

async function businessNow(): Promise<number> {
  const { now } = await tidings.call<{ now: string }>('/sandbox/clock');
  return Date.parse(now);
}

/** People, what they bought and who is lost, by the doors that their systems would use. */
async function bringPeople(page: Page) {
  const { channels } = await ask<{ channels: { edges: { node: { appID: string } }[] } }>(
    page,
    '{ channels(first: 1) { edges { node { appID } } } }',
  );
  const appId = channels.edges[0]?.node.appID;
  const now = await businessNow();
  const batch = PEOPLE.flatMap((n) => [
    {
      type: 'identify',
      messageId: `audience-${n}`,
      userId: `audience-${n}`,
      timestamp: new Date(now - 5 * DAY).toISOString(),
      traits: { city: CITY, nickname: `临江 ${n}` },
      context: n < 36 ? { externalIds: [{ type: 'wx_openid', id: `${appId}:${openid(n)}` }] } : {},
    },
    ...Array.from({ length: n % 4 }, (_, times) => ({
      type: 'track',
      messageId: `audience-${n}-${times}`,
      userId: `audience-${n}`,
      event: 'purchase',
      timestamp: new Date(now - (times + 1) * DAY).toISOString(),
      properties: { amount: 25, quantity: 1 },
    })),
  ]);
  const response = await fetch(`${tidings.url}/v1/batch`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from('demo-write-key:').toString('base64')}`,
    },
    body: JSON.stringify({ batch }),
  });
  expect(response.status).toBe(200);
  for (const n of LOST) {
    const { people } = await ask<{ people: { edges: { node: { id: string } }[] } }>(
      page,
      'query($search: String!) { people(search: $search) { edges { node { id } } } }',
      { search: `audience-${n}` },
    );
    const id = people.edges[0]?.node.id;
    await ask(
      page,
      'mutation($id: ID!) { updatePerson(id: $id, tags: { lifecycle: "流失" }) { id } }',
      {
        id,
      },
    );
  }
  await tidings.call('/sandbox/wechat/users', { openids: REACHABLE.map(openid), grants: 1 });
}

async function buildRule(page: Page) {
  const builder = new SegmentPage(page);
  const city = await builder.add(1, '用户属性', /^城市/);
  await builder.type(city, CITY);
  const bought = await builder.add(1, '行为', /^购买/);
  await bought.getByRole('spinbutton', { name: '值', exact: true }).fill('2');
  await page.getByRole('button', { name: '添加条件组' }).click();
  await builder.pick('与上方的关系 2', '排除');
  const lost = await builder.add(2, '用户标签', /^生命周期/);
  await builder.type(lost, '流失');
  return builder;
}

const SENTENCE =
  `（用户属性“城市”等于“${CITY}” 且 最近 30 天（含今天）做过“购买”，次数大于等于 2），` +
  '但排除 标签“生命周期”等于“流失”';

test('a marketer selects people by clicking, keeps them, and reaches exactly them', async () => {
  const admin = await openPage(browser, tidings.url);
  await signIn(admin.page, tidings.url, 'admin');
  await bringPeople(admin.page);

  const marketer = await openPage(browser, tidings.url, { width: 1280 });
  const { page } = marketer;
  page.setDefaultTimeout(30_000);
  await signIn(page, tidings.url, 'marketer');
  await page.goto(`${tidings.url}/segments`);
  await page.getByRole('link', { name: '新建分群' }).click();
  // The list's filter has a field of the same name.
  await page.getByRole('heading', { name: '新建分群' }).waitFor();
  await page.getByLabel('分群名称').fill('临江常客');
  await page.getByRole('button', { name: '预估' }).click();
  await page.getByText('这个组还没有条件').first().waitFor();
  const builder = await buildRule(page);
  expect(await page.getByTestId('sentence').innerText()).toBe(SENTENCE);
  const channel = page.getByLabel('统计可触达人数的通道');
  await channel.press('ArrowDown');
  await channel.press('Enter');
  await page.getByRole('button', { name: /预估/ }).click();
  expect(await builder.estimate()).toEqual({
    people: WANTED.length,
    reachable: REACHABLE.length,
  });
  await page.screenshot({ path: 'e2e/shots/audience-rule.png', fullPage: true });
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: '保存分群' }).click();

  await page.waitForURL(/\/segments\/seg_/);
  await page.getByText('可用', { exact: true }).first().waitFor();
  const size = page.locator('.ant-statistic', { hasText: /^人数/ });
  expect(await size.locator('.ant-statistic-content').innerText()).toBe(`${WANTED.length}`);
  expect(await page.getByTestId('sentence').innerText()).toBe(SENTENCE);
  await page.getByRole('button', { name: '立即刷新' }).click();
  await page.getByRole('cell', { name: '手动刷新' }).first().waitFor();
  await page.getByRole('table', { name: '成员' }).getByRole('link').first().waitFor();
  await page.screenshot({ path: 'e2e/shots/audience-segment.png', fullPage: true });
  expect(await violations(page)).toEqual([]);
  await page.goto(`${tidings.url}/segments`);
  await page.getByRole('link', { name: '临江常客', exact: true }).waitFor();
  await page.screenshot({ path: 'e2e/shots/audience-list.png', fullPage: true });
  expect(await violations(page)).toEqual([]);

  const wizard = new WizardPage(page);
  const name = '临江常客回访';
  await wizard.start(tidings.url, name, 'audience');
  await page.getByRole('radio', { name: '已有分群' }).check();
  const picker = page.getByRole('combobox', { name: '分群列表' });
  await picker.click();
  await picker.fill('临江');
  await page.locator('.ant-select-dropdown:visible').getByText('临江常客').click();
  expect(await builder.estimate()).toEqual({
    people: WANTED.length,
    reachable: REACHABLE.length,
  });
  await page.getByText(SENTENCE).waitFor();
  await page.screenshot({ path: 'e2e/shots/audience-wizard.png', fullPage: true });
  expect(await violations(page)).toEqual([]);
  await wizard.next();
  await page.getByRole('checkbox', { name: '执行前刷新分群' }).waitFor();
  const reachAt = (await businessNow()) + DAY;
  const wall = new Date(reachAt + 8 * 3_600_000).toISOString();
  await wizard.reachAt(`${wall.slice(0, 10)} ${wall.slice(11, 16)}`);
  await page.screenshot({ path: 'e2e/shots/audience-trigger.png', fullPage: true });
  expect(await violations(page)).toEqual([]);
  await wizard.next();
  await wizard.chooseTemplate('会员积分到账提醒');
  for (const [label, value] of [
    ['积分类型', '老客回访'],
    ['到账积分', '200'],
    ['当前积分', '800'],
    ['到账时间', '2027年1月15日 10:00'],
    ['温馨提示', '积分可抵现金'],
  ] as const)
    await wizard.write(label, value);
  await page.getByRole('radio', { name: '无', exact: true }).check();
  await wizard.next();
  await wizard.next();
  await page.getByText(SENTENCE).waitFor();
  await page.screenshot({ path: 'e2e/shots/audience-review.png', fullPage: true });
  await page.getByRole('button', { name: '提交审批' }).click();
  await page.getByText('任务已提交审批').waitFor();
  const task = new URL(page.url()).pathname;

  const approver = await openPage(browser, tidings.url, { width: 1366 });
  await signIn(approver.page, tidings.url, 'approver');
  await approver.page.goto(`${tidings.url}/approvals`);
  await approver.page.getByText(name).first().click();
  await approver.page.getByText('临江常客', { exact: true }).waitFor();
  await approver.page.screenshot({ path: 'e2e/shots/audience-approval.png', fullPage: true });
  expect(await violations(approver.page)).toEqual([]);
  await approver.page.getByRole('button', { name: '通过', exact: true }).click();
  await approver.page.getByText(`已通过“${name}”`).waitFor();

  await tidings.call('/sandbox/clock', { now: new Date(reachAt + 60_000).toISOString() });
  await page.goto(`${tidings.url}${task}?tab=overview`);
  await page.getByText('已结束', { exact: true }).first().waitFor();
  const without = WANTED.length - REACHABLE.length;
  await page
    .getByText(
      `${WANTED.length} = 发送成功 ${REACHABLE.length} + 发送失败 0 + 未发送 ${without} + 待确认 0`,
    )
    .waitFor();
  await page.getByText('刷新成功').waitFor();
  await page.screenshot({ path: 'e2e/shots/audience-run.png', fullPage: true });
  expect(await violations(page)).toEqual([]);
  for (const each of [admin, marketer, approver]) {
    expect({ foreign: each.foreign, problems: each.problems }).toEqual({
      foreign: [],
      problems: [],
    });
    await each.context.close();
  }
}, 240_000);
