import type { Page } from 'playwright-core';

interface CsvFile {
  name: string;
  content: string;
}

/** People and data as an administrator uses them, in Chinese. */
export class DataPages {
  readonly page: Page;
  private readonly origin: string;

  constructor(page: Page, origin: string) {
    this.page = page;
    this.origin = origin;
  }

  /** Makes a detail table and ends on its page. */
  async createTable({ name, displayName }: { name: string; displayName: string }) {
    await this.page.goto(`${this.origin}/data/tables`);
    await this.page.getByRole('button', { name: '新建明细表' }).click();
    const drawer = this.page.getByRole('dialog', { name: '新建明细表' });
    await drawer.getByLabel('标识', { exact: true }).fill(name);
    await drawer.getByLabel('显示名称', { exact: true }).fill(displayName);
    await drawer.getByLabel('用户列', { exact: true }).fill('customer_id');
    await drawer.getByLabel('日期列', { exact: true }).fill('date');
    for (const [index, column] of ['quantity', 'amount'].entries()) {
      await drawer.getByRole('button', { name: '添加列' }).click();
      await drawer.getByLabel(`第 ${index + 1} 列的标识`).fill(column);
      await drawer.getByLabel(`第 ${index + 1} 列的类型`).click();
      const open = this.page.locator('.ant-select-dropdown:visible');
      await open.getByTitle('数字').click();
      await open.waitFor({ state: 'hidden' }); // or the next column would be given this one's list
    }
    await drawer.getByRole('button', { name: '保存' }).click();
    await this.page.getByRole('heading', { level: 1, name: displayName }).waitFor();
  }

  async chooseFile({ name, content }: CsvFile) {
    const chooser = this.page.waitForEvent('filechooser');
    await this.page.getByText('点击选择文件，或把 CSV 拖到这里').click();
    await (await chooser).setFiles({
      name,
      mimeType: 'text/csv',
      buffer: Buffer.from(content),
    });
    await this.page.getByText(/已读取文件开头的/).waitFor();
  }

  /** Starts the import and waits until every row is stored or refused. */
  async runImport() {
    await this.page.getByRole('button', { name: '开始导入' }).click();
    await this.page.waitForURL(/\/data\/imports\/imp_/);
    await this.page.getByText('已完成', { exact: true }).waitFor({ timeout: 30_000 });
  }

  /** Rows, stored, duplicate, refused. */
  async counts(): Promise<string> {
    const text = await this.page.getByRole('region', { name: '处理结果' }).innerText();
    return text.replaceAll(/\s+/g, ' ').trim();
  }

  async findPerson(id: string) {
    await this.page.goto(`${this.origin}/people`);
    await this.page.getByLabel('ID 或编号').fill(id);
    await this.page.getByRole('button', { name: '查找' }).click();
    await this.page.waitForURL(new RegExp(`q=${id}`));
  }

  /** Makes a source and gives its write key, which is shown this once. */
  async createSource(name: string): Promise<string> {
    await this.page.goto(`${this.origin}/data/sources`);
    await this.page.getByRole('button', { name: '新建事件源' }).click();
    const form = this.page.getByRole('dialog', { name: '新建事件源' });
    await form.getByLabel('名称').fill(name);
    await form.getByRole('button', { name: '保存' }).click();
    return this.page.getByTestId('write-key').innerText();
  }

  async track(writeKey: string, event: object): Promise<unknown> {
    const response = await fetch(`${this.origin}/v1/track`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
      },
      body: JSON.stringify(event),
    });
    return response.json();
  }
}
