import { expect, test } from 'vitest';
import { placeOf, visibleMenu } from './menu';

const everything = { can: () => true, demo: true };

test('without a permission its page, group and section are gone', () => {
  const sections = visibleMenu({ can: (p) => p === 'outreach.task.view', demo: false });
  expect(sections.map((section) => section.key)).toEqual(['operations', 'content']);
  expect(sections[0]?.groups.map((group) => group.key)).toEqual(['messages']);
});

test('the sandbox is in a demo only', () => {
  expect(visibleMenu(everything).at(-1)?.key).toBe('demo');
  expect(visibleMenu({ ...everything, demo: false }).at(-1)?.key).toBe('marketing');
});

test.each([
  ['/tasks/tsk_1/edit', 'operations', 'tasks'],
  ['/channels', 'marketing', 'channels'],
  ['/campaigns', 'content', 'campaigns'],
])('%s stands in %s', (path, section, page) => {
  const place = placeOf(path, visibleMenu(everything));
  expect([place?.section.key, place?.page.key]).toEqual([section, page]);
});
