import { expect, test } from 'vitest';
import { exportAddress, toDeliveryVariables } from './deliveriesQuery';

test('an empty view asks for the first page of everybody', () => {
  expect(toDeliveryVariables('tsk_1', {})).toEqual({
    id: 'tsk_1',
    first: 20,
    after: null,
    where: {},
  });
});

test('filters and the cursor of the address become variables', () => {
  const search = {
    run: 'run_1',
    outcome: ['FAILED' as const],
    reason: '43101',
    target: ' oABC ',
    before: 'c',
  };
  expect(toDeliveryVariables('tsk_1', search)).toEqual({
    id: 'tsk_1',
    last: 20,
    before: 'c',
    where: { runID: 'run_1', statusIn: ['FAILED'], reasonIn: ['43101'], target: 'oABC' },
  });
});

const HERE = { project: 'prj_1', locale: 'en-US' };

test('the export has the rows of the view', () => {
  expect(exportAddress('tsk_1', { outcome: ['FAILED', 'NOT_SENT'], run: 'run_1' }, HERE)).toBe(
    '/export/deliveries?task=tsk_1&run=run_1&status=FAILED%2CNOT_SENT&project=prj_1&locale=en-US',
  );
});
