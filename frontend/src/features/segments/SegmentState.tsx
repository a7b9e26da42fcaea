import { Flex, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import { StatusTag, type Tone } from '@/shared/ui/StatusTag';
import type { SegmentRowData } from './segmentQueries';
import { useFailureWords } from './useFailureWords';

const TONE: Record<SegmentRowData['status'], Tone> = {
  EMPTY: 'neutral',
  COMPUTING: 'active',
  READY: 'good',
  FAILED: 'bad',
};

type Shown = Pick<SegmentRowData, 'status' | 'failure' | 'failureText' | 'computedAt'>;

/** How the last computation went; after a failure, why, and that older data is still there. */
export function SegmentState({ segment }: { segment: Shown }) {
  const { t } = useTranslation('segments');
  const time = useTime();
  const failureWords = useFailureWords();
  const { status, failure, failureText, computedAt } = segment;
  return (
    <Flex vertical align="flex-start" gap={2}>
      <StatusTag tone={TONE[status]}>{t(`status.${status}`)}</StatusTag>
      {status === 'FAILED' && (
        <Typography.Text type="secondary" style={{ fontSize: 12 }}>
          {failureWords(failure, failureText)}
          {computedAt && ` ${t('failure.heldData', { at: time.minute(computedAt) })}`}
        </Typography.Text>
      )}
    </Flex>
  );
}
