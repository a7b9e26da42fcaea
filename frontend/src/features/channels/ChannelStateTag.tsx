import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import { StatusTag } from '@/shared/ui/StatusTag';
import type { Channel } from './channelForm';
import { CONDITION_TONE, conditionOf } from './channelState';

export function ChannelStateTag({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channels');
  const time = useTime();
  const condition = conditionOf(channel, time.now().valueOf());
  return <StatusTag tone={CONDITION_TONE[condition]}>{t(`condition.${condition}`)}</StatusTag>;
}
