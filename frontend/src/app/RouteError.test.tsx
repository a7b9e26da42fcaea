import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { createWorld } from '@/shared/testing/world';
import { troubleOf } from './RouteError';
import { renderAt } from './testing/renderAt';

const CHUNK = new TypeError('Failed to fetch dynamically imported module: /assets/x.js');

test.each([
  [CHUNK, true, 'outdated'],
  [CHUNK, false, 'offline'],
  [new Error('x is undefined'), true, 'bug'],
  ['a string', false, 'bug'],
])('%s while online=%s is %s', (error, online, trouble) => {
  expect(troubleOf(error, online)).toBe(trouble);
});

test('an unknown address says so and leads home', async () => {
  renderAt('/nothing/here', createWorld().root);
  expect(await screen.findByRole('heading', { name: '页面不存在' })).toBeVisible();
  expect(screen.getByRole('link', { name: '回到触达任务' })).toHaveAttribute('href', '/tasks');
});
