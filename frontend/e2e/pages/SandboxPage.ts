import type { Page } from 'playwright-core';

/** The demo's phones, in Chinese. */
export class SandboxPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(origin: string, openid?: string) {
    const query = openid ? `?openid=${openid}` : '';
    await this.page.goto(`${origin}/sandbox${query}`);
    await this.page.getByRole('heading', { name: '沙箱手机' }).waitFor();
  }

  phoneOf(openid: string) {
    return this.page.getByRole('region', { name: `${openid} 的手机` });
  }

  async showCalls() {
    await this.page.getByRole('tab', { name: '调用日志' }).click();
  }
}
