import { expect, test } from 'vitest';
import { progressOf } from '@/shared/testing/world';
import { isResendable, resendCounts } from './resend';
import type { ProgressBreakdown } from './taskPageQuery';

test('people for whom the message never was are not counted', () => {
  const progress = progressOf({
    codes: { 43101: 15 },
    reasons: { NOT_IN_AUDIENCE: 40, LATE: 3, TASK_ENDED: 2, DUPLICATE: 6, MISSING_VARIABLE: 4 },
    unconfirmed: 1,
  }) as unknown as ProgressBreakdown;
  expect(resendCounts(progress)).toEqual({ FAILED: 15, NOT_SENT: 4, UNCONFIRMED: 1 });
  expect(isResendable('NOT_SENT', 'LATE')).toBe(false);
  expect(isResendable('NOT_SENT', 'NO_TARGET_ID')).toBe(true);
  expect(isResendable('SENT', '')).toBe(false);
});
