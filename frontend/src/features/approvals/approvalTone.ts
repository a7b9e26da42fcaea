import type { Tone } from '@/shared/ui/StatusTag';
import type { ApprovalItemData } from './approvalQueries';

export const APPROVAL_TONE: Record<ApprovalItemData['status'], Tone> = {
  PENDING: 'waiting',
  APPROVED: 'good',
  REJECTED: 'bad',
  WITHDRAWN: 'neutral',
  EXPIRED: 'bad',
};
