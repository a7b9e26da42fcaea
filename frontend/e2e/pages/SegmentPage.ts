import type { Page } from 'playwright-core';

/** The rule builder and the form of a segment as their author uses them, in Chinese. */
export class SegmentPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Adds a condition to a group by clicking through the picker; gives its row. */
  async add(group: number, kind: string, name: RegExp) {
    const region = this.page.getByRole('region', { name: `条件组 ${group}`, exact: true });
    const rows = region.getByRole('group', { name: new RegExp(`^条件 ${group}\\.`) });
    const number = (await rows.count()) + 1;
    await region.getByRole('button', { name: '添加条件', exact: true }).click();
    const dialog = this.page.getByRole('dialog', { name: '添加条件' });
    await dialog.getByRole('menuitem', { name: kind, exact: true }).click();
    await dialog.getByRole('searchbox', { name: '搜索名称' }).fill('');
    await dialog.getByRole('button', { name }).click();
    const row = this.page.getByRole('group', { name: `条件 ${group}.${number}`, exact: true });
    await row.waitFor();
    return row;
  }

  /** Types a value into a list of values, as one does who knows it. */
  async type(row: ReturnType<Page['getByRole']>, value: string) {
    const field = row.getByRole('combobox', { name: '值', exact: true });
    await field.fill(value);
    await field.press('Enter');
    await field.press('Escape');
  }

  /** Picks an entry of an open antd Select. */
  async pick(label: string, option: string) {
    await this.page.getByRole('combobox', { name: label, exact: true }).click();
    await this.page.locator('.ant-select-dropdown:visible').getByTitle(option).click();
  }

  /** The numbers of the estimate. */
  async estimate() {
    const read = async (key: string) => {
      const text = await this.page.getByTestId(`estimate-${key}`).locator('dd').innerText();
      return Number(text.replaceAll(',', ''));
    };
    await this.page.getByTestId('estimate-people').waitFor();
    return { people: await read('people'), reachable: await read('reachable') };
  }
}
