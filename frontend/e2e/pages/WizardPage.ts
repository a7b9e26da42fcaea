import type { Page } from 'playwright-core';

interface CsvFile {
  name: string;
  content: string | Buffer;
}

/** The six-step form as its author uses it, in Chinese. */
export class WizardPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** A new task, saved as a draft by its name, at the given step. */
  async start(origin: string, name: string, step: string) {
    await this.page.goto(`${origin}/tasks/new?step=basic`);
    await this.page.getByLabel('任务名称').fill(name);
    await this.saved();
    await this.open(step);
  }

  /** Opens a step by its address, once the server holds all that was written. */
  async open(step: string) {
    const address = new URL(this.page.url());
    address.searchParams.set('step', step);
    await this.page.goto(address.href);
    await this.page.locator('h2').first().waitFor();
  }

  async saved() {
    await this.page.getByText(/已保存于/).waitFor();
  }

  async next() {
    await this.page.getByRole('button', { name: /^下一步/ }).click();
  }

  /** By the project's wall clock, as in `2027-01-15 10:00`. */
  async reachAt(time: string) {
    const field = this.page.getByLabel('触达时间');
    await field.click();
    await field.fill(time);
    await field.press('Enter');
  }

  async upload({ name, content }: CsvFile) {
    await this.page.locator('input[type=file]').setInputFiles({
      name,
      mimeType: 'text/csv',
      buffer: Buffer.from(content),
    });
  }

  /** Says what the file door refused, in the reader's words. */
  refusal() {
    return this.page.getByRole('alert').filter({ hasText: '文件未被接收' });
  }

  async chooseTemplate(title: string) {
    await this.page.getByRole('button', { name: /选择模板|更换模板/ }).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByRole('radio', { name: title }).check();
    await dialog.getByRole('button', { name: '使用该模板' }).click();
  }

  /** Writes a parameter, by the label its recipients read. */
  async write(label: string, text: string) {
    await this.page.getByRole('group', { name: label }).getByRole('textbox').fill(text);
  }
}
