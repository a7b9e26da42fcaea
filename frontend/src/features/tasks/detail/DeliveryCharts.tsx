import { Flex, Typography } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart } from '@/shared/ui/Chart';
import { useReasonWords } from '../useReasonWords';
import { FUNNEL_STEPS, type FunnelStep, funnelOption, funnelRows } from './funnel';
import { reasonOption } from './reasons';
import type { ProgressBreakdown } from './taskPageQuery';

/** The pictures of the overview, in a chunk of their own; tables beside them hold the same numbers. */
export function DeliveryCharts({ counts }: { counts: ProgressBreakdown }) {
  const { t } = useTranslation('tasks');
  const reasonWords = useReasonWords();
  const funnel = useMemo(() => {
    const words = Object.fromEntries(
      FUNNEL_STEPS.map((step) => [step, t(`funnel.${step}`)]),
    ) as Record<FunnelStep, string>;
    return funnelOption(funnelRows(counts), words);
  }, [counts, t]);
  const reasons = useMemo(
    () =>
      reasonOption(counts.reasons, ({ reason, explanation }) => reasonWords(reason, explanation)),
    [counts.reasons, reasonWords],
  );
  return (
    <div className="chart-pair">
      <Flex vertical gap={4}>
        <Typography.Title level={3} style={{ fontSize: 14, margin: 0 }}>
          {t('funnel.title')}
        </Typography.Title>
        <Chart option={funnel} label={t('funnel.title')} height={220} />
      </Flex>
      <Flex vertical gap={4}>
        <Typography.Title level={3} style={{ fontSize: 14, margin: 0 }}>
          {t('reasons.title')}
        </Typography.Title>
        {counts.reasons.length > 0 ? (
          <Chart option={reasons} label={t('reasons.title')} height={220} />
        ) : (
          <Typography.Text type="secondary" style={{ paddingBlock: 24 }}>
            {t('reasons.none')}
          </Typography.Text>
        )}
      </Flex>
    </div>
  );
}
