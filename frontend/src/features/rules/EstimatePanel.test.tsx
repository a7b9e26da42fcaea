import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { App as AntApp, ConfigProvider } from 'antd';
import { Provider } from 'urql';
import { expect, test } from 'vitest';
import { refusal } from '@/shared/testing/refusal';
import { schemaClient } from '@/shared/testing/schemaClient';
import { createWorld } from '@/shared/testing/world';
import { EstimatePanel } from './EstimatePanel';
import type { EstimateInput } from './estimate';

const RULE = { op: 'IDENTITY', idType: 'phone', has: true };
const ONE: EstimateInput = { subject: 'user', rule: RULE, channelId: 'chn_demo' };
const OTHER: EstimateInput = { ...ONE, rule: { ...RULE, has: false } };

function setUp(over: Record<string, unknown> = {}) {
  const client = schemaClient({ ...createWorld().root, ...over });
  const view = (input: EstimateInput | null, auto = false) => (
    <Provider value={client}>
      <ConfigProvider button={{ autoInsertSpace: false }}>
        <AntApp>
          <EstimatePanel input={input} auto={auto} />
        </AntApp>
      </ConfigProvider>
    </Provider>
  );
  return view;
}

test('R30 on click both counts are shown; another rule makes them stale', async () => {
  const view = setUp();
  const { rerender } = render(view(ONE));
  expect(screen.queryByTestId('estimate-people')).not.toBeInTheDocument();
  fireEvent.click(screen.getByRole('button', { name: '预估' }));
  expect(await screen.findByTestId('estimate-people')).toHaveTextContent('11,772');
  expect(screen.getByTestId('estimate-reachable')).toHaveTextContent('8,021');
  expect(screen.getByTestId('estimate-authorised')).toHaveTextContent('6,500');
  expect(screen.queryByText(/不是最新的/)).not.toBeInTheDocument();
  rerender(view(OTHER));
  expect(screen.getByText(/不是最新的/)).toBeInTheDocument();
  rerender(view(ONE));
  expect(screen.queryByText(/不是最新的/)).not.toBeInTheDocument();
});

test('R36 a chosen segment is counted by itself', async () => {
  render(setUp()({ subject: 'user', segmentId: 'seg_1', channelId: 'chn_demo' }, true));
  expect(await screen.findByTestId('estimate-reachable')).toHaveTextContent('8,021');
});

test('progress is shown, and a change of the rule ends the work', async () => {
  let isEnded = false;
  const view = setUp({
    audienceEstimate: async function* () {
      try {
        yield { audienceEstimate: { done: 1, total: 4, result: null } };
        await new Promise((done) => setTimeout(done, 50));
        yield { audienceEstimate: { done: 2, total: 4, result: null } };
        await new Promise((done) => setTimeout(done, 50));
        yield { audienceEstimate: { done: 3, total: 4, result: null } };
      } finally {
        isEnded = true;
      }
    },
  });
  const { rerender } = render(view(ONE));
  fireEvent.click(screen.getByRole('button', { name: '预估' }));
  expect(await screen.findByText('已计算 1 / 4 个条件')).toBeInTheDocument();
  rerender(view(OTHER));
  await waitFor(() => expect(screen.getByRole('button', { name: '预估' })).toBeInTheDocument());
  await waitFor(() => expect(isEnded).toBe(true));
});

test('a refusal is said in words', async () => {
  render(
    setUp({
      audienceEstimate: async function* () {
        yield {
          audienceEstimate: () => {
            throw refusal('UNAVAILABLE', 'x', { reason: 'ESTIMATE_TIMEOUT' });
          },
        };
      },
    })(ONE),
  );
  fireEvent.click(screen.getByRole('button', { name: '预估' }));
  expect(await screen.findByText(/预估超过 60 秒/)).toBeInTheDocument();
});
