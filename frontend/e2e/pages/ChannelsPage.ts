import type { Page } from 'playwright-core';

interface Credentials {
  name: string;
  appId: string;
  secret: string;
}

/** Channel management as an administrator uses it, in Chinese. */
export class ChannelsPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(origin: string) {
    await this.page.goto(`${origin}/channels`);
    await this.page.getByRole('heading', { name: '微信小程序' }).waitFor();
  }

  async openOne(name: string) {
    await this.page.getByRole('link', { name }).click();
    await this.page.getByRole('heading', { name, level: 1 }).waitFor();
  }

  /** Fills in the form of a new channel and tries to save it. */
  async add({ name, appId, secret }: Credentials) {
    await this.page.getByRole('button', { name: '新增小程序' }).click();
    const form = this.page.getByRole('dialog');
    await form.getByLabel('通道名称').fill(name);
    await form.getByLabel('AppID').fill(appId);
    await form.getByLabel('AppSecret').fill(secret);
    await form.getByRole('button', { name: '验证并保存' }).click();
    return form;
  }

  async test() {
    await this.page.getByRole('button', { name: '测试连接' }).click();
  }

  async sync() {
    await this.page.getByRole('button', { name: '从微信同步' }).click();
  }
}
