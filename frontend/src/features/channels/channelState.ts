import type { Tone } from '@/shared/ui/StatusTag';
import type { Channel } from './channelForm';

/** What one word says about a channel: being off comes before all that was ever found out about it. */
export type ChannelCondition = Channel['state'] | 'DISABLED' | 'PAUSED';

export const CONDITION_TONE: Record<ChannelCondition, Tone> = {
  UNCHECKED: 'waiting',
  READY: 'good',
  ABNORMAL: 'bad',
  DISABLED: 'neutral',
  PAUSED: 'held',
};

export function conditionOf(
  channel: Pick<Channel, 'enabled' | 'state' | 'pausedUntil'>,
  now: number,
): ChannelCondition {
  if (!channel.enabled) return 'DISABLED';
  if (channel.state === 'ABNORMAL') return 'ABNORMAL';
  if (channel.pausedUntil && Date.parse(channel.pausedUntil) > now) return 'PAUSED';
  return channel.state;
}
