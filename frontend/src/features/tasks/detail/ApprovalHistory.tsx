import { Card, Flex, Timeline, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import { StatusTag, type Tone } from '@/shared/ui/StatusTag';
import type { ApprovalRowData } from './taskPageQuery';

const TONE: Record<ApprovalRowData['status'], Tone> = {
  PENDING: 'waiting',
  APPROVED: 'good',
  REJECTED: 'bad',
  WITHDRAWN: 'neutral',
  EXPIRED: 'bad',
};

/** Who submitted, who decided what and why, newest first. */
export function ApprovalHistory({ approvals }: { approvals: ApprovalRowData[] }) {
  const { t } = useTranslation('tasks');
  const time = useTime();
  if (approvals.length === 0)
    return (
      <Card>
        <Typography.Text type="secondary" role="status">
          {t('approval.none')}
        </Typography.Text>
      </Card>
    );
  return (
    <Card>
      <Timeline
        items={approvals.map((approval) => ({
          key: approval.id,
          content: (
            <Flex vertical gap={4}>
              <Flex gap="small" align="center" wrap>
                <StatusTag tone={TONE[approval.status]}>
                  {t(`approvalStatus.${approval.status}`)}
                </StatusTag>
                <Typography.Text type="secondary" className="mono-id">
                  {approval.id}
                </Typography.Text>
              </Flex>
              <span>
                {t('approval.submitted', {
                  name: approval.submitter.name,
                  at: time.second(approval.submittedAt),
                })}
              </span>
              {approval.decidedAt && (
                <span>
                  {approval.decider
                    ? t('approval.decided', {
                        name: approval.decider.name,
                        at: time.second(approval.decidedAt),
                      })
                    : t('approval.closed', { at: time.second(approval.decidedAt) })}
                </span>
              )}
              {approval.status === 'PENDING' && approval.expiresAt && (
                <span>{t('approval.expires', { at: time.minute(approval.expiresAt) })}</span>
              )}
              {approval.comment && (
                <Typography.Paragraph style={{ margin: 0, whiteSpace: 'pre-wrap' }}>
                  {t('approval.comment', { comment: approval.comment })}
                </Typography.Paragraph>
              )}
            </Flex>
          ),
        }))}
      />
    </Card>
  );
}
